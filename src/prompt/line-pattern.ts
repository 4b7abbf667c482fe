/**
 * Lines with `{attribute}` slots (item line, profile, exposure line): which literal belongs to
 * which field, and the line of the fields that are there.
 */
import { intAt, last, nth } from '../checked.ts';
import { escapeMarkers, startsSafely } from '../tokenize/clean-field.ts';

/**
 * One slot: the label before its value, and the separator before the label when it is not the
 * first.
 */
interface Slot {
  readonly field: string;
  readonly separator: string;
  readonly label: string;
}

/** A line taken apart at its slots. */
export interface LinePattern {
  readonly open: string;
  readonly slots: readonly Slot[];
  readonly close: string;
}

/** The text for each slot of a pattern; empty where there is none. */
export type SlotTexts = readonly string[];

/** A line of text and where in it (UTF-16 code units) the values of fields lie. */
export interface FilledLine {
  readonly text: string;
  readonly spans: readonly { readonly field: string; readonly from: number; readonly to: number }[];
}

const SLOT = /\{([A-Za-z_][A-Za-z0-9_.-]*)\}/g;

/** The parts of `[Title: {title}, Location: {location}]` (TEXT-3). */
export function parseLinePattern(line: string): LinePattern {
  const literals = line.toWellFormed().split(SLOT);
  const beginning = nth(literals, 0);
  const open = beginning.startsWith('[') ? '[' : '';
  const slots: Slot[] = [];
  for (let i = 1; i < literals.length; i += 2) {
    const before = i === 1 ? beginning.slice(open.length) : nth(literals, i - 1);
    const space = before.indexOf(' ');
    const cut = i === 1 ? 0 : space < 0 ? before.length : space + 1;
    slots.push({ field: nth(literals, i), separator: before.slice(0, cut), label: before.slice(cut) });
  }
  return { open, slots, close: literals.length === 1 ? beginning.slice(open.length) : last(literals) };
}

/**
 * The line of the values given, slot by slot; an empty value leaves its slot out with label and
 * separator (TEXT-4).
 */
export function fillPattern(pattern: LinePattern, values: SlotTexts): FilledLine {
  let text = pattern.open;
  const spans: { field: string; from: number; to: number }[] = [];
  for (const [i, slot] of pattern.slots.entries()) {
    const value = nth(values, i);
    if (value === '') continue;
    text += (spans.length === 0 ? '' : slot.separator) + slot.label;
    spans.push({ field: slot.field, from: text.length, to: text.length + value.length });
    text += value;
  }
  return makeSafe({ text: text + pattern.close, spans });
}

/**
 * Every field is safe by itself; here what could form across its borders or where a line is cut is
 * broken up, and the beginning kept apart from the line before (TEXT-5).
 */
export function makeSafe(line: FilledLine): FilledLine {
  const { text, escapes } = escapeMarkers(line.text);
  if (escapes === 0) return startsSafely(line.text) ? line : shifted(`- ${line.text}`, line);
  return shifted(startsSafely(text) ? text : `- ${text}`, line);
}

/**
 * The spans moved to where their characters lie in `text`, which is the line with more put in
 * between.
 */
function shifted(text: string, line: FilledLine): FilledLine {
  const moved = new Int32Array(line.text.length + 1);
  let at = 0;
  for (let i = 0; i < line.text.length; i++, at++) {
    while (text[at] !== line.text[i]) at++;
    moved[i] = at;
  }
  moved[line.text.length] = at;
  return {
    text,
    spans: line.spans.map(({ field, from, to }) => ({
      field,
      from: intAt(moved, from),
      to: intAt(moved, to - 1) + 1,
    })),
  };
}
