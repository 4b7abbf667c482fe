/** Arbitrary valid events, raw as a producer could write them. */
import fc from 'fast-check';

const id = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
// Any UTF-16, lone surrogates included: texts are cleaned when they are rendered, not here.
const text = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
  maxLength: 12,
});
const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const attribute = fc.oneof(text, number, fc.boolean(), fc.array(text, { maxLength: 3 }));
const attributes = fc
  .uniqueArray(
    fc.tuple(fc.oneof(text, fc.constantFrom('1', '10', '2', 'title', '__proto__', 'constructor')), attribute),
    { selector: ([key]) => key, maxLength: 5 },
  )
  // Every key is an own one, `__proto__` too.
  .map((entries) => Object.fromEntries(entries));
const two = (n: number) => String(n).padStart(2, '0');
const zone = fc.constantFrom('Z', '+02:00', '-05:30', '+00:00', '-14:00');
const year = fc.integer({ min: 2, max: 9998 }).map((n) => String(n).padStart(4, '0'));
const day = fc.integer({ min: 1, max: 28 }).map(two);
const month = fc.integer({ min: 1, max: 12 }).map(two);
const calendar = fc
  .tuple(year, month, day, fc.constantFrom(4, 7, 10), fc.option(zone, { nil: '' }))
  .map(([y, m, d, length, z]) => `${`${y}-${m}-${d}`.slice(0, length)}${z}`);
const epoch = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 });
const dateTime = fc
  .tuple(
    year,
    month,
    day,
    fc.constantFrom('T09:30:00', 'T23:59:59.1239', ' 00:00', 't12:00:00.5'),
    fc.constantFrom('Z', '+02:00', '-0530', '+01'),
  )
  .map(([y, m, d, clock, z]) => `${y}-${m}-${d}${clock}${z}`);
const moment = fc.oneof(epoch, dateTime);
const eventTime = fc.oneof(moment, calendar, fc.constant(null));

const envelope = {
  event_id: id,
  event_time: eventTime,
  ingest_time: fc.option(moment, { nil: undefined }),
  sequence: fc.option(fc.maxSafeInteger(), { nil: undefined }),
};
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const name = fc.string({ minLength: 1, maxLength: 8 });

export const anyMember = fc.record({
  type: fc.constant('member'),
  ...envelope,
  member_id: id,
  op: fc.constant('upsert'),
  attributes,
});
export const anyItem = fc.record({
  type: fc.constant('item'),
  ...envelope,
  item_id: id,
  op: fc.constantFrom('upsert', 'delete'),
  attributes,
  kind: optional(name),
});
export const anyInteraction = fc.record({
  type: fc.constant('interaction'),
  ...envelope,
  member_id: id,
  item_id: id,
  action: name,
  surface: optional(name),
  session_id: optional(name),
  slate_id: optional(name),
  position: optional(fc.nat()),
  policy: optional(name),
  propensity: optional(fc.double({ min: 0, max: 1, noNaN: true })),
  value: optional(fc.oneof(text, number, fc.boolean())),
  context: optional(attributes),
});
export const anyEvent = fc.oneof(anyMember, anyItem, anyInteraction);
