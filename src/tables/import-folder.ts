/**
 * The folder that an import writes: what it may hold before, and what is written of it as a whole,
 * `OUT/source.yaml` and `OUT.dead/tables.json`.
 */
import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { compareUtf8 } from '../../schemas/byte-order.ts';
import { canonicalJson } from '../../schemas/canonical-json.ts';
import { type ImportedFile, type ImportedTable, ImportLedger } from '../../schemas/import.ts';
import { type Mapping, MappingTable } from '../../schemas/mapping.ts';
import type { SourceFacts } from '../../schemas/source.ts';
import { withoutDefaults } from '../../schemas/without-defaults.ts';
import { writing } from '../adapters/filesystem/user-files.ts';
import { sha256Hex } from '../content-hash.ts';
import { BrewhouseError } from '../errors.ts';
import { EVENT_FILE_ENDINGS } from '../sources/event-files.ts';
import { LEDGER_FILE } from '../sources/source-file.ts';
import { deadFolder, FIRST_SEEN_FOLDER, filesOf } from './output-names.ts';

/** The text of a ledger, tables and files in byte order of their names. */
export function ledgerText({ tables, files }: Omit<ImportLedger, 'format'>): string {
  const ledger: ImportLedger = {
    format: 1,
    tables: tables.toSorted((a, b) => compareUtf8(a.name, b.name)),
    files: files.toSorted((a, b) => compareUtf8(a.table, b.table) || compareUtf8(a.path, b.path)),
  };
  // Read once more, so that keys are in the schema's order, whoever made them.
  return JSON.stringify(ImportLedger.parse(ledger), null, 2);
}

/** Where the ledger of a folder of events lies. */
export function ledgerFile(out: string): string {
  return join(deadFolder(out), LEDGER_FILE);
}

/**
 * What decides which events a table's rows become: its own part of the mapping, and the zone. A
 * later option with a default changes no digest.
 */
export function mappingDigest(mapping: Mapping, table: MappingTable): ImportedTable['mapping'] {
  const written = Object.entries(Object(withoutDefaults(MappingTable, table)));
  const rest = Object.fromEntries(written.filter(([key]) => key !== 'files'));
  return sha256Hex(canonicalJson({ zone: mapping.zone ?? null, table: rest }));
}

/**
 * A table that was mapped otherwise, or a file that had other bytes, would leave events of both.
 * Throws BrewhouseError('inputs_changed') by name.
 */
export function requireSameMapping(
  ledger: ImportLedger,
  of: Pick<ImportedTable, 'name' | 'mapping'>,
  out: string,
): void {
  const before = ledger.tables.find(({ name }) => name === of.name);
  if (before === undefined || before.mapping === of.mapping) return;
  throw changed(out, `table ${of.name} was imported by another mapping`);
}

/** Throws BrewhouseError('inputs_changed') where the file was imported with other bytes. */
export function requireSameBytes(before: ImportedFile, sha256: string, out: string): void {
  if (before.sha256 !== sha256)
    throw changed(out, `${before.path} (table ${before.table}) was imported with other bytes`);
}

function changed(out: string, what: string): BrewhouseError {
  return new BrewhouseError('inputs_changed', `${out} holds other events: ${what}`, {
    place: { file: out },
    remedy: `import into a new folder, or remove ${out} and ${deadFolder(out)} and import everything again`,
  });
}

/**
 * Facts of a folder: of its tables, of the source, and whether items were dated by interactions.
 */
export interface FolderFacts {
  readonly mapping: Mapping;
  readonly tables: readonly ImportedTable[];
  readonly isFirstSeen: boolean;
}

const BECAUSE_SEEN = 'an item that no row dates is taken to be there from the first interaction with it on';

/** As `source.yaml` holds them. */
export function sourceFacts({ mapping, tables, isFirstSeen }: FolderFacts): SourceFacts {
  const facts = tables.toSorted((a, b) => compareUtf8(a.name, b.name)).map((table) => table.facts);
  const { name, credit, licence } = mapping;
  return {
    name,
    ...(credit === undefined ? {} : { credit }),
    ...(licence === undefined ? {} : { licence }),
    assumed: facts.flatMap((each) => each.assumed),
    dated: [
      ...facts.flatMap((each) => each.dated),
      ...(isFirstSeen ? [{ by: 'first_seen' as const, because: BECAUSE_SEEN }] : []),
    ],
    left_out: facts.flatMap((each) => each.left_out),
  };
}

/**
 * Makes the folders; refuses one whose event files nobody imported, since they would be read
 * together with the imported ones. Throws BrewhouseError('usage').
 */
export async function prepare(out: string, imported: readonly Pick<ImportedFile, 'table' | 'path'>[]): Promise<void> {
  const names = await writing(out, async () => {
    await mkdir(out, { recursive: true });
    await mkdir(deadFolder(out), { recursive: true });
    return readdir(out, { recursive: true });
  });
  const ours = new Set(imported.map(({ table, path }) => filesOf('', table, path).events));
  const isEvents = (name: string) => EVENT_FILE_ENDINGS.some((ending) => name.endsWith(ending));
  const other = names.find((name) => isEvents(name) && !ours.has(name) && dirname(name) !== FIRST_SEEN_FOLDER);
  if (other === undefined) return;
  throw new BrewhouseError(
    'usage',
    `${out} holds other event files (${other}), which would be read together with the imported ones`,
    {
      place: { file: out },
      remedy: 'import into an empty folder',
    },
  );
}

/** Makes the folder that a file will lie in. */
export async function makeFolderOf(path: string): Promise<void> {
  await writing(path, () => mkdir(dirname(path), { recursive: true }));
}
