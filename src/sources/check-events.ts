/**
 * Validates a folder of event files and names the first fault of each kind with its file, line and
 * count.
 */
import type { Domain } from '../../schemas/domain.ts';
import { type EventRecord, type InteractionEvent, TIME_UNKNOWN } from '../../schemas/event.ts';
import { contentOf, entityOf, looksLikeSeconds, timeSpan } from '../../schemas/event-time.ts';
import { intAt, nth } from '../checked.ts';
import { type Effects, PROCESS_EFFECTS } from '../effects.ts';
import { nearestName, quotedName } from '../errors.ts';
import { countName, inOrder, type NameCounts } from '../timeline/timeline-stats.ts';
import { type CheckError, createCheckKinds, type LinePlace } from './check-kinds.ts';
import { ENDINGS_SAID, listEvents, readEventFile } from './event-files.ts';
import type { EventSource } from './event-source.ts';
import { createHashTable, hash128 } from './hash-table.ts';
import type { RoundedNumber } from './validate-event.ts';

/** What a check of event files found. */
export interface CheckResult {
  /** Valid records by type, copies included. */
  events: { member: number; item: number; interaction: number };
  /** Copies of records: same type, entity, id and content. */
  duplicates: number;
  unordered: Unordered;
  attributes: Attributes;
  /** Faults, in order of file and line: a folder with any of them fails. */
  errors: CheckError[];
  /**
   * What fails nothing here and a gate may look at, as items that are never defined, rounded
   * numbers or files of other names.
   */
  warnings: CheckError[];
}

/** Names of attributes that events have, copies included. */
export interface Attributes {
  readonly item_attributes: NameCounts;
  readonly member_attributes: NameCounts;
}

/**
 * Interactions that share member, time and sequence with another, of all that are no copies: their
 * order is that of a hash (EVENT-4).
 */
export interface Unordered {
  readonly interactions: number;
  readonly share: number;
}

/** Events between two observations. */
const PROGRESS_EVERY = 100_000;

/**
 * Reads all event files, and compares actions with the domain where one is passed. Ids are
 * compared by 16-byte hashes of (type, entity, event_id) and of the content. Bound: 80 to 160
 * bytes an event, up to about 89 million events; from there on ids are not compared, times neither,
 * and the warning `ids_not_checked` says from which line. Throws as `listEvents` and
 * `readEventFile` do.
 */
export async function checkEvents(
  source: EventSource,
  domain?: Domain,
  effects = PROCESS_EFFECTS,
): Promise<CheckResult> {
  const state = newState(domain);
  let read = 0;
  const { files, passedOver } = await listEvents(source, effects);
  for (const each of files) {
    const file = each.name;
    for await (const batch of readEventFile(each)) {
      for (const { line, outcome } of batch) {
        if (outcome.ok) {
          checkEvent(state, outcome.event, { file, line });
          if (outcome.rounded !== undefined) warnRounded(state, outcome.rounded, { file, line });
        } else
          state.errors.add({ code: outcome.reason, field: outcome.field ?? '', message: outcome.message, file, line });
        read += 1;
        if (read % PROGRESS_EVERY === 0) say(read, effects);
      }
    }
  }
  countUndefined(state);
  warnEarly(state);
  for (const file of passedOver) warnPassedOver(state, file);
  if (state.events.interaction === 0) warnNothingToAsk(state);
  const { events, duplicates, errors, warnings } = state;
  const attributes = {
    item_attributes: inOrder(state.attributes.item),
    member_attributes: inOrder(state.attributes.member),
  };
  const unordered = countUnordered(state);
  return { events, duplicates, unordered, attributes, errors: errors.list(), warnings: warnings.list() };
}

function say(read: number, { signal, observe }: Effects): void {
  signal.throwIfAborted();
  const rate = { count: read, unit: 'events' };
  observe({ kind: 'progress', step: 'checking events', done: read, total: 0, rate });
}

/** (type, entity, event_id) to: the content's hash, and how often it came (0: in conflict). */
const ID_WORDS = 5;
/** Item to: defined or not, interactions with it, file and line of the first of them. */
const ITEM_WORDS = 4;

type State = ReturnType<typeof newState>;

function newState(domain: Domain | undefined) {
  const spoken =
    domain === undefined ? [] : [...domain.actions.map(({ name }) => name), ...domain.exposures, ...domain.ignored];
  return {
    events: { member: 0, item: 0, interaction: 0 },
    duplicates: 0,
    errors: createCheckKinds(),
    warnings: createCheckKinds(),
    ids: createHashTable(ID_WORDS),
    items: createHashTable(ITEM_WORDS),
    moments: createHashTable(1),
    attributes: { member: new Map<string, number>(), item: new Map<string, number>() },
    newest: TIME_UNKNOWN,
    firstTimed: undefined as LinePlace | undefined,
    files: [] as string[],
    domain,
    spoken: new Set(spoken),
  };
}

function checkEvent(state: State, event: EventRecord, place: LinePlace): void {
  state.events[event.type] += 1;
  compareIds(state, event, place);
  if (event.type === 'item' && event.op === 'upsert') noteItem(state, event.item_id, undefined);
  if (event.type !== 'interaction') {
    for (const name of Object.keys(event.attributes ?? {})) countName(state.attributes[event.type], name, 1);
    return;
  }
  noteTime(state, event, place);
  noteItem(state, event.item_id, place);
  if (state.domain === undefined || state.spoken.has(event.action)) return;
  const action = quotedName(event.action);
  const near = nearestName(action, state.spoken);
  const hint =
    near === undefined
      ? 'add it to actions, exposures or ignored of the domain, or map it to one of them'
      : `did you mean "${quotedName(near)}"?`;
  const message = `domain ${quotedName(state.domain.name)} neither speaks nor ignores the action "${action}"; ${hint}`;
  state.errors.add({ code: 'action_unknown', field: 'action', message, kind: event.action, ...place });
}

function noteTime(state: State, { event_time }: InteractionEvent, place: LinePlace): void {
  if (event_time === null) return;
  state.firstTimed ??= place;
  state.newest = Math.max(state.newest, timeSpan(event_time).first);
}

/** Seconds that were taken for milliseconds land in January 1970. */
function warnEarly({ warnings, firstTimed, newest, events }: State): void {
  if (firstTimed === undefined || !looksLikeSeconds(newest)) return;
  const when = new Date(newest).toISOString().slice(0, 10);
  const message = `no interaction is later than ${when}: event_time counts milliseconds, not seconds`;
  warnings.add({ code: 'times_early', field: 'event_time', message, count: events.interaction, ...firstTimed });
}

/**
 * Not a fault of the file: JSON has numbers of any length, and whoever reads them as doubles rounds
 * them.
 */
function warnRounded({ warnings }: State, { field, from, to }: RoundedNumber, place: LinePlace): void {
  const message = `${quotedName(from)} is more than a number can hold and is read as ${to}; write it as a text`;
  warnings.add({ code: 'number_rounded', field, message, ...place });
}

function warnPassedOver({ warnings }: State, file: string): void {
  warnings.add({ code: 'file_passed_over', field: '', message: `is not read: ${ENDINGS_SAID}`, file, line: 0 });
}

/** Well-formed all the same: members and items may lie apart. */
function warnNothingToAsk({ warnings }: State): void {
  const message = 'no interactions, and so no question that could be asked';
  warnings.add({ code: 'no_interactions', field: '', message, file: '.', line: 0 });
}

function compareIds(state: State, event: EventRecord, place: LinePlace): void {
  const { ids } = state;
  const key = hash128(JSON.stringify([event.type, entityOf(event), event.event_id]));
  if (ids.full && !ids.has(key)) {
    const message = `more than ${ids.size} events: ids are not compared from here on`;
    state.warnings.add({ code: 'ids_not_checked', field: 'event_id', message, ...place });
    return;
  }
  const content = hash128(contentOf(event));
  const { offset, added } = ids.at(key);
  const words = ids.values.subarray(offset, offset + ID_WORDS);
  const times = intAt(words, 4);
  if (added) {
    words.set(content);
    words[4] = 1;
    if (event.type === 'interaction') noteMoment(state, event);
    return;
  }
  if (times > 0 && content.every((word, i) => word === words[i])) {
    state.duplicates += 1;
    words[4] = times + 1;
    return;
  }
  // All records with that id are dead, also those before the conflict: they are duplicates no
  // longer.
  state.duplicates -= Math.max(0, times - 1);
  words[4] = 0;
  const entity = `${event.type === 'item' ? 'item' : 'member'} "${quotedName(entityOf(event))}"`;
  const message = `event_id "${quotedName(event.event_id)}" of ${entity} came before with other content`;
  state.errors.add({ code: 'id_conflict', field: 'event_id', message, count: times + 1, ...place });
}

/** Member, time and sequence to: interactions that have them. */
function noteMoment({ moments }: State, { member_id, event_time, sequence = 0 }: InteractionEvent): void {
  const key = hash128(JSON.stringify([member_id, timeSpan(event_time).first, sequence]));
  if (moments.full && !moments.has(key)) return;
  const { offset } = moments.at(key);
  moments.values[offset] = intAt(moments.values, offset) + 1;
}

function countUnordered({ moments }: State): Unordered {
  let [all, interactions] = [0, 0];
  for (const offset of moments.offsets()) {
    const count = intAt(moments.values, offset);
    all += count;
    if (count > 1) interactions += count;
  }
  return { interactions, share: interactions / Math.max(1, all) };
}

/** Counts an interaction with the item, or (without a place) notes that the item is defined. */
function noteItem({ items, files }: State, item: string, place: LinePlace | undefined): void {
  const key = hash128(item);
  if (items.full && !items.has(key)) return;
  const { offset, added } = items.at(key);
  const { values } = items;
  if (place === undefined) {
    values[offset] = 1;
    return;
  }
  if (added || values[offset + 1] === 0) {
    if (files.at(-1) !== place.file) files.push(place.file);
    values[offset + 2] = files.length - 1;
    values[offset + 3] = place.line;
  }
  values[offset + 1] = intAt(values, offset + 1) + 1;
}

function countUndefined({ items, files, warnings }: State): void {
  let distinct = 0;
  let count = 0;
  let first: LinePlace | undefined;
  let firstFile = 0;
  for (const offset of items.offsets()) {
    const [defined = 0, interactions = 0, file = 0, line = 0] = items.values.subarray(offset, offset + ITEM_WORDS);
    if (defined === 1 || interactions === 0) continue;
    distinct += 1;
    count += interactions;
    if (first === undefined || file < firstFile || (file === firstFile && line < first.line)) {
      firstFile = file;
      first = { file: nth(files, file), line };
    }
  }
  if (first === undefined) return;
  const undefinedOnes = distinct === 1 ? 'an item that is' : `${distinct} items that are`;
  const message = `interactions with ${undefinedOnes} never defined`;
  warnings.add({ code: 'item_undefined', field: 'item_id', message, count, ...first });
}
