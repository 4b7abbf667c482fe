/** Lines with `{attribute}` slots (item line, profile): which literal belongs to which field, and the line of the fields that are there. */

import { escapeMarkers, startsSafely } from '../tokenize/clean-field.ts';

/** One slot: the label before its value, and the separator that stands before the label when it is not the first. */
interface Slot {
  readonly field: string;
  readonly separator: string;
  readonly label: string;
}

export interface LinePattern {
  readonly open: string;
  readonly slots: readonly Slot[];
  readonly close: string;
}

/** A line of text and where in it (UTF-16 code units) the values of fields stand. */
export interface FilledLine {
  readonly text: string;
  readonly spans: readonly { readonly field: string; readonly from: number; readonly to: number }[];
}

const SLOT = /\{([A-Za-z_][A-Za-z0-9_.-]*)\}/g;

/** The parts of `[Title: {title}, Location: {location}]`; the rule of separators stands in ARCHITECTURE.md. */
export function parseLinePattern(line: string): LinePattern {
  const literals = line.split(SLOT);
  const open = literals[0]!.startsWith('[') ? '[' : '';
  const slots: Slot[] = [];
  for (let i = 1; i < literals.length; i += 2) {
    const before = i === 1 ? literals[0]!.slice(open.length) : literals[i - 1]!;
    const space = before.indexOf(' ');
    const cut = i === 1 ? 0 : space < 0 ? before.length : space + 1;
    slots.push({ field: literals[i]!, separator: before.slice(0, cut), label: before.slice(cut) });
  }
  return {
    open,
    slots,
    close: literals.length === 1 ? literals[0]!.slice(open.length) : literals[literals.length - 1]!,
  };
}

/** The line of the values given, slot by slot; an empty value leaves its slot out with label and separator. */
export function fillPattern(pattern: LinePattern, values: readonly string[]): FilledLine {
  let text = pattern.open;
  const spans: { field: string; from: number; to: number }[] = [];
  pattern.slots.forEach((slot, i) => {
    const value = values[i]!;
    if (value === '') return;
    text += (spans.length === 0 ? '' : slot.separator) + slot.label;
    spans.push({ field: slot.field, from: text.length, to: text.length + value.length });
    text += value;
  });
  return makeSafe({ text: text + pattern.close, spans });
}

/** Every field is safe by itself; here what could form across its borders is broken up, and the beginning kept apart from the line before. */
function makeSafe(line: FilledLine): FilledLine {
  const { text, escapes } = escapeMarkers(line.text);
  if (escapes === 0) return startsSafely(line.text) ? line : shifted(`- ${line.text}`, line);
  return shifted(startsSafely(text) ? text : `- ${text}`, line);
}

/** The spans moved to where their characters stand in `text`, which is the line with characters put in between. */
function shifted(text: string, line: FilledLine): FilledLine {
  const places = new Int32Array(line.text.length + 1);
  let at = 0;
  for (let i = 0; i < line.text.length; i++, at++) {
    while (text[at] !== line.text[i]) at++;
    places[i] = at;
  }
  places[line.text.length] = at;
  return {
    text,
    spans: line.spans.map(({ field, from, to }) => ({ field, from: places[from]!, to: places[to - 1]! + 1 })),
  };
}
