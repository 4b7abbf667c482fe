/** Turns a folder of tables into event files by a mapping. */
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { compareUtf8 } from '../../schemas/byte-order.ts';
import type { DeadReason } from '../../schemas/event.ts';
import { canonicalEvent } from '../../schemas/event-time.ts';
import type { Mapping, MappingTable } from '../../schemas/mapping.ts';
import { reading, writing } from '../adapters/filesystem/user-files.ts';
import { intAt, recordOf } from '../checked.ts';
import { type Effects, PROCESS_EFFECTS } from '../effects.ts';
import { BrewhouseError, nearestName } from '../errors.ts';
import { ASSUMPTIONS_FILE, type Assumptions, assumptionsOf, wantedColumns } from '../sources/assumptions.ts';
import { DEAD_ROWS_FILE, EVENT_FILE_ENDINGS } from '../sources/event-files.ts';
import { type LineWriter, openLines } from '../sources/event-writer.ts';
import { createHashTable, hash128 } from '../sources/hash-table.ts';
import { type RowMapper, type RowNumber, rowMapper } from './mapping.ts';
import { readMapping } from './mapping-file.ts';
import { readTable, type TableLine, tableFormat } from './table-files.ts';

/**
 * What an import writes, events by type; each even where it is empty, so that no older file is
 * taken for it.
 */
const FILES = {
  member: 'members.ndjson.gz',
  item: 'items.ndjson.gz',
  interaction: 'interactions.ndjson.gz',
  dead: DEAD_ROWS_FILE,
  assumptions: ASSUMPTIONS_FILE,
} as const;
const KINDS = Object.keys(FILES) as (keyof typeof FILES)[];
/** The most column names that are remembered of a table without a header. */
const COLUMNS_MAX = 10_000;
const REPORT_EVERY = 50_000;

/** A row that became no event. */
export interface DeadTableRow {
  /** Relative to the folder of tables. */
  file: string;
  /** From 1. */
  line: number;
  reason: DeadReason;
  /** Empty where no field is to blame. */
  field: string;
  message: string;
}

/** What to import by which mapping, and the folder to write. */
export interface ImportOptions {
  readonly mappingFile: string;
  readonly from: string;
  readonly out: string;
}

/** What an import read and wrote. */
export interface ImportSummary {
  rows: number;
  events: { member: number; item: number; interaction: number };
  /** Rows that became no event: `dead.jsonl` holds all of them. */
  dead: number;
  dead_by_reason: Partial<Record<DeadReason, number>>;
  /** The first dead row of each reason. */
  first_dead: DeadTableRow[];
  assumptions: Assumptions;
}

/**
 * Reads the tables below `from` in the mapping's order (files of one table in byte order of their
 * paths) and writes event files, `dead.jsonl` and `assumptions.json` into `out`. The same tables
 * and mapping make the same bytes. Bound: one batch of rows, and 25 to 50 bytes for every row
 * without an id of its own, since equal rows are counted. Throws BrewhouseError `mapping_invalid`
 * (also where a column is missing), `input_unreadable`, `usage` (`out` holds other event files),
 * `disk_full`, `store_refused`.
 */
export async function importTables(options: ImportOptions, effects = PROCESS_EFFECTS): Promise<ImportSummary> {
  const { mappingFile, from, out } = options;
  const mapping = await readMapping(mappingFile);
  const files = await listFiles(from);
  const plans = mapping.tables.map((table) => ({ table, paths: matching(table, files, options) }));
  await prepare(out);
  const writers = recordOf(KINDS, (kind) => openLines(join(out, FILES[kind])));
  const run: Run = { ...options, mapping, writers, effects, summary: emptySummary() };
  const columns = new Map<string, Set<string>>();
  try {
    for (const { table, paths } of plans) columns.set(table.name, await importTable(run, table, paths));
    run.summary.assumptions = assumptionsOf(mapping, (name) => columns.get(name) ?? []);
    await writers.assumptions.write(JSON.stringify(run.summary.assumptions, null, 2));
    for (const writer of Object.values(writers)) await writer.commit();
  } catch (error) {
    for (const writer of Object.values(writers)) await writer.abandon();
    throw error;
  }
  return run.summary;
}

interface Run extends ImportOptions {
  readonly mapping: Mapping;
  readonly writers: Record<keyof typeof FILES, LineWriter>;
  readonly effects: Effects;
  readonly summary: ImportSummary;
}

function emptySummary(): ImportSummary {
  const events = { member: 0, item: 0, interaction: 0 };
  return { rows: 0, events, dead: 0, dead_by_reason: {}, first_dead: [], assumptions: { assumed: [], left_out: [] } };
}

/** Returns the columns that the table turned out to have. */
async function importTable(run: Run, table: MappingTable, paths: readonly string[]): Promise<Set<string>> {
  const toEvents = rowMapper(run.mapping, table.name);
  const occurrence = counter();
  const seen = new Set<string>();
  let row = 0;
  for (const path of paths) {
    const file = join(run.from, path);
    let headed = false;
    for await (const { columns, lines } of readTable(file, formatOf(table, path, run.mappingFile), table.delimiter)) {
      if (columns !== undefined && !headed) {
        headed = true;
        for (const column of columns) seen.add(column);
        requireColumns(run, table, { file: path, columns });
      }
      for (const line of lines) {
        row += 1;
        if (columns === undefined && line.ok && seen.size < COLUMNS_MAX)
          for (const key of Object.keys(line.row)) seen.add(key);
        await importRow(run, toEvents, { line, path, number: { row, occurrence } });
        run.summary.rows += 1;
        if (run.summary.rows % REPORT_EVERY === 0) say(run);
      }
    }
    // NDJSON has no header: a column is missing where no row has it.
    if (!headed && row > 0) requireColumns(run, table, { file: path, columns: [...seen] });
    say(run);
  }
  return seen;
}

function say({ effects, summary: { rows } }: Run): void {
  effects.signal.throwIfAborted();
  effects.observe({ kind: 'progress', step: 'importing', done: rows, total: 0, rate: { count: rows, unit: 'rows' } });
}

type PlacedRow = { readonly line: TableLine; readonly path: string; readonly number: RowNumber };

async function importRow(run: Run, toEvents: RowMapper, { line, path, number }: PlacedRow): Promise<void> {
  const { summary, writers } = run;
  const mapped = line.ok ? toEvents(line.row, number) : { ...line, field: '' };
  if ('events' in mapped) {
    for (const event of mapped.events) {
      summary.events[event.type] += 1;
      await writers[event.type].write(canonicalEvent(event));
    }
    return;
  }
  const { reason, field = '', message } = mapped;
  const dead: DeadTableRow = { file: path, line: line.line, reason, field, message };
  if (summary.dead_by_reason[reason] === undefined) summary.first_dead.push(dead);
  summary.dead += 1;
  summary.dead_by_reason[reason] = (summary.dead_by_reason[reason] ?? 0) + 1;
  await writers.dead.write(JSON.stringify({ ...dead, raw: line.ok ? line.row : line.raw }));
}

/** Returns how many equal contents came before, by their 16-byte hashes. */
function counter(): (content: string) => number {
  const table = createHashTable(1);
  return (content) => {
    const { offset } = table.at(hash128(content));
    const before = intAt(table.values, offset);
    table.values[offset] = before + 1;
    return before;
  };
}

type Header = { readonly file: string; readonly columns: readonly string[] };

function requireColumns({ mappingFile }: Run, table: MappingTable, { file, columns }: Header): void {
  const missing = wantedColumns(table).find(({ column }) => !columns.includes(column));
  if (missing === undefined) return;
  const near = nearestName(missing.column, columns);
  const message = `${file} has no column "${missing.column}", which table ${table.name} reads ${missing.field} from`;
  throw new BrewhouseError('mapping_invalid', message, {
    place: { file: mappingFile, field: `${table.name}.${missing.field}` },
    remedy: near === undefined ? `its columns: ${columns.slice(0, 20).join(', ')}` : `did you mean "${near}"?`,
  });
}

function formatOf(table: MappingTable, path: string, mappingFile: string): 'csv' | 'ndjson' {
  const format = table.format ?? tableFormat(path);
  if (format !== undefined) return format;
  throw new BrewhouseError('mapping_invalid', `table ${table.name}: the name ${path} does not say its format`, {
    place: { file: mappingFile, field: `${table.name}.format` },
    remedy: 'give the table format: csv or ndjson; names that say it end in .csv or .ndjson, with .gz or .zst behind',
  });
}

/** Relative paths of all files below the folder, in byte order. */
async function listFiles(from: string): Promise<string[]> {
  const options = { recursive: true, withFileTypes: true } as const;
  const remedy = 'name the folder that holds the tables';
  const entries = await reading(from, () => readdir(from, options), { what: 'folder', remedy });
  const paths = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  return paths.map((path) => path.slice(join(from, '/').length).replaceAll('\\', '/')).sort(compareUtf8);
}

function matching(table: MappingTable, files: readonly string[], { mappingFile, from }: ImportOptions): string[] {
  const pattern = new RegExp(`^${table.files.replace(/[\\^$.|?+()[\]{}]/g, '\\$&').replaceAll('*', '[^/]*')}$`);
  const found = files.filter((file) => pattern.test(file));
  if (found.length > 0) return found;
  const near = nearestName(table.files, files);
  throw new BrewhouseError('input_unreadable', `no file in ${from} matches "${table.files}" (table ${table.name})`, {
    place: { file: mappingFile, field: `${table.name}.files` },
    remedy: near === undefined ? 'mend --from or the pattern' : `did you mean "${near}"?`,
  });
}

/**
 * Makes `out`; refuses a folder whose other event files would be read together with the imported
 * ones.
 */
async function prepare(out: string): Promise<void> {
  const names = await writing(out, async () => {
    await mkdir(out, { recursive: true });
    return readdir(out);
  });
  const ours: ReadonlySet<string> = new Set(Object.values(FILES));
  const other = names.find((name) => !ours.has(name) && EVENT_FILE_ENDINGS.some((ending) => name.endsWith(ending)));
  if (other === undefined) return;
  const message = `${out} holds other event files (${other}), which would be read together with the imported ones`;
  throw new BrewhouseError('usage', message, { place: { file: out }, remedy: 'import into an empty folder' });
}
