/**
 * Comparisons of builder and checker over many cases: a part of them in `npm test`, all of them
 * where BREWHOUSE_LONG names a folder, into which each then writes what it compared.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';

/** Names the folder of a long run. */
export const LONG_VARIABLE = 'BREWHOUSE_LONG';

const folder = process.env[LONG_VARIABLE];

/** What a comparison came to. */
export interface Compared {
  /** What was compared, in the plural. */
  readonly what: string;
  readonly cases: number;
  readonly differences: number;
}

/** One case of which the two sides say something else. */
export interface Difference {
  /** The same for differences that have most likely one cause. */
  readonly kind: string;
  readonly builder: string;
  readonly checker: string;
}

/** How many cases: of the first in `npm test`, of the second in a long run. */
export function casesOf(short: number, long: number): number {
  return folder === undefined ? short : long;
}

/** Tells a long run what was compared. */
export function tell(name: string, compared: Compared): void {
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.compared.json`), JSON.stringify(compared));
}

/** Keeps the lines of a table for the page of a long run. */
export function tellTable(name: string, lines: readonly string[]): void {
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.table.txt`), lines.join('\n'));
}

/** The lines of a table that was told; undefined where it was not. */
export function tableIn(folder: string, name: string): string[] | undefined {
  const file = join(folder, `${name}.table.txt`);
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n') : undefined;
}

/** What the comparisons of a long run came to, by name of their files. */
export function comparedIn(folder: string): Compared[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.compared.json'));
  return files.sort().map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Compared);
}

/** What is compared, and how. */
export interface Comparison<T> {
  /** Of the file that a long run gets. */
  readonly name: string;
  readonly what: string;
  readonly cases: fc.Arbitrary<T>;
  readonly compare: (each: T) => Promise<Difference | undefined>;
  /** A smaller case that `differs` still, where fast-check alone does not find one. */
  readonly lessen?: (each: T, differs: (each: T) => Promise<boolean>) => Promise<T>;
  readonly seed: number;
  readonly runs: number;
}

/** Kinds of which the smallest case is sought, and how long for each, in milliseconds. */
const [KINDS, LESS_MS] = [casesOf(3, 20), casesOf(6_000, 30_000)];

/**
 * Compares all cases and goes on after a difference, since there may be others; the number of
 * differences, and one small case a kind as text.
 */
export async function compareAll<T>(comparison: Comparison<T>): Promise<{ count: number; report: string }> {
  const { name, what, cases, compare, seed, runs } = comparison;
  const found: (Difference & { readonly run: number })[] = [];
  let run = 0;
  const look = fc.asyncProperty(cases, async (each) => {
    const difference = await compare(each);
    if (difference !== undefined) found.push({ ...difference, run });
    run++;
  });
  await fc.assert(look, { numRuns: runs, seed });
  tell(name, { what, cases: run, differences: found.length });
  const kinds = [...Map.groupBy(found, ({ kind }) => kind)].sort(([, a], [, b]) => b.length - a.length);
  const said: string[] = [];
  for (const [i, [kind, [first, ...more]]] of kinds.entries()) {
    const smallest = i < KINDS ? await least(comparison, first!) : undefined;
    const { builder, checker } = (smallest && (await compare(smallest))) ?? first!;
    const short = (text: string) => (text.length > 300 ? `${text.slice(0, 300)}...` : text);
    const sides = `  builder: ${short(builder)}\n  checker: ${short(checker)}`;
    said.push(
      `${more.length + 1} times ${kind} (seed ${seed}, path ${first!.run})\n${sides}\n  ${fc.stringify(smallest)}`,
    );
    if (folder === undefined || smallest === undefined) continue;
    writeFileSync(
      join(folder, `${name}-${i}.json`),
      JSON.stringify({ kind, builder, checker, case: smallest }, null, 1),
    );
  }
  return { count: found.length, report: sayDifferences(said) };
}

/** The smallest case found of which the sides differ so, from the run of that number on. */
async function least<T>(
  { cases, compare, lessen, seed }: Comparison<T>,
  { kind, run }: { readonly kind: string; readonly run: number },
): Promise<T | undefined> {
  const differs = async (each: T) => (await compare(each))?.kind === kind;
  const isSame = fc.asyncProperty(cases, async (each) => !(await differs(each)));
  const rules = { seed, path: String(run), numRuns: run + 1, interruptAfterTimeLimit: LESS_MS };
  const smallest = (await fc.check(isSame, rules)).counterexample?.[0];
  return smallest === undefined || lessen === undefined ? smallest : lessen(smallest, differs);
}

/** The first few differences, short enough for a person; all are counted. */
export function sayDifferences(differences: readonly string[]): string {
  const first = differences.slice(0, 8).map((each) => (each.length > 2_500 ? `${each.slice(0, 2_500)}...` : each));
  const more = differences.slice(8).map((each) => each.split('\n')[0]);
  return [...first, ...more.slice(0, 30)].join('\n');
}
