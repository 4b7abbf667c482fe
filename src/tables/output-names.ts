/**
 * The names of what an import writes: `OUT/<table>/<path>.ndjson.gz` and
 * `OUT.dead/<table>/<path>.ndjson`.
 */
import { join } from 'node:path';
import { folderBeside } from '../adapters/filesystem/event-folder.ts';
import { namesIfThere } from '../adapters/filesystem/user-files.ts';
import { isFolderPassedOver } from '../sources/event-files.ts';
import { DEAD_ENDING, LEDGER_FILE, SOURCE_FILE } from '../sources/source-file.ts';

/** Holds items that were dated by interactions; no table's folder is called so. */
export const FIRST_SEEN_FOLDER = '+first_seen';

/** Files of their own in the folders in which tables lie. */
const TAKEN: ReadonlySet<string> = new Set([SOURCE_FILE, LEDGER_FILE]);

/** The path that ids of rows hold: packed or not, a table is the same. */
export function pathUnpacked(path: string): string {
  return path.replace(/\.(?:gz|zst)$/, '');
}

/** The folder of dead rows beside a folder of events. */
export function deadFolder(events: string): string {
  return folderBeside(events, DEAD_ENDING);
}

/** Where the events, and the dead rows, of a file of a table go; `path` is unpacked. */
export function filesOf(out: string, table: string, path: string): { events: string; dead: string } {
  const folders = path.split('/');
  const file = folders.pop() ?? '';
  const name = join(tableFolder(table), ...folders.map(readFolder), file);
  return { events: join(out, `${name}.ndjson.gz`), dead: join(deadFolder(out), `${name}.ndjson`) };
}

/** A name of any letters as one of a folder that is read. */
function tableFolder(table: string): string {
  const name = encodeURIComponent(table);
  return isFolderPassedOver(name) || TAKEN.has(name) ? firstEncoded(name) : name;
}

/** Two folders never become one: a name that looks encoded is encoded once more. */
function readFolder(name: string): string {
  return isFolderPassedOver(name) || name.startsWith('%') ? firstEncoded(name) : name;
}

/** A folder called `oracle` or `.x` is passed over with all events in it (EVENT-7). */
function firstEncoded(name: string): string {
  return `%${name.charCodeAt(0).toString(16).toUpperCase()}${name.slice(1)}`;
}

/** How many files of items dated by interactions there are, and the one that comes next. */
export async function firstSeenFiles(out: string): Promise<{ readonly before: number; readonly next: string }> {
  const folder = join(out, FIRST_SEEN_FOLDER);
  const numbers = ((await namesIfThere(folder)) ?? [])
    .flatMap((name) => /^(\d+)\.ndjson\.gz$/.exec(name)?.[1] ?? [])
    .map(Number);
  const next = String(Math.max(0, ...numbers) + 1).padStart(6, '0');
  return { before: numbers.length, next: join(folder, `${next}.ndjson.gz`) };
}
