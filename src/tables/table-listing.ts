/** Which files below a folder are those of a table. */
import type { Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { compareUtf8 } from '../../schemas/byte-order.ts';
import type { MappingTable } from '../../schemas/mapping.ts';
import { irregularFile, reading } from '../adapters/filesystem/user-files.ts';
import { BrewhouseError, nearestName } from '../errors.ts';

/** What macOS packs beside the files of a zip archive. */
const MACOS_FOLDER = '__MACOSX';

/** Relative paths below a folder of tables, in byte order, with `/` between names. */
export interface ListedTables {
  readonly files: readonly string[];
  /** Pipes, sockets, devices, and links that lead nowhere or back. */
  readonly irregular: readonly string[];
}

/**
 * What lies below the folder; links are followed, but not to a folder that they lie in. Names that
 * begin with a dot, what macOS adds, and the folders in `but` are passed over.
 */
export async function listFiles(from: string, but: readonly string[]): Promise<ListedTables> {
  const root = resolve(from);
  const walk: Walk = { root, but: new Set(await Promise.all(but.map(realOf))), files: [], irregular: [] };
  await takeFolder(walk, '', [await realOf(root)]);
  return { files: walk.files.sort(compareUtf8), irregular: walk.irregular.sort(compareUtf8) };
}

interface Walk {
  readonly root: string;
  readonly but: ReadonlySet<string>;
  readonly files: string[];
  readonly irregular: string[];
}

/** `prefix` is empty or ends in `/`; `above` are real paths: of the folder and those around it. */
async function takeFolder(walk: Walk, prefix: string, above: readonly string[]): Promise<void> {
  const folder = join(walk.root, prefix);
  const remedy = 'name the folder that holds the tables';
  const entries = await reading(folder, () => readdir(folder, { withFileTypes: true }), { what: 'folder', remedy });
  for (const entry of entries) {
    if (entry.name.startsWith('.') || entry.name === MACOS_FOLDER) continue;
    const name = `${prefix}${entry.name}`;
    const path = join(folder, entry.name);
    const kind = entry.isSymbolicLink() ? await targetOf(path) : entry;
    if (kind?.isDirectory()) {
      const real = await realOf(path);
      if (walk.but.has(real)) continue;
      if (above.includes(real)) walk.irregular.push(name);
      else await takeFolder(walk, `${name}/`, [...above, real]);
    } else (kind?.isFile() ? walk.files : walk.irregular).push(name);
  }
}

/** What a link leads to; undefined where that is nothing. */
function targetOf(path: string): Promise<Stats | undefined> {
  return stat(path).catch(() => undefined);
}

/** The path without links; as it is where nothing is there yet. */
function realOf(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path));
}

/** Where tables are looked for. */
export interface TableFolder extends ListedTables {
  readonly mappingFile: string;
  readonly from: string;
}

/**
 * The files of a table. Throws `input_unreadable` where there is none, with the nearest, or where
 * one is no regular file.
 */
export function filesOfTable(table: MappingTable, { mappingFile, from, files, irregular }: TableFolder): string[] {
  const odd = irregular.find((path) => matches(table.files, path));
  if (odd !== undefined) throw irregularFile(join(from, odd));
  const found = files.filter((file) => matches(table.files, file));
  if (found.length > 0) return found;
  const near = nearestName(table.files, files);
  throw new BrewhouseError('input_unreadable', `no file in ${from} matches "${table.files}" (table ${table.name})`, {
    place: { file: mappingFile, field: `${table.name}.files` },
    remedy: near === undefined ? 'mend --from or the pattern' : `did you mean "${near}"?`,
  });
}

/**
 * Whether a path matches a pattern in which `*` stands for any letters but `/`. One pass over the
 * path and at most one way back for each letter of it: no pattern takes longer than their product.
 */
export function matches(pattern: string, path: string): boolean {
  let [p, at] = [0, 0];
  // The last star and where it began to stand for letters.
  let star = -1;
  let from = 0;
  while (at < path.length) {
    if (pattern[p] === '*') {
      star = p++;
      from = at;
    } else if (pattern[p] === path[at]) {
      p++;
      at++;
    } else {
      // No star may grow over a slash, and those before the last one need not.
      if (star === -1 || path[from] === '/') return false;
      p = star + 1;
      at = ++from;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
