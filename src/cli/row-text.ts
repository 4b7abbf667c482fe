/**
 * A row as a person reads it: runs of text by role and origin, coloured and lettered.
 */
import type { OriginRow, Role } from '../../schemas/rows.ts';
import { entriesOf, intAt, nth } from '../checked.ts';
import { harmless } from '../harmless-text.ts';
import { IGNORE_INDEX } from '../profiles/hf.ts';
import type { RenderedRow, Segment } from '../prompt/rendered-row.ts';

/** A run of tokens as `inspect --json` prints it. */
export interface TextRun {
  readonly role: Role;
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

/** The segments of a row of a release. */
export function segmentsOf({ role, to, event, version, fields, level }: OriginRow): Segment[] {
  return role.map((each, i) => ({
    ...{ role: each, to: intAt(to, i), event: nth(event, i), version: nth(version, i) },
    ...{ fields: nth(fields, i), level: nth(level, i) },
  }));
}

/**
 * Splits the row's segments at the borders of fields. `decode` returns the text of a run of ids.
 */
export function textRuns(
  { ids, segments }: Pick<RenderedRow, 'ids' | 'segments'>,
  decode: (ids: Int32Array) => string,
): TextRun[] {
  const runs: TextRun[] = [];
  let from = 0;
  for (const { role, to, event, version, fields, level } of segments) {
    const kind = role === 'control' ? 'control' : event !== '' || version !== '' ? 'event' : 'template';
    const known = {
      ...(event === '' ? {} : { event }),
      ...(version === '' ? {} : { version }),
      ...(level === '' ? {} : { level }),
    };
    const push = (start: number, end: number, field?: string) => {
      if (end <= start) return;
      const origin = { kind, ...known, ...(field === undefined ? {} : { field }) } as const;
      runs.push({ role, from: start, to: end, text: textOf(ids, [start, end], decode), origin });
    };
    let at = from;
    for (const run of fields) {
      push(at, from + run.from);
      push(from + run.from, from + run.to, run.field);
      at = from + run.to;
    }
    push(at, to);
    from = to;
  }
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

/** How each role is lettered and coloured. */
const ROLE_MARKS: Readonly<Record<Role, { readonly letter: string; readonly style: string }>> = {
  control: { letter: 'C', style: '2' },
  instruction: { letter: 'I', style: '36' },
  profile: { letter: 'P', style: '35' },
  history: { letter: 'H', style: '33' },
  question: { letter: 'Q', style: '34' },
  answer: { letter: 'A', style: '1;4;32' },
};

/** What the letters mean, in the colours of the roles. */
export function legend(colour: boolean): string {
  const paint = painter(colour);
  const roles = entriesOf(ROLE_MARKS).map(([role, { letter, style }]) => paint(`${letter} ${role}`, style));
  const bold = colour ? `; ${paint('bold', '1')} comes from an event, ${paint('underlined', '4')} is learned` : '';
  return `${roles.join('  ')}${bold}`;
}

type Paint = (text: string, style: string) => string;

function painter(colour: boolean): Paint {
  return (text, style) => (colour ? text.replace(/[^\n]+/g, (part) => `\u001b[${style}m${part}\u001b[0m`) : text);
}

/** Begins each line of a role but its first, which has the letter. */
const MARGIN = '    ';

/**
 * The whole row: a letter in the margin where the role changes, values of fields in bold,
 * supervised tokens underlined.
 */
export function rowText(labels: readonly number[], runs: readonly TextRun[], colour: boolean): string {
  const paint = painter(colour);
  let text = '';
  let role = '';
  for (const run of runs) {
    const { letter, style } = ROLE_MARKS[run.role];
    if (run.role !== role) text += `${text === '' || text.endsWith('\n') ? '' : '\n'}${paint(`${letter} | `, '2')}`;
    else if (text.endsWith('\n')) text += MARGIN;
    role = run.role;
    const supervised = labels[run.from] !== IGNORE_INDEX;
    const printed = run.role === 'control' ? visible(run.text) : harmless(run.text);
    const styles = `${run.origin.field === undefined ? '' : '1;'}${style}${supervised ? ';4' : ''}`;
    text += paint(printed, styles).replace(/\n(?=.)/gs, `\n${MARGIN}`);
  }
  return text;
}

/** White space and control ids as signs. */
function visible(text: string): string {
  return text.replaceAll('\n', '↵');
}
