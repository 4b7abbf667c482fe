/** Makes the text of a field safe to stand in a line: well-formed, one line, and without look-alikes of control tokens. */
import type { LoadedTokenizer } from './load-tokenizer.ts';

export interface CleanText {
  readonly text: string;
  /** Look-alikes of control tokens that were broken up. */
  readonly escapes: number;
}

/**
 * Text of a field as it goes into a line. Ill-formed UTF-16 becomes U+FFFD; runs of Unicode white space, line ends
 * included, become one space; both ends are trimmed; look-alikes are broken up (`escapeMarkers`). Zero-width characters
 * stay: joiners are part of emoji and of several scripts. Cleaning twice changes nothing more.
 */
export function cleanField(text: string): CleanText {
  const folded = text
    .toWellFormed()
    .replace(/\p{White_Space}+/gu, ' ')
    .replace(/^ | $/g, '');
  return escapeMarkers(folded);
}

/** Whether a line may follow another: it is not empty and begins with neither white space nor `/` (boundary rule). */
export function startsSafely(line: string): boolean {
  return line !== '' && !/^[\p{White_Space}/]/u.test(line);
}

/**
 * TEXT CANNOT GIVE ORDERS. The encodings of untrusted text know no added tokens, so what is left to defend are markers
 * that are plain text to a model (`[INST]` of Mistral and Llama 2), and readers of the text that tokenize it again with
 * an ordinary tokenizer. One list for all models, so that a text does not depend on the tokenizer.
 */
const MARKER = new RegExp(
  [
    /<\|[^\s<>|]{1,64}\|>/, // Llama 3, Qwen, Phi, DeepSeek, gpt-oss: every name between bars
    /<\/?(?:s|unk|pad|bos|eos|mask|cls|sep|think|tool_call|tool_response|tools|start_of_turn|end_of_turn)>/,
    /<<\/?SYS>>/,
    /\[\/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_RESULTS|TOOL_CALLS|TOOL_CONTENT|THINK|IMG|PREFIX|MIDDLE|SUFFIX)\]/,
    /\[(?:CLS|SEP|PAD|UNK|MASK)\]/,
    /<(?:start_of_image|end_of_image|image_soft_token|fim_prefix|fim_middle|fim_suffix)>/,
  ]
    .map((pattern) => pattern.source)
    .join('|'),
  'g',
);

/** Every character whose compatibility form begins a marker; texts without one are not looked at further. */
const OPENERS = /[<[\ufe47\ufe64\uff1c\uff3b]/;

/** Characters that show nothing: zero-widths, soft hyphens, variation selectors, direction marks, controls. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}]/u;

/**
 * Puts a space behind the first character of every marker, also of one that is spelled with full-width letters or with
 * invisible characters in between: markers are sought in the NFKC form without invisible characters.
 */
export function escapeMarkers(text: string): CleanText {
  if (!OPENERS.test(text)) return { text, escapes: 0 };
  const { skeleton, origins } = skeletonOf(text);
  let escaped = '';
  let done = 0;
  let escapes = 0;
  for (const match of skeleton.matchAll(MARKER)) {
    const opener = origins[match.index]!;
    const behind = opener + (text.codePointAt(opener)! > 0xffff ? 2 : 1);
    escaped += `${text.slice(done, behind)} `;
    done = behind;
    escapes++;
  }
  return { text: escaped + text.slice(done), escapes };
}

/** `origins[i]` is where in `text` the code unit `i` of the skeleton comes from. */
function skeletonOf(text: string): { skeleton: string; origins: number[] } {
  let skeleton = '';
  const origins: number[] = [];
  let at = 0;
  for (const character of text) {
    if (!INVISIBLE.test(character)) {
      const plain = character.normalize('NFKC');
      skeleton += plain;
      for (let i = 0; i < plain.length; i++) origins.push(at);
    }
    at += character.length;
  }
  return { skeleton, origins };
}

const masks = new WeakMap<LoadedTokenizer, Uint8Array>();

/**
 * Asserts that ids of untrusted text hold no control token; a broken invariant of ours, so a plain Error.
 */
export function assertNoControl(ids: ArrayLike<number>, tokenizer: LoadedTokenizer): void {
  let mask = masks.get(tokenizer);
  if (mask === undefined) {
    mask = new Uint8Array(tokenizer.vocabSize);
    for (const id of tokenizer.controlIds) mask[id] = 1;
    masks.set(tokenizer, mask);
  }
  for (let i = 0; i < ids.length; i++) {
    if (mask[ids[i]!] !== 0) {
      throw new Error(`token ${ids[i]} at ${i} of untrusted text is a control token of ${tokenizer.id} or none at all`);
    }
  }
}
