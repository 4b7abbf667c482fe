/** Lines of items, profiles and exposures: texts of fields, and patterns with slots. */
import { hash } from 'node:crypto';
import type { Attributes } from '../../../schemas/event.ts';
import { nth } from '../checked.ts';
import type { Identity } from '../identity/identity.ts';

type FieldValue = Attributes[string];

/**
 * Where a field's text is in a line, in UTF-16 units; the ellipsis after it included where it is
 * cut.
 */
export interface FieldRange {
  readonly field: string;
  readonly from: number;
  readonly to: number;
}

/** One line without its line end. */
export interface Line {
  readonly text: string;
  readonly fields: readonly FieldRange[];
}

interface Slot {
  readonly field: string;
  readonly separator: string;
  readonly label: string;
}

/** A pattern such as `[Title: {title}, Company: {company}]`, taken apart. */
export type Pattern = ReturnType<typeof patternOf>;

/** A field that has a text. */
export interface FilledSlot extends Slot {
  readonly text: string;
}

/** Opening, slots and closing of a pattern (TEXT-3). */
export function patternOf(text: string) {
  const open = text.startsWith('[') ? '[' : '';
  const parts = text.slice(open.length).split(/\{([^{}]*)\}/);
  const slots: Slot[] = [];
  for (let i = 1; i < parts.length; i += 2) {
    const literal = nth(parts, i - 1);
    // Up to its first space, or all of it where it has none.
    const separator = i === 1 ? '' : literal.slice(0, literal.indexOf(' ') + 1) || literal;
    slots.push({ field: nth(parts, i), separator, label: literal.slice(separator.length) });
  }
  return { open, slots, closing: nth(parts, parts.length - 1) };
}

/** Code points of a field for each token of the greatest level (CUT-1). */
const CODE_POINTS_PER_TOKEN = 64;

/** How many code points a field's text may have (CUT-1). */
export function longestField({ section }: Pick<Identity, 'section'>): number {
  return CODE_POINTS_PER_TOKEN * Math.max(...Object.values(section.levels));
}

/**
 * The text of an attribute, of at most so many code points and then `…` (CUT-1); empty where it is
 * missing or says nothing (TEXT-1).
 */
export function fieldText(value: FieldValue | undefined, most = Number.POSITIVE_INFINITY): string {
  if (value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return shortened(cleanText(Array.isArray(value) ? value.join(', ') : String(value)), most);
}

function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  let end = 0;
  for (let points = 0; points < most && end < text.length; points++) end += isPair(text, end) ? 2 : 1;
  return end < text.length ? `${text.slice(0, end)}…` : text;
}

function isPair(text: string, at: number): boolean {
  return (text.codePointAt(at) ?? 0) > 0xffff;
}

/** The slots of a pattern that have a text, in order; texts of at most `most` code points. */
export function fillSlots(pattern: Pattern, attributes: Attributes, most?: number): FilledSlot[] {
  return pattern.slots.flatMap((slot) => {
    const text = Object.hasOwn(attributes, slot.field) ? fieldText(attributes[slot.field], most) : '';
    return text === '' ? [] : [{ ...slot, text }];
  });
}

/**
 * The whole line of a pattern: the first slot that is there has no separator (TEXT-4); safe
 * (TEXT-5).
 */
export function lineOf({ open, closing }: Pattern, slots: readonly FilledSlot[]): Line {
  let line = open;
  const fields: FieldRange[] = [];
  for (const [index, { field, separator, label, text }] of slots.entries()) {
    line += (index === 0 ? '' : separator) + label;
    fields.push({ field, from: line.length, to: line.length + text.length });
    line += text;
  }
  return safeLine({ text: line + closing, fields });
}

/** A version, or anything else that has attributes. */
type Described = { readonly attributes: Attributes };

/** What an item says: its whole line before cutting (CAND-9). */
export function itemLines(identity: Identity): (version: Described) => string {
  const pattern = patternOf(identity.domain.item.line);
  const most = longestField(identity);
  return ({ attributes }) => lineOf(pattern, fillSlots(pattern, attributes, most)).text;
}

/**
 * Digests of what items say, since it is compared alone. Made once for each version. Bound: some 50
 * bytes a version.
 */
export function itemTexts(identity: Identity): (version: Described) => string {
  const line = itemLines(identity);
  const digests = new WeakMap<Described, string>();
  // Asked of every entry of a history: no function is made for it.
  return (version) => {
    const known = digests.get(version);
    if (known !== undefined) return known;
    const digest = hash('sha256', line(version), 'binary').slice(0, DIGEST_BYTES);
    digests.set(version, digest);
    return digest;
  };
}

const DIGEST_BYTES = 16;

/**
 * Breaks markers that form across fields; the line is not empty, and begins with neither white
 * space nor `/` (TEXT-5).
 */
export function safeLine({ text, fields }: Line): Line {
  const lead = /^([\p{White_Space}/]|$)/u.test(text) ? '- ' : '';
  const places = markerPlaces(text);
  if (lead === '' && places.length === 0) return { text, fields };
  const moved = (at: number) => at + lead.length + places.filter((place) => place <= at).length;
  return {
    text: lead + spaced(text, places),
    fields: fields.map(({ field, from, to }) => ({ field, from: moved(from), to: moved(to) })),
  };
}

/**
 * Well-formed, white space folded, and look-alikes of control tokens broken up (TEXT-1, TEXT-2).
 */
export function cleanText(text: string): string {
  const folded = text.toWellFormed().replace(/\p{White_Space}+/gu, ' ');
  const trimmed = folded.replace(/^ | $/g, '');
  return spaced(trimmed, markerPlaces(trimmed));
}

/** Whether anything in a text reads as a control token (TEXT-2). */
export function readsAsControl(text: string): boolean {
  return markerPlaces(text).length > 0;
}

const NAMED_TAGS = 's|unk|pad|bos|eos|mask|cls|sep|think|tool_call|tool_response|tools|start_of_turn|end_of_turn';
const OTHER_TAGS = 'start_of_image|end_of_image|image_soft_token|fim_prefix|fim_middle|fim_suffix';
const BRACKETS =
  'INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_RESULTS|TOOL_CALLS|TOOL_CONTENT|THINK|IMG|PREFIX|MIDDLE|SUFFIX';
// Looked for ahead of every place: one marker may begin inside another (`<|[INST]|>`).
const MARKERS = new RegExp(
  `(?=<\\|[^\\s<>|]{1,64}\\|>|</?(?:${NAMED_TAGS})>|<(?:${OTHER_TAGS})>|<</?SYS>>` +
    `|\\[/?(?:${BRACKETS})\\]|\\[(?:CLS|SEP|PAD|UNK|MASK)\\])`,
  'g',
);
/** Such a text is its own NFKC form and has nothing invisible. */
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}]/u;

/** Puts a space before each place. */
function spaced(text: string, places: readonly number[]): string {
  return [0, ...places].map((from, index) => text.slice(from, places[index] ?? text.length)).join(' ');
}

/**
 * Where the second character of each marker begins, in UTF-16 units. Markers are sought in the NFKC
 * form without invisible characters (TEXT-2).
 */
function markerPlaces(text: string): number[] {
  if (PRINTABLE_ASCII.test(text)) return [...text.matchAll(MARKERS)].map(({ index }) => index + 1);
  // By character: to normalize a long text of combining marks takes the square of its length.
  if (!new Set(text).values().some((character) => /[<[]/.test(character.normalize('NFKC')))) return [];
  let plain = '';
  const behind: number[] = [];
  let at = 0;
  for (const character of text) {
    at += character.length;
    const form = PRINTABLE_ASCII.test(character) ? character : formOf(character);
    plain += form;
    for (let i = 0; i < form.length; i++) behind.push(at);
  }
  return [...plain.matchAll(MARKERS)].map((match) => nth(behind, match.index));
}

function formOf(character: string): string {
  return INVISIBLE.test(character) ? '' : character.normalize('NFKC');
}
