/** The law of the tables that origins number, once all rows were read (ORIGIN-6). */
import { nth, numberAt } from '../checked.ts';
import type { FaultList, RuleId } from '../fault-list.ts';
import type { Domain } from '../identity/domain.ts';
import { patternOf } from '../reference/lines.ts';
import { compareBytes } from '../world/draws.ts';
import { IDS_SEEN } from './mark-origins.ts';
import {
  eventAt,
  fieldsAt,
  ODD,
  ODD_INDEX,
  type SharedEvents,
  type SharedOrigins,
  type SharedSegments,
  spanOfRun,
  VERSION,
  versionAt,
} from './origin-tables.ts';

/**
 * Each entry is one that a row has, once, and in its place. To be called when the members have
 * explained their events.
 */
export function checkTables({ segments, events }: SharedOrigins, domain: Lines, list: FaultList): void {
  list.look('origin', segments.count + events.count);
  const names = fieldNames(domain);
  for (let number = 0; number < segments.count; number++) {
    const [rule, what] = wrongSegment(segments, number, names) ?? [];
    if (rule !== undefined) add(list, rule, `segment ${number}: ${what}`);
  }
  for (const run of events.members.keys()) checkRun(events, run, list);
}

function add(list: FaultList, rule: RuleId, detail: string): void {
  list.add({}, { check: 'origin', rule: [rule], detail });
}

type Wrong = readonly [rule: RuleId, what: string];

function wrongSegment(table: SharedSegments, number: number, names: ReadonlySet<string>): Wrong | undefined {
  const { roles, levels, versionKinds, tokens, states, used } = table;
  if (roles[number] === ODD_INDEX) return ['ORIGIN-1', 'its role is none'];
  if (levels[number] === ODD_INDEX) return ['CUT-1', 'its level is none'];
  if (versionKinds[number] === VERSION.odd) return ['PSEUDO-2', 'its version is no pseudonym'];
  const fields = fieldsAt(table, number);
  if (!isFields(fields, numberAt(tokens, number), names)) return ['ORIGIN-3', 'its fields are no runs of fields'];
  if (used[number] !== 1) return ['ORIGIN-6', 'no row has it'];
  if (states[number] === IDS_SEEN.differ) return ['ORIGIN-6', 'one row has other tokens there than another'];
  if (number === 0) return undefined;
  const order = compareSegments(table, number - 1, number);
  if (order === 0) return ['ORIGIN-6', 'it is the same as the one before'];
  return order > 0 ? ['ORIGIN-6', 'it comes before the one before'] : undefined;
}

/** What of a domain says which fields its lines may have. */
export type Lines = Pick<Domain, 'profile' | 'at_exposure'> & { readonly item: Pick<Domain['item'], 'line' | 'title'> };

/** Names of fields that any line of the domain may have, as runs have them. */
function fieldNames({ item, profile = '', at_exposure: exposed }: Lines): ReadonlySet<string> {
  const lines = [item.line, item.title ?? '', profile];
  const names = lines.flatMap((line) => patternOf(line).slots.map(({ field }) => field));
  names.push('surface', ...exposed.map(({ key }) => key));
  return new Set(names.map((name) => name.replace(/[% ;]/g, encodeURIComponent)));
}

/** Runs of tokens of a segment, in order: `title 2 5;location 7 9`. */
function isFields(fields: string, tokens: number, names: ReadonlySet<string>): boolean {
  if (fields === '') return true;
  let before = 0;
  return fields.split(';').every((run) => {
    const [, name = '', from, to] = /^([^ ]+) (0|[1-9]\d*) ([1-9]\d*)$/.exec(run) ?? [];
    const isRun = names.has(name) && Number(from) >= before && Number(from) < Number(to) && Number(to) <= tokens;
    before = Number(from);
    return isRun;
  });
}

function compareSegments(table: SharedSegments, a: number, b: number): number {
  const { roles, levels, ids } = table;
  return (
    numberAt(roles, a) - numberAt(roles, b) ||
    compareBytes(versionAt(table, a), versionAt(table, b)) ||
    numberAt(levels, a) - numberAt(levels, b) ||
    compareIds(ids, a, b) ||
    compareBytes(fieldsAt(table, a), fieldsAt(table, b))
  );
}

const ID_BYTES = 16;

function compareIds(ids: Uint8Array, a: number, b: number): number {
  for (let i = 0; i < ID_BYTES; i++) {
    const difference = numberAt(ids, a * ID_BYTES + i) - numberAt(ids, b * ID_BYTES + i);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The events of one member, as far as its timeline does not explain them. */
function checkRun(events: SharedEvents, run: number, list: FaultList): void {
  const member = nth(events.members, run);
  const [from, to] = spanOfRun(events, run);
  const before = events.members[run - 1];
  if (member === ODD) add(list, 'PSEUDO-2', `event ${from}: its member is no pseudonym`);
  else if (before !== undefined && compareBytes(before, member) >= 0)
    add(list, 'ORIGIN-6', `event ${from}: its member comes before that of the one before`);
  for (let event = from; event < to; event++) {
    if (eventAt(events, event) === ODD) add(list, 'PSEUDO-2', `event ${event}: it is no pseudonym`);
    else if (events.used[event] !== 1) add(list, 'ORIGIN-6', `event ${event}: no row has it`);
    else if (events.explained[event] !== 1)
      add(list, 'ORIGIN-6', `event ${event}: the timeline of the member has no such event behind the one before`);
  }
}

/**
 * Marks the events of a member that come as its timeline has them; `timeline` are pseudonyms. Those
 * behind the first that does not are marked as they come again.
 */
export function explainEvents(events: SharedEvents, member: string, timeline: () => Iterable<string>): void {
  for (const run of runsOf(events, member)) {
    const [from, to] = spanOfRun(events, run);
    let next = from;
    for (const event of timeline()) {
      if (next === to) break;
      if (event === eventAt(events, next)) events.explained[next++] = 1;
    }
  }
}

/** A member has one run, where the table is in order. */
function* runsOf({ members }: SharedEvents, member: string): Generator<number> {
  let [low, high] = [0, members.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareBytes(members[middle] ?? '', member) < 0) low = middle + 1;
    else high = middle;
  }
  if (members[low] === member) yield low;
}
