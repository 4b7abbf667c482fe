/** Maps the rows of one file of a table: its events, and the rows that became none. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { DeadReason } from '../../schemas/event.ts';
import { canonicalEvent, timeSpan } from '../../schemas/event-time.ts';
import type { Sha256 } from '../../schemas/ids.ts';
import type { ImportedFile, RowCounts } from '../../schemas/import.ts';
import type { MappingTable } from '../../schemas/mapping.ts';
import { intAt } from '../checked.ts';
import type { Effects } from '../effects.ts';
import { BrewhouseError, nearestName } from '../errors.ts';
import { type LineWriter, openLines } from '../sources/event-writer.ts';
import { createHashTable, hash128 } from '../sources/hash-table.ts';
import { noEvent } from '../sources/validate-event.ts';
import { isColumn } from './cell.ts';
import { delimiterHint } from './delimiter-hint.ts';
import * as folder from './import-folder.ts';
import type { MappedRow, RowMapper, RowNumber } from './mapping.ts';
import { filesOf, pathUnpacked } from './output-names.ts';
import { readTable, type TableFormat, tableFormat } from './read-table.ts';
import { wantedColumns } from './source-facts.ts';
import type { TableLine } from './table-rows.ts';

/** The most column names that are remembered of a table without a header. */
const COLUMNS_MAX = 10_000;
const REPORT_EVERY = 50_000;

/** A row that became no event. */
export interface DeadTableRow {
  /** Below the folder of tables. */
  file: string;
  /** From 1. */
  line: number;
  reason: DeadReason;
  /** Empty where no field is to blame. */
  field: string;
  message: string;
}

/** What the files of all tables share. */
export interface FileRun {
  readonly mappingFile: string;
  readonly from: string;
  readonly out: string;
  readonly effects: Effects;
  /** All that were opened: they are named together, when everything is written. */
  readonly writers: LineWriter[];
  /** By table and reason. */
  readonly firstDead: Map<string, DeadTableRow>;
  /** Rows that were read so far. */
  rows: number;
}

/** The moment of the latest event of a table. */
export interface Times {
  latest: number;
}

/** A table whose files are mapped. */
export interface Importing {
  readonly run: FileRun;
  readonly table: MappingTable;
  readonly toEvents: RowMapper;
  /** Of all files of the table. */
  readonly columns: Set<string>;
  readonly times: Times;
}

/** Throws as `importTables`. */
export async function importFile(importing: Importing, path: string): Promise<ImportedFile> {
  const { run, table, columns: all } = importing;
  const hash = createHash('sha256');
  const form = {
    delimiter: table.delimiter,
    quotes: table.quotes,
    escape: table.escape,
    columns: table.columns,
    encoding: table.encoding,
  };
  const file = {
    ...{ path: join(run.from, path), form, seen: (bytes: Uint8Array) => hash.update(bytes) },
    warn: (message: string) => run.effects.observe({ kind: 'warning', message }),
  };
  const unpacked = pathUnpacked(path);
  const sink = await openSink(importing, unpacked);
  const occurrence = counter();
  const seen = new Set<string>();
  let row = 0;
  for await (const { columns, lines } of readTable(file, formatOf(table, path, run.mappingFile))) {
    if (columns !== undefined && row === 0) requireColumns(run, table, { file: path, columns: new Set(columns) });
    for (const column of columns ?? []) seen.add(column);
    for (const line of lines) {
      row += 1;
      if (columns === undefined && line.ok && seen.size < COLUMNS_MAX)
        for (const key of Object.keys(line.row)) seen.add(key);
      takeLine(importing, sink, { line, number: { path: unpacked, row, occurrence } });
      if (sink.full.length > 0) await Promise.all(sink.full.splice(0));
    }
    say(run);
  }
  // JSON has no header: a column is missing where no row has it, and where no row could be read the
  // rows say why.
  if (seen.size > 0) requireColumns(run, table, { file: path, columns: seen });
  for (const column of seen) all.add(column);
  for (const writer of [sink.events, sink.dead]) await writer.close();
  return { table: table.name, path: unpacked, sha256: hash.digest('hex') as Sha256, counts: sink.counts };
}

/** Where the rows of one file go, and what became of them. */
interface Sink {
  readonly path: string;
  readonly events: LineWriter;
  readonly dead: LineWriter;
  readonly counts: RowCounts;
  /** Each resolves when a writer has room for more. */
  readonly full: Promise<void>[];
}

/** Each is written even where it is empty, so that no older file is taken for it. */
async function openSink({ run, table }: Importing, path: string): Promise<Sink> {
  const names = filesOf(run.out, table.name, path);
  for (const name of Object.values(names)) await folder.makeFolderOf(name);
  const [events, dead] = [openLines(names.events), openLines(names.dead)];
  run.writers.push(events, dead);
  const counts: RowCounts = {
    ...{ rows: 0, mapped: 0, filtered: 0, equal: 0, dead: {} },
    events: { member: 0, item: 0, interaction: 0 },
  };
  return { path, events, dead, counts, full: [] };
}

/** Nobody waits for each line, but where there is no room: promises cost more than lines. */
function write({ full }: Sink, writer: LineWriter, line: string): void {
  const room = writer.write(line);
  if (room !== undefined) full.push(room);
}

interface PlacedLine {
  readonly line: TableLine;
  readonly number: RowNumber;
}

function takeLine({ run, table, toEvents, times }: Importing, sink: Sink, { line, number }: PlacedLine): void {
  run.rows += 1;
  if (run.rows % REPORT_EVERY === 0) say(run);
  const mapped: readonly MappedRow[] = line.ok ? toEvents(line.row, number) : [noEvent(line.reason, line.message)];
  const { counts } = sink;
  for (const each of mapped) {
    counts.rows += 1;
    if (each.ok) {
      counts.mapped += 1;
      for (const event of each.events) {
        counts.events[event.type] += 1;
        if (event.event_time !== null) times.latest = Math.max(times.latest, timeSpan(event.event_time).first);
        write(sink, sink.events, canonicalEvent(event));
      }
    } else if (!('message' in each)) counts[each.reason] += 1;
    else {
      const dead: DeadTableRow = {
        file: number.path,
        line: line.line,
        reason: each.reason,
        field: each.field ?? '',
        message: each.message,
      };
      const kind = `${table.name}\u001f${dead.reason}`;
      if (!run.firstDead.has(kind)) run.firstDead.set(kind, dead);
      counts.dead[dead.reason] = (counts.dead[dead.reason] ?? 0) + 1;
      write(sink, sink.dead, JSON.stringify({ ...dead, raw: line.ok ? line.row : line.raw }));
    }
  }
}

function say({ effects, rows }: FileRun): void {
  effects.signal.throwIfAborted();
  effects.observe({ kind: 'progress', step: 'importing', done: rows, total: 0, rate: { count: rows, unit: 'rows' } });
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

type Header = { readonly file: string; readonly columns: ReadonlySet<string> };

function requireColumns({ mappingFile }: FileRun, table: MappingTable, { file, columns }: Header): void {
  const missing = wantedColumns(table).find(({ column }) => !isColumn(columns, column));
  if (missing === undefined) return;
  const near = nearestName(missing.column, [...columns]);
  const message = `${file} has no column "${missing.column}", which table ${table.name} reads ${missing.field} from`;
  throw new BrewhouseError('mapping_invalid', message, {
    place: { file: mappingFile, field: `${table.name}.${missing.field}` },
    remedy:
      near === undefined
        ? (delimiterHint([...columns]) ?? `its columns: ${[...columns].slice(0, 20).join(', ')}`)
        : `did you mean "${near}"?`,
  });
}

function formatOf(table: MappingTable, path: string, mappingFile: string): TableFormat {
  const format = table.format ?? tableFormat(path);
  if (format !== undefined) return format;
  const isParquet = /\.parquet$/i.test(path);
  throw new BrewhouseError('mapping_invalid', `table ${table.name}: the name ${path} does not say its format`, {
    place: { file: mappingFile, field: `${table.name}.format` },
    remedy: isParquet
      ? 'Parquet is not read yet: write it as CSV or NDJSON first'
      : 'give the table format: csv, ndjson or json; names that say it end in .csv, .tsv, .ndjson or .jsonl, ' +
        'with .gz or .zst behind',
  });
}
