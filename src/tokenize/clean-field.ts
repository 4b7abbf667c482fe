/** Makes the text of a field safe to use in a line (TEXT-1): well-formed, one line, no orders. */
import type { LoadedTokenizer } from './load-tokenizer.ts';
import { unitsOf } from './text-spans.ts';

/** A text that is safe, and how much that took. */
export interface CleanText {
  readonly text: string;
  /** Look-alikes of control tokens that were broken up. */
  readonly escapes: number;
}

/** White space that is not one space alone: most texts have none, and folding takes every space. */
const UNFOLDED = / {2}|[^\P{White_Space} ]/u;

/**
 * Text of a field as it goes into a line (TEXT-1). Ill-formed UTF-16 becomes U+FFFD; runs of
 * Unicode white space, line ends included, become one space; both ends are trimmed; look-alikes are
 * broken up (`escapeMarkers`). Zero-width characters stay: joiners are part of emoji and of several
 * scripts. Cleaning twice changes nothing more. Look-alikes are sought in the first `pointsMax`
 * code points alone, so that what is not shown of a long text costs next to nothing.
 */
export function cleanField(text: string, pointsMax = Number.POSITIVE_INFINITY): CleanText {
  const formed = text.toWellFormed();
  const spaced = UNFOLDED.test(formed) ? formed.replace(/\p{White_Space}+/gu, ' ') : formed;
  const folded = spaced.slice(spaced.startsWith(' ') ? 1 : 0, spaced.endsWith(' ') ? -1 : undefined);
  return escapeMarkers(folded, folded.length <= pointsMax ? folded.length : unitsOf(folded, pointsMax));
}

/**
 * The line may follow another: it is not empty and begins with neither white space nor `/`, which
 * would merge with a line end.
 */
export function startsSafely(line: string): boolean {
  return line !== '' && !/^[\p{White_Space}/]/u.test(line);
}

/**
 * TEXT CANNOT GIVE ORDERS. The encodings of untrusted text know no added tokens. That leaves
 * markers that are plain text to a model (`[INST]` of Mistral and Llama 2), and readers of the text
 * that tokenize it again with an ordinary tokenizer. One list serves all models, so that no text
 * depends on the tokenizer.
 */
const MARKERS: readonly string[] = [
  ...within(['<', '</'], '>', 's unk pad bos eos mask cls sep think tool_call tool_response tools'),
  ...within(['<', '</'], '>', 'start_of_turn end_of_turn'),
  ...within(['<<', '<</'], '>>', 'SYS'),
  ...within(['[', '[/'], ']', 'INST SYSTEM_PROMPT AVAILABLE_TOOLS TOOL_RESULTS TOOL_CALLS TOOL_CONTENT'),
  ...within(['[', '[/'], ']', 'THINK IMG PREFIX MIDDLE SUFFIX'),
  ...within(['['], ']', 'CLS SEP PAD UNK MASK'),
  ...within(['<'], '>', 'start_of_image end_of_image image_soft_token fim_prefix fim_middle fim_suffix'),
];

/** Llama 3, Qwen, Phi, DeepSeek, gpt-oss: every name of up to 64 letters between bars. */
const BAR_MARKER = /^<\|[^\s<>|]{1,64}\|>$/;
const BAR_BEGINNING = /^<\|[^\s<>|]{0,64}\|?$/;

const WHOLE_MARKERS: ReadonlySet<string> = new Set(MARKERS);
/** All that any of MARKERS begins with. */
const BEGINNINGS: ReadonlySet<string> = new Set(
  MARKERS.flatMap((marker) => Array.from(marker, (_, i) => marker.slice(0, i + 1))),
);

/** Each of the names between each of the openings and the closing. */
function within(openings: readonly string[], closing: string, names: string): string[] {
  return openings.flatMap((opening) => names.split(' ').map((name) => opening + name + closing));
}

/** The characters whose compatibility form begins a marker. */
const OPENERS = /[<[\ufe47\ufe64\uff1c\uff3b]/g;

/**
 * Invisible characters: zero-widths, soft hyphens, variation selectors, direction marks, controls.
 */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}]/u;

/**
 * Puts a space after the first character of every marker (TEXT-2), also of one that is spelled
 * with full-width letters or with invisible characters in between: markers are sought in the NFKC
 * form without invisible characters. Those that begin at or after the unit `end` are left.
 */
export function escapeMarkers(text: string, end = text.length): CleanText {
  let escaped = '';
  let done = 0;
  let escapes = 0;
  for (const { index } of text.matchAll(OPENERS)) {
    if (index >= end) break;
    if (!beginsMarker(text, index)) continue;
    escaped += `${text.slice(done, index + 1)} `;
    done = index + 1;
    escapes++;
  }
  return { text: escaped + text.slice(done), escapes };
}

/**
 * The text from `from` on reads as a marker: in NFKC, without invisible characters. It is read no
 * further than it can still become one, so that all of a text is read in time linear in its length.
 */
function beginsMarker(text: string, from: number): boolean {
  let read = '';
  for (let at = from; at < text.length; ) {
    const code = text.codePointAt(at) ?? 0;
    at += code > 0xffff ? 2 : 1;
    for (const unit of visibleUnits(code)) {
      read += unit;
      const isBar = read.startsWith('<|');
      if (isBar ? BAR_MARKER.test(read) : WHOLE_MARKERS.has(read)) return true;
      if (!(isBar ? BAR_BEGINNING.test(read) : BEGINNINGS.has(read))) return false;
    }
  }
  return false;
}

/** A code point in NFKC, by UTF-16 code units; none where it is invisible. */
function visibleUnits(code: number): readonly string[] | string {
  const character = String.fromCodePoint(code);
  // Printable ASCII is its own form.
  if (code > 0x20 && code < 0x7f) return character;
  return INVISIBLE.test(character) ? '' : character.normalize('NFKC').split('');
}

const masks = new WeakMap<LoadedTokenizer, Uint8Array>();

/**
 * Asserts that the ids of untrusted text hold no control token (TOKEN-2). Throws Error, a bug of
 * ours, where they do.
 */
export function assertNoControl(ids: ArrayLike<number>, tokenizer: LoadedTokenizer): void {
  let mask = masks.get(tokenizer);
  if (mask === undefined) {
    mask = new Uint8Array(tokenizer.vocabSize);
    for (const id of tokenizer.controlIds) mask[id] = 1;
    masks.set(tokenizer, mask);
  }
  for (let i = 0; i < ids.length; i++) {
    if (mask[ids[i] ?? -1] !== 0) {
      throw new Error(`token ${ids[i]} at ${i} of untrusted text is a control token of ${tokenizer.id} or none at all`);
    }
  }
}
