/**
 * Events at the very borders that the rules draw: equal times, a window's last millisecond, copies,
 * conflicts, an erasure.
 */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Once in the time of train, once in that of test. */
const BEGINNINGS = [Date.UTC(2026, 1, 1, 10), Date.UTC(2026, 1, 18, 10)];
/**
 * So many members do the same: what a recipe asks is a draw, and one of them at least must be
 * asked.
 */
const MEMBERS = 8;
/** The label window of the recipe. */
const WINDOW = 3 * DAY;

/** All of them, in no order that matters. */
export function eventsByHand(): object[] {
  const members = Array.from({ length: MEMBERS }, (_, n) => `hand-${n}`);
  return [
    ...Array.from({ length: 9 }, (_, n) => item(n, Date.UTC(2026, 0, 21))),
    ...members.flatMap((member) => [
      profile(member, 'Clerk', Date.UTC(2026, 0, 21)),
      ...BEGINNINGS.flatMap((begin) => doings(member, begin)),
    ]),
    ...members.flatMap((member) => erased(`${member}-erased`)),
  ];
}

/** What one member does from `begin` on, to items that it meets nowhere else. */
function doings(member: string, begin: number): object[] {
  const act = (name: string, item: number, action: string, at: number, more: object = {}) =>
    interaction(`${member}-${begin}-${name}`, { member, item, action, at, more });
  const copied = (ingested: string) => act('copied', 4, 'viewed', begin + 8 * HOUR, { ingest_time: ingested });
  return [
    // Equal times: at T neither the other action nor the new profile is seen.
    act('equal-a', 0, 'viewed', begin),
    act('equal-b', 1, 'impression', begin),
    profile(member, `Head of ${begin}`, begin),
    // The window ends before its last millisecond's successor.
    act('window-a', 2, 'impression', begin + 2 * HOUR),
    act('window-b', 2, 'applied', begin + 2 * HOUR + WINDOW),
    // The exposure is told after the action: one session, one question.
    act('late-a', 3, 'viewed', begin + 6 * HOUR),
    act('late-b', 3, 'impression', begin + 6 * HOUR + 5 * MINUTE),
    // One event that arrives twice.
    copied('2026-02-20T00:00:00Z'),
    copied('2026-02-21T00:00:00Z'),
    // One id for two events: neither happened.
    act('conflict', 5, 'viewed', begin + 10 * HOUR),
    act('conflict', 5, 'dismissed', begin + 10 * HOUR),
    // A question after all of that.
    act('after', 6, 'impression', begin + 12 * HOUR),
    act('after-b', 6, 'dismissed', begin + 12 * HOUR + MINUTE),
    act('next', 7, 'viewed', begin + 30 * HOUR),
  ];
}

/** One who left and came back: what lies before is nobody's. */
function erased(member: string): object[] {
  const [begin] = BEGINNINGS as [number];
  const act = (name: string, item: number, at: number) =>
    interaction(`${member}-${name}`, { member, item, action: 'viewed', at });
  return [
    profile(member, 'Courier', begin - DAY),
    ...[0, 1, 2].map((n) => act(`before-${n}`, n, begin + n * HOUR)),
    { event_id: `${member}-leaves`, event_time: begin + DAY, type: 'member', member_id: member, op: 'delete' },
    profile(member, 'Driver', begin + 2 * DAY),
    ...[3, 4, 5].map((n) => act(`behind-${n}`, n, begin + 2 * DAY + n * HOUR)),
  ];
}

function interaction(
  eventId: string,
  what: { member: string; item: number; action: string; at: number; more?: object },
): object {
  const { member, item, action, at, more = {} } = what;
  return {
    ...{ event_id: eventId, event_time: at, type: 'interaction', member_id: member, item_id: `hand-${item}`, action },
    ...{ surface: 'feed', position: item, ...more },
  };
}

function item(n: number, at: number): object {
  const attributes = { title: `Number ${n} Bricklayer`, location: 'Oslo', country: 'Norway', company: 'Stone Works' };
  return { event_id: `hand-item-${n}`, event_time: at, type: 'item', item_id: `hand-${n}`, op: 'upsert', attributes };
}

function profile(member: string, position: string, at: number): object {
  const attributes = { position, company: 'Stone Works', location: 'Oslo' };
  return {
    ...{ event_id: `${member}-profile-${at}`, event_time: at, type: 'member', member_id: member, op: 'upsert' },
    attributes,
  };
}
