/** Where the package's own files lie, and what the environment says. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of Brewhouse's package.json: the repository, or the installed package. */
export function packageRoot(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).name === 'brewhouse') return folder;
    if (dirname(folder) === folder) throw new Error('no package.json of brewhouse above this file');
  }
}

/** Data files that ship with the package: recipes, domains, mappings, templates. */
export function shippedFolder(kind: 'recipes' | 'domains' | 'mappings' | 'templates'): string {
  return join(packageRoot(), 'pipelines', kind);
}

/** The version in package.json. */
export function packageVersion(): string {
  return JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')).version;
}

/** The variable that says how long a store is waited for; threads and processes inherit it. */
export const STORE_WAIT_VARIABLE = 'BREWHOUSE_STORE_WAIT';

/** How long a store that does not answer is waited for, `15m`; undefined where nobody says. */
export function storeWait(): string | undefined {
  const text = process.env[STORE_WAIT_VARIABLE];
  return text === '' ? undefined : text;
}
