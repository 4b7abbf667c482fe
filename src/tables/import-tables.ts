/** Turns a folder of tables into event files by a mapping. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { canonicalEvent, EARLY_MS } from '../../schemas/event-time.ts';
import type { ImportedFile, ImportedTable, ImportLedger } from '../../schemas/import.ts';
import type { Mapping, MappingTable } from '../../schemas/mapping.ts';
import { fileAt, openEventFolder } from '../adapters/filesystem/event-folder.ts';
import { PROCESS_EFFECTS } from '../effects.ts';
import { BrewhouseError } from '../errors.ts';
import { openLines } from '../sources/event-writer.ts';
import { readLedger, SOURCE_FILE, sourceText } from '../sources/source-file.ts';
import { unpackedBytes } from '../sources/unpacked-bytes.ts';
import { firstSeenEvents } from './first-seen.ts';
import { type FileRun, importFile, type Times } from './import-file.ts';
import * as folder from './import-folder.ts';
import { equalFileWarnings, type ImportSummary, summaryOf } from './import-summary.ts';
import { rowMapper } from './mapping.ts';
import { readMapping } from './mapping-file.ts';
import * as names from './output-names.ts';
import { factsOf } from './source-facts.ts';
import { filesOfTable, listFiles } from './table-listing.ts';
import { beginNaming, endNaming, isWritten, requireSameLedger, requireWritten } from './unfinished.ts';

/** What to import by which mapping, and the folder to write. */
export interface ImportOptions {
  readonly mappingFile: string;
  readonly from: string;
  readonly out: string;
  /** Dates items that no row dates by the first interaction with each. */
  readonly firstSeen?: boolean;
}

/**
 * Reads the tables below `from` in the mapping's order (files of one table in byte order of their
 * paths) and writes their events below `out`, a file each, and what became none below `out`.dead. A
 * file that was imported before is left as it is. The same tables and mapping make the same bytes.
 * Bound: one batch of rows, and of one file 25 to 50 bytes for every row without an id of its own,
 * since equal rows are counted. Throws BrewhouseError `mapping_invalid` (also where a column is
 * missing), `input_unreadable`, `inputs_changed` (a file or mapping is not what it was), `usage`
 * (`out` holds other event files), `disk_full`, `store_refused`.
 */
export async function importTables(options: ImportOptions, effects = PROCESS_EFFECTS): Promise<ImportSummary> {
  const { mappingFile, from, out } = options;
  const mapping = await readMapping(mappingFile);
  const listed = await listFiles(from, [out, names.deadFolder(out)]);
  const plans = mapping.tables.map((table) => ({
    table,
    paths: filesOfTable(table, { mappingFile, from, ...listed }),
  }));
  const before = await readLedger(openEventFolder(out));
  for (const { table } of plans) {
    const digest = folder.mappingDigest(mapping, table);
    folder.requireSameMapping(before, { name: table.name, mapping: digest }, out);
  }
  const planned = plans.flatMap(({ table, paths }) =>
    paths.map((path) => ({ table: table.name, path: names.pathUnpacked(path) })),
  );
  const isPlanned = new Set(planned.map(keyOf));
  for (const file of before.files) if (!isPlanned.has(keyOf(file))) requireWritten(out, file);
  await folder.prepare(out, [...before.files, ...planned]);
  const run: Run = { ...options, mapping, effects, before, writers: [], firstDead: new Map(), rows: 0, kept: 0 };
  try {
    const done: TableDone[] = [];
    for (const { table, paths } of plans) done.push(await importTable(run, table, paths));
    return await finish(run, done);
  } catch (error) {
    for (const writer of run.writers) await writer.abandon();
    // An import that ended meanwhile took the files under way for those of a killed one.
    await requireSameLedger(out, before);
    throw error;
  }
}

/** One file of one table. */
const keyOf = ({ table, path }: Pick<ImportedFile, 'table' | 'path'>): string => `${table}\u001f${path}`;

interface Run extends ImportOptions, FileRun {
  readonly mapping: Mapping;
  readonly before: ImportLedger;
  /** Files that were left as they are. */
  kept: number;
}

/** A table after its files. */
interface TableDone {
  readonly table: ImportedTable;
  readonly files: readonly ImportedFile[];
}

/**
 * Names what was written: events and dead rows, then what a source says of itself, then the ledger.
 */
async function finish(run: Run, done: readonly TableDone[]): Promise<ImportSummary> {
  const { before, out, mapping } = run;
  const mappedTables = new Set(done.map(({ table }) => table.name));
  const tables = [...before.tables.filter(({ name }) => !mappedTables.has(name)), ...done.map(({ table }) => table)];
  const mapped = done.flatMap((each) => each.files);
  const isMapped = new Set(mapped.map(keyOf));
  const files = [...before.files.filter((one) => !isMapped.has(keyOf(one))), ...mapped];
  await requireSameLedger(out, before);
  await beginNaming(out);
  for (const writer of run.writers) await writer.commit();
  const isFirstSeen = await dateItems(run);
  const source = folder.sourceFacts({ mapping, tables, isFirstSeen });
  for (const [path, text] of [
    [join(out, SOURCE_FILE), sourceText(source)],
    [folder.ledgerFile(out), `${folder.ledgerText({ tables, files })}\n`],
  ] as const) {
    const writer = openLines(path);
    run.writers.push(writer);
    await writer.write(text.trimEnd());
    await requireSameLedger(out, before);
    await writer.commit();
  }
  await endNaming(out);
  for (const message of equalFileWarnings(files)) run.effects.observe({ kind: 'warning', message });
  const { kept, firstDead } = run;
  return summaryOf(files, { files: { mapped: mapped.length, kept }, first_dead: [...firstDead.values()], source });
}

/**
 * Writes items that no row dates anew, where that is wanted; whether any item of the folder was
 * ever dated so.
 */
async function dateItems({ out, firstSeen = false, writers, effects }: Run): Promise<boolean> {
  const { before, next } = await names.firstSeenFiles(out);
  if (!firstSeen) return before > 0;
  const items = await firstSeenEvents(out, effects);
  if (items.length === 0) return before > 0;
  await folder.makeFolderOf(next);
  const writer = openLines(next);
  writers.push(writer);
  for (const item of items) await writer.write(canonicalEvent(item));
  await writer.commit();
  return true;
}

/** Maps the files of a table that are not there yet. */
async function importTable(run: Run, table: MappingTable, paths: readonly string[]): Promise<TableDone> {
  const toEvents = rowMapper(run.mapping, table.name);
  const columns = new Set<string>();
  const files: ImportedFile[] = [];
  const times: Times = { latest: Number.NEGATIVE_INFINITY };
  requireOnePath(table, paths);
  const known = new Map(run.before.files.map((file) => [keyOf(file), file]));
  for (const path of paths) {
    const unpacked = names.pathUnpacked(path);
    const before = known.get(keyOf({ table: table.name, path: unpacked }));
    if (before !== undefined) folder.requireSameBytes(before, await hashOf(join(run.from, path)), run.out);
    if (before !== undefined && isWritten(run.out, before)) run.kept += 1;
    else files.push(await importFile({ run, table, toEvents, columns, times }, path));
  }
  if (times.latest < EARLY_MS && times.latest > Number.NEGATIVE_INFINITY) {
    const when = new Date(times.latest).toISOString().slice(0, 10);
    const why = 'are they numbers of another unit than its epoch: says?';
    const message = `no time of table ${table.name} is later than ${when}: ${why}`;
    run.effects.observe({ kind: 'warning', message });
  }
  const facts = withFacts(run.before.tables.find(({ name }) => name === table.name)?.facts, factsOf(table, columns));
  return { table: { name: table.name, mapping: folder.mappingDigest(run.mapping, table), facts }, files };
}

/** Ids of rows hold a path: packed and not, one file would be two tables, or two files one. */
function requireOnePath(table: MappingTable, paths: readonly string[]): void {
  for (const [unpacked, same] of Map.groupBy(paths, names.pathUnpacked)) {
    if (same.length === 1) continue;
    throw new BrewhouseError(
      'input_unreadable',
      `${same.join(' and ')} (table ${table.name}) are one table, ${unpacked}, twice`,
      {
        place: { file: same[0] ?? '' },
        remedy: 'keep one of them, or name it under files: of the table',
      },
    );
  }
}

type Facts = ImportedTable['facts'];

/** Files that come later may have columns that the earlier ones had not. */
function withFacts(before: Facts | undefined, now: Facts): Facts {
  const named = new Set(now.left_out.map(({ attribute }) => attribute));
  const earlier = before?.left_out.filter(({ attribute }) => !named.has(attribute)) ?? [];
  return { ...now, left_out: [...now.left_out, ...earlier] };
}

/** SHA-256 of the unpacked bytes. */
async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of unpackedBytes(await fileAt(path))) hash.update(bytes);
  return hash.digest('hex');
}
