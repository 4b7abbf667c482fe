/** Tokenizers with tokens beyond the base vocabulary, as recommenders add for items. */
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tokenizerSha256Of } from '../../src/tokenize/tokenizer-files.ts';
import { REPOSITORY } from './families.ts';

/** An ordinary one and a special one. */
export const ADDED_TOKENS = ['<item_12>', '[MOVIE]'] as const;

interface File {
  readonly added_tokens: ({ id: number } & Record<string, unknown>)[];
  readonly model: { readonly vocab: Record<string, number> };
}

/**
 * A package's tokenizer with ADDED_TOKENS in a new temporary folder, which the caller removes.
 * `change` may change it further, before it is written.
 */
export function withAddedTokens(packageName: string, change: (file: File) => void = () => {}) {
  const path = mkdtempSync(join(tmpdir(), 'brewhouse-tokenizer-'));
  cpSync(join(REPOSITORY, 'node_modules', packageName, 'models'), path, { recursive: true });
  const json = join(path, 'tokenizer.json');
  const file = JSON.parse(readFileSync(json, 'utf8')) as File;
  const ids = [...file.added_tokens.map(({ id }) => id), ...Object.values(file.model.vocab)];
  const top = 1 + ids.reduce((greatest, id) => Math.max(greatest, id), 0);
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  for (const [i, content] of ADDED_TOKENS.entries())
    file.added_tokens.push({ id: top + i, ...{ content, ...flags, special: content === '[MOVIE]' } });
  change(file);
  writeFileSync(json, JSON.stringify(file));
  return { path, sha256: tokenizerSha256Of({ path }, '/') };
}
