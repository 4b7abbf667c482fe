/** What the row says about itself: candidates, history, cut ledger, origins of tokens, sidecar. */
import { answerStart } from './check-tokens.ts';
import { fault, number, type OriginSegment, type RowCase, text } from './release-row.ts';

const SEPARATOR = '\u001f';

export function checkCandidates(rowCase: RowCase): boolean {
  const { row, expected, wanted } = rowCase;
  rowCase.list.look('candidates');
  const { question } = expected;
  const items = question.itemIds.join(SEPARATOR);
  const reasons = question.candidates.map(({ reason }) => reason).join(SEPARATOR);
  const seenItems = text(row.meta.item_ids);
  if (seenItems !== items) {
    fault(rowCase, 'candidates', `asks about ${shown(seenItems)} instead of ${shown(items)}`);
    return true;
  }
  const seenReasons = text(row.meta.candidate_reasons);
  if (seenReasons !== reasons) {
    fault(rowCase, 'candidates', `reasons ${shown(seenReasons)} instead of ${shown(reasons)}`);
  }
  const asked = (segments: readonly OriginSegment[]) =>
    segments.filter(({ role, version }) => role === 'question' && version !== '').map(({ version }) => version);
  if (asked(row.segments).join() === asked(wanted).join()) return false;
  fault(rowCase, 'candidates', 'the question shows other item versions than the newest seen');
  return true;
}

function shown(list: string): string {
  return list.split(SEPARATOR).join(', ');
}

export function checkHistory(rowCase: RowCase): boolean {
  const { row, wanted } = rowCase;
  rowCase.list.look('history');
  const lines = (segments: readonly OriginSegment[]) =>
    segments.filter(({ role, version }) => role === 'history' && version !== '');
  const [actual, right] = [lines(row.segments), lines(wanted)];
  const at = Array.from({ length: Math.max(actual.length, right.length) }, (_, index) => index).find((index) => {
    const [a, b] = [actual[index], right[index]];
    return a?.event !== b?.event || a?.version !== b?.version || a?.level !== b?.level;
  });
  if (at === undefined) return false;
  const told = (line: OriginSegment | undefined) =>
    line === undefined ? 'nothing' : `event ${line.event} at level ${line.level}, version ${line.version}`;
  fault(
    rowCase,
    'history',
    `line ${at} of ${actual.length} (${right.length} by the rules): ${told(actual[at])} instead of ${told(right[at])}`,
  );
  return true;
}

/** The cut ledger of the row, in `origin/`. */
export function checkLedger(rowCase: RowCase): void {
  const { row, reference, pseudonyms } = rowCase;
  rowCase.list.look('ledger');
  const wanted = {
    shown: reference.shown,
    available: reference.available,
    lowered: reference.lowered,
    left_out: reference.available - reference.shown,
    room: reference.room,
    used: reference.used,
  };
  for (const [name, value] of Object.entries(wanted)) {
    const actual = number(row.origin[name]);
    if (actual !== value) fault(rowCase, 'ledger', `${name} ${actual} instead of ${value}`);
  }
  const stopped = pseudonyms.of('event', reference.stoppedAt);
  if (text(row.origin.stopped_at) !== stopped) {
    fault(rowCase, 'ledger', `stopped at "${text(row.origin.stopped_at)}" instead of "${stopped}"`);
  }
}

/** Every token's role, event, version and level, and the fields that its text came from. */
export function checkOrigin(rowCase: RowCase, explained: boolean): void {
  const { row, wanted } = rowCase;
  rowCase.list.look('origin');
  if (text(row.origin.example_id) !== row.place.example) fault(rowCase, 'origin', 'the origin is that of another row');
  const last = row.segments.at(-1)?.to ?? 0;
  if (last !== row.ids.length) fault(rowCase, 'origin', `segments end at ${last} of ${row.ids.length} tokens`);
  if (explained) return;
  const count = Math.max(row.segments.length, wanted.length);
  for (let index = 0; index < count; index++) {
    const [a, b] = [row.segments[index], wanted[index]];
    if (sameSegment(a, b)) continue;
    const told = (s: OriginSegment | undefined) =>
      s === undefined
        ? 'none'
        : `${s.role} to ${s.to} (event ${s.event}, version ${s.version}, ${s.level}, fields ${s.fields})`;
    fault(rowCase, 'origin', `segment ${index}: ${told(a)} instead of ${told(b)}`);
    return;
  }
}

function sameSegment(a: OriginSegment | undefined, b: OriginSegment | undefined): boolean {
  const same = a?.role === b?.role && a?.to === b?.to && a?.event === b?.event && a?.version === b?.version;
  return same && a?.level === b?.level && a?.fields === b?.fields;
}

/** All columns of the sidecar that no other check looks at. */
export function checkSidecar(rowCase: RowCase, explained: boolean): void {
  const { row, expected, reference } = rowCase;
  rowCase.list.look('sidecar');
  const { question } = expected;
  const { event } = question.opening;
  // What was measured of the opening's item says nothing of a drawn one.
  const shown: { slate?: string | undefined; position?: number | undefined; propensity?: number | undefined } =
    question.drawn ? {} : event;
  const wanted: Record<string, string | number> = {
    task: question.task.name,
    form: question.task.form,
    template: reference.template.id,
    template_version: reference.template.version,
    variant: expected.variant,
    asked_at: question.askedAt,
    label_settled_at: question.settledAt,
    turn_times: '',
    surface: event.surface ?? '',
    // Slate ids are made by the source and may say the member's: they are pseudonyms too.
    slate_id: rowCase.pseudonyms.of('event', shown.slate ?? ''),
    position: shown.position ?? -1,
    propensity: shown.propensity ?? -1,
    split: row.place.split,
    n_tokens: row.ids.length,
    n_loss_tokens: row.ids.length - answerStart(row),
    keep_share: expected.keepShare,
    thin: expected.thin,
    // Where the history is another, so are its counts.
    ...(explained ? {} : historyCounts(rowCase)),
  };
  for (const [name, value] of Object.entries(wanted)) {
    const cell = row.meta[name];
    const actual = typeof value === 'number' ? number(cell) : text(cell);
    if (actual !== value) fault(rowCase, 'sidecar', `${name} is ${actual} instead of ${value}`);
  }
}

function historyCounts({ reference }: RowCase): Record<string, number> {
  return {
    n_history_shown: reference.shown,
    n_history_available: reference.available,
    n_actions_before: reference.actionsBefore,
  };
}

const PSEUDONYM = /^[0-9a-f]{32}$/;

/** Ids are pseudonyms; what other text columns may say is fixed by the sidecar's check. */
export function checkPseudonyms(rowCase: RowCase): void {
  const { row, expected, pseudonyms } = rowCase;
  rowCase.list.look('pseudonym');
  if (text(row.meta.member) !== pseudonyms.of('member', expected.question.member)) {
    fault(rowCase, 'pseudonym', 'the member is not the pseudonym of the one asked');
  }
  const ids = row.segments.flatMap(({ event, version }) => [event, version]);
  ids.push(row.place.example, text(row.meta.member), text(row.origin.stopped_at));
  if (ids.some((id) => id !== '' && !PSEUDONYM.test(id))) {
    fault(rowCase, 'pseudonym', 'an id is not 32 hexadecimal digits');
  }
}
