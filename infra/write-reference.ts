/** Writes docs/reference.md and docs/schemas/: what `npm run docs` does. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { editorSchema, fileKinds } from './reference/files.ts';
import { referencePage } from './reference/page.ts';

/** The pages that are made, by path in the tree. */
export function referenceFiles(): Map<string, string> {
  const kinds = fileKinds();
  return new Map([
    ['docs/reference.md', referencePage(kinds)],
    ...kinds.map((kind) => [`docs/schemas/${kind.name}.schema.json`, editorSchema(kind)] as const),
  ]);
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..');
  mkdirSync(join(root, 'docs/schemas'), { recursive: true });
  for (const [path, text] of referenceFiles()) writeFileSync(join(root, path), text);
}
