/**
 * A tokenizer with a part of a real one's merges: build, release and verify load it several times
 * each, and a whole one takes longer to load than they take to work.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Hex } from '../../src/content-hash.ts';
import { MISTRAL, REPOSITORY } from './families.ts';

/** As many as make words of most of what the simulator writes. */
const MERGES_KEPT = 20_000;

interface BpeFile {
  /** Of a merge both parts, with a space between. */
  readonly model: { merges: string[]; vocab: Record<string, number> };
}

/**
 * Writes Mistral's tokenizer with its first merges alone, each token with the id that it had; its
 * SHA-256.
 */
export function writePrunedTokenizer(folder: string): string {
  const { text, sha256 } = prunedTokenizer();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'tokenizer.json'), text);
  writeFileSync(join(folder, 'tokenizer_config.json'), readFileSync(join(MODELS, 'tokenizer_config.json')));
  return sha256;
}

/** SHA-256 of its tokenizer.json. */
export function prunedSha256(): string {
  return prunedTokenizer().sha256;
}

const MODELS = join(REPOSITORY, 'node_modules', MISTRAL.package, 'models');
let pruned: ReturnType<typeof pruneTokenizer> | undefined;

function prunedTokenizer() {
  pruned ??= pruneTokenizer();
  return pruned;
}

function pruneTokenizer(): { readonly text: string; readonly sha256: string } {
  const file = JSON.parse(readFileSync(join(MODELS, 'tokenizer.json'), 'utf8')) as BpeFile;
  const { merges, vocab } = file.model;
  const made = new Set(merges.map((parts) => parts.replace(' ', '')));
  const kept = new Set(Object.keys(vocab).filter((token) => !made.has(token)));
  file.model.merges = merges.slice(0, MERGES_KEPT).filter((parts) => {
    const isWhole = parts.split(' ').every((part) => kept.has(part));
    if (isWhole) kept.add(parts.replace(' ', ''));
    return isWhole;
  });
  file.model.vocab = Object.fromEntries(Object.entries(vocab).filter(([token]) => kept.has(token)));
  const text = JSON.stringify(file);
  return { text, sha256: sha256Hex(text) };
}
