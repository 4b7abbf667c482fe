/**
 * Writes dist/library.js, what `import 'brewhouse'` loads: the last step of `npm run build`.
 * OLD SYNTAX: an older Node would end at the first thing in dist that it does not know, and say no
 * more than that. So the entry looks at the Node first, and loads the library when it runs; its
 * names must be written out, since an import of them would be looked at before anything runs.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const dist = join(import.meta.dirname, '..', 'dist');
const library: object = await import(pathToFileURL(join(dist, 'src', 'index.js')).href);
const lines = [
  '/** The library on a Node that can run it, and one line on an older one. Made by `npm run build`. */',
  "import { createRequire } from 'node:module';",
  "import { isOldNode, neededNode } from '../src/cli/needed-node.js';",
  '',
  'if (isOldNode()) {',
  '  const error = new Error(neededNode());',
  '  // Nothing in it helps: the importing line is not among its lines.',
  '  error.stack = String(error);',
  '  throw error;',
  '}',
  "const library = createRequire(import.meta.url)('./src/index.js');",
  ...Object.keys(library).map((name) => `export const ${name} = library.${name};`),
  '',
];
writeFileSync(join(dist, 'library.js'), lines.join('\n'));
