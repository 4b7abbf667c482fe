/** The event envelope (EVENT-1): what a line of an event file or a mapped row must be. */
import { z } from 'zod';
import { EventId, ItemId, MemberId } from './ids.ts';
import { named } from './named.ts';

/**
 * The time of what has none, such as an item seen from the beginning: before all others. Epoch ms.
 */
export const TIME_UNKNOWN = -8_640_000_000_000_000;

/**
 * The shape of a day, month or year with its zone; event-time.ts says whether there is such a day.
 */
export const CALENDAR_TIME = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(Z|[+-]\d\d:\d\d)$/;

/**
 * A name: files hold it as it is, so it has no half of a surrogate pair, and it says something.
 */
const nameOr = (empty: string) =>
  z
    .string()
    .min(1, empty)
    .refine((text) => text.isWellFormed(), 'must not hold half of a surrogate pair');
/** A name that may be missing; an empty one would mean "none" here and a group of its own there. */
const OptionalName = nameOr('must not be empty; leave it out instead').optional();

/** Sidecars hold positions as 32-bit numbers. */
export const POSITION_MAX = 2 ** 31 - 1;

const Attribute = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]);
/** Flat attributes of a member, an item or an exposure; the domain lists those that are spoken. */
export const Attributes = named(Attribute);
export type Attributes = z.infer<typeof Attributes>;

/**
 * `event_time` after validation: epoch milliseconds; or a day, month or year in XML Schema notation
 * with its zone (`2018-05-01Z`, `2018-05+02:00`, `2018Z`; xs:date, xs:gYearMonth, xs:gYear), which
 * happens at its first millisecond and is known from its last; or null where it is unknown.
 */
export const CanonicalTime = z.union([z.number().int(), z.string().regex(CALENDAR_TIME), z.null()]);
export type CanonicalTime = z.infer<typeof CanonicalTime>;

/** The attributes of a delete are dropped, whatever they are. */
const Dropped = z
  .unknown()
  .transform((): Attributes | undefined => undefined)
  .optional();

// The order of fields in a canonical line is that of the shapes below: moving one changes bytes.
const envelope = {
  event_id: EventId,
  event_time: CanonicalTime,
  ingest_time: z.number().int().optional(),
  sequence: z.number().int().optional(),
};

const member = { type: z.literal('member'), ...envelope, member_id: MemberId };
const item = { type: z.literal('item'), ...envelope, item_id: ItemId };
const upsert = z.literal('upsert');
const gone = z.literal('delete');

/** A version of a member's profile, or the member's end. */
export const MemberEvent = z.discriminatedUnion('op', [
  z.strictObject({ ...member, op: upsert, attributes: Attributes }),
  z.strictObject({ ...member, op: gone, attributes: Dropped }),
]);
export type MemberEvent = z.infer<typeof MemberEvent>;

/** A version of an item, or its end. */
export const ItemEvent = z.discriminatedUnion('op', [
  z.strictObject({ ...item, op: upsert, kind: OptionalName, attributes: Attributes }),
  z.strictObject({ ...item, op: gone, kind: OptionalName, attributes: Dropped }),
]);
export type ItemEvent = z.infer<typeof ItemEvent>;

/** An exposure of a member to an item, or an action of the member on it. */
export const InteractionEvent = z.strictObject({
  type: z.literal('interaction'),
  ...envelope,
  member_id: MemberId,
  item_id: ItemId,
  action: nameOr('must not be empty'),
  surface: OptionalName,
  session_id: OptionalName,
  slate_id: OptionalName,
  position: z.number().int().min(0).max(POSITION_MAX).optional(),
  policy: OptionalName,
  propensity: z.number().min(0).max(1).optional(),
  value: z.union([z.string(), z.number(), z.boolean()]).optional(),
  context: Attributes.optional(),
});
export type InteractionEvent = z.infer<typeof InteractionEvent>;

/** One validated record (EVENT-1). */
export const EventRecord = z.discriminatedUnion('type', [MemberEvent, ItemEvent, InteractionEvent]);
export type EventRecord = z.infer<typeof EventRecord>;

/** The fields that an event of each type may have, in the order of a canonical line. */
export const EVENT_FIELDS = {
  member: Object.keys(MemberEvent.options[0].shape),
  item: Object.keys(ItemEvent.options[0].shape),
  interaction: Object.keys(InteractionEvent.shape),
};

/** Why a record is parked instead of used: a closed list, and codes that `check` prints. */
export const DEAD_REASONS = [
  'not_json',
  'not_utf8',
  'line_too_long',
  'too_deep',
  'not_an_object',
  'type_unknown',
  'field_missing',
  'field_unknown',
  'field_invalid',
  'time_invalid',
  'id_conflict',
] as const;
/** One of DEAD_REASONS. */
export type DeadReason = (typeof DEAD_REASONS)[number];

/**
 * Why a record is parked that no line of a file tells: `future` by the clock of a broker, and
 * `left_out` where dead letters hold it that a build was told to leave out.
 */
export const PARKED_REASONS = [...DEAD_REASONS, 'future', 'left_out'] as const;

/**
 * How ids that are made from a row begin; they depend on the row's action, so no draw may use them
 * (OPEN-3).
 */
export const ROW_ID_PREFIX = 'row:';
