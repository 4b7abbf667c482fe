/** Results as JSON, kept row by row: a run of some rows replaces those, and leaves the others. */
import { existsSync, readFileSync } from 'node:fs';
import type { Found, Problem } from './bench.ts';
import { isMet } from './figures.ts';
import type { Machine } from './machine.ts';
import { GROUPS, ROW_NAMES, ROWS, type Row, type RowName } from './rows.ts';

/** A run of the bench that some rows come from. */
export interface Making {
  /** As it was typed. */
  readonly command: string;
  /** ISO 8601, when it began. */
  readonly at: string;
  readonly machine: Machine;
}

/** A row's result; `made` counts in the list of makings. */
export interface Result {
  readonly made: number;
  readonly found?: Found;
  readonly problem?: Problem;
}

/** All results that are kept. */
export interface Results {
  readonly makings: readonly Making[];
  readonly rows: Readonly<Partial<Record<RowName, Result>>>;
}

/** What a run found. */
export interface Outcome {
  readonly found: ReadonlyMap<RowName, Found>;
  readonly problems: ReadonlyMap<RowName, Problem>;
}

const NONE: Results = { makings: [], rows: {} };

/** What is kept in the file; nothing where there is no file. */
export function readResults(file: string): Results {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8'), withEndless) as Results) : NONE;
}

/** JSON has no infinity: what never ended is written as a text. */
export function resultsText(results: Results): string {
  return `${JSON.stringify(results, (_, value) => (value === Number.POSITIVE_INFINITY ? 'endless' : value), 1)}\n`;
}

function withEndless(_: string, value: unknown): unknown {
  return value === 'endless' ? Number.POSITIVE_INFINITY : value;
}

/**
 * The results with those of another run in place of older ones; makings of no row are forgotten.
 */
export function withOutcome(before: Results, making: Making, { found, problems }: Outcome): Results {
  const makings = [...before.makings, making];
  const rows: Partial<Record<RowName, Result>> = { ...before.rows };
  const made = makings.length - 1;
  for (const [name, problem] of problems) rows[name] = { made, problem };
  for (const [name, row] of found) rows[name] = { made, found: row };
  const used = [...new Set(ROW_NAMES.flatMap((name) => rows[name]?.made ?? []))].sort((a, b) => a - b);
  const kept = ROW_NAMES.flatMap((name) => {
    const row = rows[name];
    return row === undefined ? [] : [[name, { ...row, made: used.indexOf(row.made) }] as const];
  });
  return { makings: used.flatMap((i) => makings[i] ?? []), rows: Object.fromEntries(kept) };
}

/** `met`, `missed`, or why there is no value. */
export function verdictOf(name: RowName, { found, problem }: Result): string {
  if (found !== undefined) return isMet(found.value, ROWS[name].goal) ? 'met' : 'MISSED';
  return problem?.kind === 'failed' ? 'FAILED' : 'skipped';
}

/**
 * Rows that the words name: rows, or groups. Throws on a word that is neither. Without words all
 * but those of a long run.
 */
export function rowsNamed(words: readonly string[], isLong: boolean): RowName[] {
  const groupOf = (name: RowName): Row['group'] => ROWS[name].group;
  const unknown = words.find((word) => !Object.hasOwn(ROWS, word) && !GROUPS.some((group) => group === word));
  if (unknown !== undefined)
    throw new Error(`${unknown} is no row and no group; groups: ${GROUPS.join(', ')}; rows: ${ROW_NAMES.join(', ')}`);
  if (words.length === 0) return ROW_NAMES.filter((name) => isLong || groupOf(name) !== 'billion');
  return ROW_NAMES.filter((name) => words.includes(name) || words.includes(groupOf(name)));
}
