/** Which files below a folder are those of a table. */
import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { compareUtf8 } from '../../schemas/byte-order.ts';
import type { MappingTable } from '../../schemas/mapping.ts';
import { irregularFile, reading } from '../adapters/filesystem/user-files.ts';
import { BrewhouseError, nearestName } from '../errors.ts';

/** What macOS packs beside the files of a zip archive. */
const MACOS_FOLDER = '__MACOSX';

/** Relative paths below a folder of tables, in byte order, with `/` between names. */
export interface ListedTables {
  readonly files: readonly string[];
  /** Pipes, sockets, devices, and links that lead to none of the files. */
  readonly irregular: readonly string[];
}

/**
 * What lies below the folder; links to files are followed. Names that begin with a dot, what macOS
 * adds, and the folders in `but` are passed over.
 */
export async function listFiles(from: string, but: readonly string[]): Promise<ListedTables> {
  const options = { recursive: true, withFileTypes: true } as const;
  const remedy = 'name the folder that holds the tables';
  const entries = await reading(from, () => readdir(from, options), { what: 'folder', remedy });
  const root = resolve(from);
  const passedOver = but.map((folder) => `${resolve(folder)}${sep}`);
  const [files, irregular]: [string[], string[]] = [[], []];
  for (const entry of entries) {
    const path = resolve(entry.parentPath, entry.name);
    if (entry.isDirectory() || passedOver.some((folder) => path.startsWith(folder))) continue;
    const name = relative(root, path).split(sep).join('/');
    if (name.split('/').some((part) => part.startsWith('.') || part === MACOS_FOLDER)) continue;
    if (await isRegular(entry, path)) files.push(name);
    else irregular.push(name);
  }
  return { files: files.sort(compareUtf8), irregular: irregular.sort(compareUtf8) };
}

async function isRegular(entry: Dirent, path: string): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isFile();
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
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
