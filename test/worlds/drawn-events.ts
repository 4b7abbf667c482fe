/**
 * Lines of events as users write them: whatever the schemas take, of few members and items, near
 * each other in time, in the words of a domain that is drawn beside.
 */
import fc from 'fast-check';
import { InteractionEvent, ItemEvent, MemberEvent } from '../../schemas/event.ts';
import { DAY, MINUTE, NOON } from '../timeline/events.ts';
import type { DomainInput } from './drawn-domain.ts';
import { type Bias, inputOf } from './from-zod.ts';
import { anyName, anyText } from './texts.ts';
import { spelled } from './times.ts';

type Fields = Readonly<Record<string, unknown>>;

const MEMBERS = ['m', 'm', 'm', 'n', '東'] as const;
const ITEMS = ['a', 'b', 'c', 'd', '京'] as const;
/** There to be drawn. */
const OTHER_ITEMS = ['f', 'g', 'h', 'i', 'j', 'k', 'l', '__proto__'] as const;

/** Quarter days and the borders of sessions, so that much happens at one moment. */
export const anyMoment = fc
  .tuple(fc.nat(20), fc.constantFrom(0, 0, 0, 0, 1, 10 * MINUTE, 30 * MINUTE - 1, 30 * MINUTE))
  .map(([quarter, ms]) => NOON + (quarter * DAY) / 4 + ms);
const calendar = fc.constantFrom(
  '2026-01-12Z',
  '2026-01-14+02:00',
  '2026-01Z',
  '2025-12Z',
  '2026Z',
  '2026-01-13-05:00',
);
const time = fc.oneof(
  { weight: 24, arbitrary: anyMoment },
  { weight: 2, arbitrary: calendar },
  { weight: 1, arbitrary: fc.constant(null) },
);
const ingested = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  { weight: 2, arbitrary: anyMoment },
  { weight: 1, arbitrary: anyMoment.map((ms) => ms + 9 * DAY) },
);

/** Names of the domain: what is drawn is the n-th of a kind. */
type NameKind = 'action' | 'exposure' | 'ignored' | 'slot' | 'context';
const NAMED = /^(action|exposure|ignored|slot|context):(\d+)$/;
const named = (kind: NameKind) => fc.nat(5).map((n) => `${kind}:${n}`);

const mostly = (arbitrary: fc.Arbitrary<unknown>, other: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 12, arbitrary }, { weight: 1, arbitrary: other });
/** Left out two times in three. */
const seldom = (arbitrary: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

/** What is likely in a field of an event. */
const FIELDS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  // A number is put behind it.
  event_id: fc.constantFrom('e', 'e', 'e', 'e', 'e', 'e', 'row:', 'constructor'),
  event_time: time,
  ingest_time: ingested,
  sequence: seldom(fc.integer({ min: -1, max: 2 })),
  member_id: mostly(fc.constantFrom(...MEMBERS), anyName('m', 'n')),
  item_id: mostly(fc.constantFrom(...ITEMS), anyName('a', 'b')),
  op: fc.constantFrom('upsert', 'upsert', 'upsert', 'upsert', 'upsert', 'delete'),
  action: mostly(named('action'), named('ignored')),
  surface: fc.oneof(fc.constant(undefined), anyName('feed', 'email')),
  session_id: seldom(anyName('s', 't')),
  slate_id: mostly(fc.constantFrom(undefined, 'p', 'p', 'q'), anyName('p')),
};

const bias: Bias = ({ path }) => {
  const key = path.at(-1) ?? '';
  const isContext = path.includes('context');
  if (!isContext && !path.includes('attributes')) return Object.hasOwn(FIELDS, key) ? FIELDS[key] : undefined;
  return key === 'key' ? mostly(named(isContext ? 'context' : 'slot'), anyName('title', 'device', 'a')) : undefined;
};

const [interaction, itemVersion, memberVersion] = [InteractionEvent, ItemEvent, MemberEvent].map(
  (schema) => inputOf(schema, bias) as fc.Arbitrary<Fields>,
) as [fc.Arbitrary<Fields>, fc.Arbitrary<Fields>, fc.Arbitrary<Fields>];

const something = fc.oneof(
  { weight: 20, arbitrary: interaction },
  { weight: 3, arbitrary: itemVersion },
  { weight: 2, arbitrary: memberVersion },
);

/** Every item has a text from the beginning on, sometimes that of another one. */
const standing = fc.tuple(
  ...[...ITEMS, ...OTHER_ITEMS].map((item_id) => {
    const text = fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(`The ${item_id}`, 'Nurse', `The ${item_id}`) },
      { weight: 2, arbitrary: anyText },
    );
    const event_time = fc.nat(12).map((n) => (n === 0 ? null : n === 1 ? '2026-01-12' : NOON - 30 * DAY));
    return fc.record({ text, event_time }).map(({ text, event_time }): Fields => {
      const attributes = { 'slot:0': text, ...(text === 'Nurse' ? {} : { 'slot:1': item_id }) };
      return { type: 'item', event_id: 'first', event_time, item_id, op: 'upsert', attributes };
    });
  }),
);

/** Items that are shown together, and what the member does with some of them. */
const slate = fc
  .record({
    member_id: fc.constantFrom(...MEMBERS),
    at: anyMoment,
    slate_id: fc.constantFrom('p', 'q', 'r', '__proto__'),
    items: fc.uniqueArray(fc.constantFrom(...ITEMS, ...OTHER_ITEMS), { minLength: 2, maxLength: 4 }),
    actions: fc.array(fc.tuple(named('action'), fc.constantFrom(4, 5, MINUTE, DAY)), { maxLength: 3 }),
  })
  .map(({ member_id, at, items, slate_id, actions }): Fields[] => {
    const met = { type: 'interaction', event_id: 'e', member_id };
    const shown = items.map((item_id, n) => {
      return { ...met, item_id, action: `exposure:${n}`, event_time: at + n, slate_id, position: n };
    });
    const done = actions.map(([action, later], n) => {
      return { ...met, item_id: items[n % items.length], action, event_time: at + later };
    });
    return [...shown, ...done];
  });

/** A record again: ingested at another time, or with another content. */
const copy = fc.record({ of: fc.nat(), ingest_time: ingested, other: fc.nat(9) });

/** What happened, in words that no domain has yet. */
export const anyHappenings = fc.record({
  standing,
  happened: fc.array(something, { minLength: 12, maxLength: 45, size: 'max' }),
  slates: fc.array(slate, { maxLength: 4, size: 'max' }),
  copies: fc.array(copy, { maxLength: 4 }),
  ways: fc.array(fc.nat(8), { minLength: 4, maxLength: 4 }),
});
type Happenings = typeof anyHappenings extends fc.Arbitrary<infer T> ? T : never;

/** Lines of events in the words of a domain, each time in some spelling. */
export function linesOf(domain: DomainInput, { standing, happened, slates, copies, ways }: Happenings): string[] {
  const say = speakerOf(domain);
  const records = [...standing, ...happened, ...slates.flat()].map((fields, i): Fields => {
    const { event_id: begun, action, attributes, context } = fields;
    return {
      ...fields,
      // Not in the order of time; now and then one id for two records.
      event_id: begun === 'constructor' || begun === 'first' ? begun : `${begun}${(i * 7) % 61}-${i}`,
      ...(typeof action === 'string' ? { action: say(action) } : {}),
      ...(attributes === undefined ? {} : { attributes: withKeys(attributes, say) }),
      ...(context === undefined ? {} : { context: withKeys(context, say) }),
    };
  });
  const again = copies.map(({ of, ingest_time, other }): Fields => {
    const { ingest_time: _own, ...record } = records[of % records.length]!;
    return {
      ...record,
      ...(ingest_time === undefined ? {} : { ingest_time }),
      ...(other === 0 ? { sequence: 77 } : {}),
    };
  });
  return [...records, ...again].map((record, i) => {
    const way = ways[i % ways.length]!;
    const write = (time: unknown) => (typeof time === 'number' ? spelled(time, way) : time);
    const { event_time, ingest_time } = record;
    const ingest = ingest_time === undefined ? {} : { ingest_time: write(ingest_time) };
    return JSON.stringify({ ...record, event_time: write(event_time), ...ingest });
  });
}

/** Puts a name of the domain for what stands for one; for a kind that it has not, what it has. */
function speakerOf({ item, profile = '', actions, ...domain }: DomainInput): (text: string) => string {
  const spoken = actions.map(({ name }) => name);
  const exposures = domain.exposures ?? [];
  const names: Readonly<Record<NameKind, readonly string[]>> = {
    action: [...spoken, ...exposures, ...exposures],
    exposure: exposures.length > 0 ? exposures : spoken,
    ignored: [...(domain.ignored ?? []), ...spoken],
    slot: [...`${item.line} ${profile}`.matchAll(/\{([A-Za-z_][A-Za-z0-9_.-]*)\}/g)].map(([, slot]) => slot!),
    context: (domain.at_exposure ?? []).map((key: unknown) => {
      return typeof key === 'string' ? key : String((key as { key: unknown }).key);
    }),
  };
  return (text) => {
    const [, kind, n] = NAMED.exec(text) ?? [];
    const list = kind === undefined ? [] : names[kind as NameKind];
    return list.length === 0 ? text : list[Number(n) % list.length]!;
  };
}

/** What is no object, as what deletes may carry, stays. */
function withKeys(map: unknown, say: (text: string) => string): unknown {
  if (typeof map !== 'object' || map === null || Array.isArray(map)) return map;
  return Object.fromEntries(Object.entries(map as Fields).map(([key, value]) => [say(key), value]));
}
