/** What an import, and all that came before it into the same folder, read and wrote. */
import type { DeadReason } from '../../schemas/event.ts';
import type { ImportedFile, ImportLedger } from '../../schemas/import.ts';
import type { SourceFacts } from '../../schemas/source.ts';
import { entriesOf } from '../checked.ts';
import { deadRowsOf } from '../sources/source-file.ts';
import type { DeadTableRow } from './import-file.ts';

/** What an import read and wrote; counts are those of all imports into the folder. */
export interface ImportSummary {
  /** Files that this run mapped, and those that were mapped before. */
  files: { mapped: number; kept: number };
  rows: number;
  events: { member: number; item: number; interaction: number };
  /** Rows that a condition left out, and those that equal one before them. */
  filtered: number;
  equal: number;
  /** Rows that became no event: `OUT.dead` holds all of them. */
  dead: number;
  dead_by_reason: Partial<Record<DeadReason, number>>;
  /** The first dead row of each table and reason in this run. */
  first_dead: DeadTableRow[];
  /** Tables of the folder without any event. */
  empty_tables: EmptyTable[];
  source: SourceFacts;
}

/** What became of the rows of a table of which none is an event. */
export interface EmptyTable {
  table: string;
  rows: number;
  filtered: number;
  equal: number;
  dead: number;
}

/** Adds up what became of the rows of all files of the folder. */
export function summaryOf(
  files: ImportLedger['files'],
  run: Pick<ImportSummary, 'files' | 'first_dead' | 'source'>,
): ImportSummary {
  const deadByReason = deadRowsOf({ files });
  const summary: ImportSummary = {
    ...{ files: run.files, rows: 0, events: { member: 0, item: 0, interaction: 0 }, filtered: 0, equal: 0 },
    ...{ dead: sum(Object.values(deadByReason)), dead_by_reason: deadByReason },
    ...{ first_dead: run.first_dead, source: run.source, empty_tables: emptyTables(files) },
  };
  for (const { counts } of files) {
    summary.rows += counts.rows;
    summary.filtered += counts.filtered;
    summary.equal += counts.equal;
    for (const [type, count] of entriesOf(counts.events)) summary.events[type] += count;
  }
  return summary;
}

/** Tables, and not files: of many files some may well be empty. */
function emptyTables(files: ImportLedger['files']): EmptyTable[] {
  const empty: EmptyTable[] = [];
  for (const [table, own] of Map.groupBy(files, (file) => file.table)) {
    const all: EmptyTable = { table, rows: 0, filtered: 0, equal: 0, dead: 0 };
    let events = 0;
    for (const { counts } of own) {
      all.rows += counts.rows;
      all.filtered += counts.filtered;
      all.equal += counts.equal;
      all.dead += sum(Object.values(counts.dead));
      events += sum(Object.values(counts.events));
    }
    if (events === 0) empty.push(all);
  }
  return empty;
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

/**
 * One sentence for the files of a table with the same bytes: most of the time one that was copied.
 */
export function equalFileWarnings(files: readonly ImportedFile[]): string[] {
  const byBytes = Map.groupBy(files, ({ table, sha256 }) => `${table}\u001f${sha256}`);
  return [...byBytes.values()]
    .filter((equal) => equal.length > 1)
    .map(
      (equal) => `${equal.map(({ path }) => path).join(' and ')} hold the same bytes, and their rows are events twice`,
    );
}
