/**
 * A row of a release as a person reads it: runs of text by role and origin, coloured and lettered.
 */
import { intAt, nth } from '../checked.ts';
import { harmless } from '../harmless-text.ts';
import type { ReleaseRow } from '../release/release-reader.ts';

/** A run of tokens as `inspect --json` prints it. */
export interface TextRun {
  readonly role: string;
  readonly from: number;
  readonly to: number;
  readonly text: string;
  /** Where it came from: a template, a control token, or a field of an event (pseudonyms). */
  readonly origin: {
    readonly kind: 'template' | 'control' | 'event';
    readonly event?: string;
    readonly version?: string;
    readonly field?: string;
    readonly level?: string;
  };
}

/**
 * Splits the row's segments at the borders of fields. `decode` returns the text of a run of ids.
 */
export function textRuns(row: ReleaseRow, decode: (ids: Int32Array) => string): TextRun[] {
  const runs: TextRun[] = [];
  const { origin } = row;
  let from = 0;
  origin.role.forEach((role, i) => {
    const to = intAt(origin.to, i);
    const event = nth(origin.event, i);
    const version = nth(origin.version, i);
    const level = nth(origin.level, i);
    const known = {
      ...(event === '' ? {} : { event }),
      ...(version === '' ? {} : { version }),
      ...(level === '' ? {} : { level }),
    };
    const push = (start: number, end: number, field?: string) => {
      if (end <= start) return;
      const kind = role === 'control' ? 'control' : event !== '' || version !== '' ? 'event' : 'template';
      runs.push({
        role,
        from: start,
        to: end,
        text: textOf(row.ids, [start, end], decode),
        origin: { kind, ...known, ...(field === undefined ? {} : { field }) },
      });
    };
    let at = from;
    for (const run of nth(origin.fields, i)) {
      push(at, from + run.from);
      push(from + run.from, from + run.to, run.field);
      at = from + run.to;
    }
    push(at, to);
    from = to;
  });
  return runs;
}

/**
 * A run, decoded together with the token before it: alone, a sentencepiece decoder takes its
 * leading space for the beginning of a text.
 */
function textOf(ids: Int32Array, [from, to]: readonly [number, number], decode: (ids: Int32Array) => string): string {
  if (from === 0) return decode(ids.subarray(0, to));
  return decode(ids.subarray(from - 1, to)).slice(decode(ids.subarray(from - 1, from)).length);
}

const STYLES: Readonly<Record<string, string>> = {
  control: '2',
  instruction: '36',
  profile: '35',
  history: '33',
  question: '34',
  answer: '1;4;32',
};

/**
 * The whole row: a letter in the margin where the role changes, values of fields in bold,
 * supervised tokens underlined.
 */
export function rowText(row: ReleaseRow, runs: readonly TextRun[], colour: boolean): string {
  const paint = (text: string, style: string) =>
    colour ? text.replace(/[^\n]+/g, (part) => `\u001b[${style}m${part}\u001b[0m`) : text;
  let text = '';
  let role = '';
  for (const run of runs) {
    if (run.role !== role)
      text += `${text === '' || text.endsWith('\n') ? '' : '\n'}${paint(`${run.role[0]?.toUpperCase()} | `, '2')}`;
    role = run.role;
    const supervised = row.labels[run.from] !== -100;
    const printed = run.role === 'control' ? visible(run.text) : harmless(run.text);
    const style = `${run.origin.field === undefined ? '' : '1;'}${STYLES[run.role] ?? '0'}${supervised ? ';4' : ''}`;
    text += paint(printed, style).replace(/\n(?=.)/gs, '\n    ');
  }
  return text;
}

/** White space and control ids as signs. */
function visible(text: string): string {
  return text.replaceAll('\n', '↵');
}
