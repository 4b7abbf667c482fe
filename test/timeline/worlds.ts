/**
 * Arbitrary small worlds for the laws of the builder: few members, few items, many events at the
 * same times.
 */
import fc from 'fast-check';
import type { z } from 'zod';
import type { EventRecord, InteractionEvent, ItemEvent, MemberEvent } from '../../schemas/event.ts';
import { entityOf } from '../../schemas/event-time.ts';
import { UNIT_SEPARATOR } from '../../schemas/rows.ts';
import { takeInEntity } from '../../src/timeline/take-in-entity.ts';
import { ask, DAY, item, JOBS, MINUTE, NOON, SHOP, task, type WorldOptions } from './events.ts';
import type { Outcome, Rendered } from './outcomes.ts';

export const MEMBERS = ['m', 'n', 'o'];
export const ITEMS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
export const ACTIONS = ['applied', 'dismissed', 'viewed', 'impression'];

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });
/** Quarter days, and borders of sessions within them. */
const moment = fc
  .tuple(fc.nat(60), fc.constantFrom(0, 0, 0, 1, 10 * MINUTE, 30 * MINUTE - 1, 30 * MINUTE))
  .map(([quarter, ms]) => NOON + (quarter * DAY) / 4 + ms);
const calendar = fc.integer({ min: 10, max: 25 }).map((day) => `2026-01-${day}Z`);
const time = fc.oneof({ weight: 12, arbitrary: moment }, { weight: 1, arbitrary: calendar }, fc.constant(null));

/** Without what is undefined: optional fields are left out. */
function record<T>(fields: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

const envelope = {
  event_time: time,
  ingest_time: optional(moment),
  sequence: optional(fc.integer({ min: -1, max: 1 })),
};
type WithoutId<E extends z.ZodType> = Omit<z.input<E>, 'event_id'>;

const interaction = fc
  .record({
    type: fc.constant('interaction' as const),
    ...envelope,
    member_id: fc.constantFrom(...MEMBERS),
    item_id: fc.constantFrom(...ITEMS),
    action: fc.constantFrom(...ACTIONS, 'impression', 'viewed', 'scrolled'),
    surface: optional(fc.constantFrom('feed', 'email')),
    session_id: optional(fc.constantFrom('s', 't')),
    slate_id: optional(fc.constantFrom('p', 'q')),
  })
  .map((fields) => record<WithoutId<typeof InteractionEvent>>(fields));
const itemVersion = fc
  .record({
    type: fc.constant('item' as const),
    ...envelope,
    item_id: fc.constantFrom(...ITEMS),
    op: fc.constantFrom('upsert' as const, 'upsert' as const, 'delete' as const),
    attributes: fc.nat(99).map((n) => ({ title: `Job ${n}` })),
  })
  .map((fields) => record<WithoutId<typeof ItemEvent>>(fields));
const memberVersion = (op: fc.Arbitrary<'upsert' | 'delete'>) =>
  fc
    .record({
      type: fc.constant('member' as const),
      ...envelope,
      member_id: fc.constantFrom(...MEMBERS),
      op,
      attributes: fc.nat(99).map((n) => ({ position: `cook ${n}` })),
    })
    .map((fields) => record<WithoutId<typeof MemberEvent>>(fields));

const withIds = (prefix: string) => (events: WithoutId<typeof EventRecord>[]) =>
  events.map((event, i) => ({ ...event, event_id: `${prefix}${(i * 7) % 61}-${i}` }) as EventRecord);

/** Every item is there from the beginning, so that most questions can be asked. */
const standing = ITEMS.map((id) =>
  item(id, NOON - 30 * DAY, { event_id: `first-${id}`, attributes: { title: `The ${id}` } }),
);

export const anyRecords: fc.Arbitrary<EventRecord[]> = fc
  .array(
    fc.oneof(
      { weight: 20, arbitrary: interaction },
      { weight: 3, arbitrary: itemVersion },
      { weight: 2, arbitrary: memberVersion(fc.constantFrom('upsert', 'upsert', 'upsert', 'upsert', 'delete')) },
    ),
    { minLength: 20, maxLength: 70, size: 'max' },
  )
  .map((events) => [...standing, ...withIds('e')(events)]);

/** Events to add to a world: no erasures, which are obeyed whatever their time. */
export const moreRecords: fc.Arbitrary<EventRecord[]> = fc
  .array(fc.oneof(interaction, interaction, itemVersion, memberVersion(fc.constant('upsert'))), {
    minLength: 8,
    maxLength: 40,
    size: 'max',
  })
  .map(withIds('x'));

const forms = (windowMs: number) => [
  task('ranking.pointwise', { windowMs }),
  task('ranking.binary', { windowMs, strategy: 'balanced' }),
  task('retrieval.choose', { windowMs, shown: 2, random: 1 }),
  task('next-action.action', { windowMs: Math.max(windowMs, DAY) }),
];
const drawnForms = (windowMs: number) => {
  const drawn = { windowMs: Math.max(windowMs, DAY), drawn: 0.5 };
  return [task('ranking.pointwise', drawn), task('ranking.binary', drawn), ...forms(windowMs).slice(2)];
};

export const anyOptions: fc.Arbitrary<WorldOptions> = fc
  .record({
    known: fc.constantFrom('event_time' as const, 'ingest_time' as const),
    windowMs: fc.constantFrom(0, DAY, 3 * DAY),
    maxEvents: fc.constantFrom(undefined, undefined, 5),
    domain: fc.constantFrom(JOBS, JOBS, SHOP),
    heldOutSurfaces: fc.constantFrom([], [], ['email']),
  })
  .map(({ known, windowMs, maxEvents, domain, heldOutSurfaces }) => ({
    known,
    domain,
    heldOutSurfaces,
    rules: { maxEvents },
    tasks: domain === SHOP ? drawnForms(windowMs) : forms(windowMs),
  }));

/** Records by entity (`item a`, `member m`) as a build takes them in. */
export function usedRecords(records: readonly EventRecord[]): Map<string, readonly EventRecord[]> {
  const entities = new Map<string, EventRecord[]>();
  for (const event of records) {
    const key = `${event.type === 'item' ? 'item' : 'member'} ${entityOf(event)}`;
    entities.set(key, [...(entities.get(key) ?? []), event]);
  }
  return new Map(
    [...entities].map(([key, events]) => [
      key,
      takeInEntity(events.map((event, line) => ({ event, file: 0, line }))).used,
    ]),
  );
}

/** The item events among records that were taken in. */
export function usedItems(used: ReadonlyMap<string, readonly EventRecord[]>): ItemEvent[] {
  return [...used.values()].flat().filter((event) => event.type === 'item');
}

/**
 * All outcomes of a world as a build gets them: entity by entity through takeInEntity, then member
 * by member.
 */
export function askAll(records: readonly EventRecord[], options: WorldOptions): Outcome[] {
  const used = usedRecords(records);
  const items = usedItems(used);
  return MEMBERS.flatMap((member) => {
    const own = used.get(`member ${member}`) ?? [];
    return own.length === 0 ? [] : ask([...items, ...own], options);
  });
}

export const keyOf = ({ question }: { question: Rendered['question'] }): string =>
  question.key.split(UNIT_SEPARATOR).join(' ');
export const renderedOf = (outcomes: readonly Outcome[]): Rendered[] =>
  outcomes.filter((outcome): outcome is Rendered => outcome.fate === 'rendered');
