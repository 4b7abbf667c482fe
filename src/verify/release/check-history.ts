/** The history of a row: its lines, and the cut ledger in `origin/`. */
import type { RuleId } from '../fault-list.ts';
import type { OriginSegment } from './origin-row.ts';
import { fault, number, type RowCase } from './release-row.ts';

type Segments = readonly OriginSegment[];

/**
 * Which lines the history has, in which order and at which levels. Returns whether one is wrong.
 */
export function checkHistory(rowCase: RowCase): boolean {
  const { row, wanted } = rowCase;
  rowCase.list.look('history');
  const lines = (segments: Segments) => segments.filter(({ role, version }) => role === 'history' && version !== '');
  const [actual, right] = [lines(row.segments), lines(wanted)];
  const index = Array.from({ length: Math.max(actual.length, right.length) }, (_, i) => i).find((i) => {
    const [a, b] = [actual[i], right[i]];
    return a?.event !== b?.event || a?.version !== b?.version || a?.level !== b?.level;
  });
  if (index === undefined) return false;
  const told = (line: OriginSegment | undefined) =>
    line === undefined ? 'nothing' : `event ${line.event} at level ${line.level}, version ${line.version}`;
  const lengths = `line ${index} of ${actual.length} (${right.length} by the rules)`;
  const detail = `${lengths}: ${told(actual[index])} instead of ${told(right[index])}`;
  fault(rowCase, { check: 'history', rule: rulesOfLines(rowCase, actual, right), detail });
  return true;
}

/**
 * The rules that lines break: which entries there are, what filling takes of them, in which order
 * they are shown.
 */
function rulesOfLines({ reference, pseudonyms }: RowCase, actual: Segments, right: Segments): RuleId[] {
  const entries = new Set(reference.prompt.past.entries.map(({ event }) => pseudonyms.of('event', event.id)));
  if (actual.some(({ event }) => !entries.has(event))) return ['HIST-1', 'HIST-2', 'HIST-3', 'ASOF-6', 'ASOF-7'];
  const byEvent = new Map(right.map((line) => [line.event, line]));
  const isMissing = ({ event }: OriginSegment) => !byEvent.has(event);
  if (actual.length !== right.length || actual.some(isMissing))
    return ['FILL-2', 'FILL-4', 'HIST-4', 'HIST-5', 'FILL-1'];
  if (actual.some(({ event, version }) => byEvent.get(event)?.version !== version)) return ['ASOF-3'];
  return actual.some(({ event, level }) => byEvent.get(event)?.level !== level) ? ['FILL-2', 'CUT-1'] : ['FILL-3'];
}

/**
 * Each column of the cut ledger with the rule that makes it; what was shown and available is in the
 * sidecar.
 */
const LEDGER_RULES: Readonly<Record<'lowered' | 'room' | 'used', RuleId>> = {
  lowered: 'FILL-2',
  room: 'FILL-1',
  used: 'FILL-4',
};

/** The cut ledger of the row (FILL-5). */
export function checkLedger(rowCase: RowCase): void {
  const { row, reference, pseudonyms } = rowCase;
  rowCase.list.look('ledger');
  for (const name of Object.keys(LEDGER_RULES) as (keyof typeof LEDGER_RULES)[]) {
    const [actual, right] = [number(row.origin[name]), reference.ledger[name]];
    const rule: RuleId[] = ['FILL-5', LEDGER_RULES[name]];
    if (actual !== right) fault(rowCase, { check: 'ledger', rule, detail: `${name} ${actual} instead of ${right}` });
  }
  const [told, stopped] = [row.stoppedAt, pseudonyms.of('event', reference.prompt.filling.stoppedAt)];
  const detail = `stopped at "${told}" instead of "${stopped}"`;
  if (told !== stopped) fault(rowCase, { check: 'ledger', rule: ['FILL-5', 'FILL-2'], detail });
}
