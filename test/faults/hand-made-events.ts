/**
 * Events at the very borders that the rules draw: equal times, a window's last millisecond, copies,
 * conflicts, an erasure, late knowledge, items that read alike.
 */
import { itemsByHand } from './hand-made-items.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Once in the time of train, once in that of test. */
const BEGINNINGS = [Date.UTC(2026, 1, 1, 10), Date.UTC(2026, 1, 19, 10)];
/** In that of validation. */
const BETWEEN = Date.UTC(2026, 1, 12, 10);
/**
 * So many members do the same: what a recipe asks is a draw, and one of them at least must be
 * asked.
 */
const MEMBERS = 8;
/** The label window of the recipe, and how late an action in it may become known. */
const WINDOW = 3 * DAY;
const LATENESS = 12 * HOUR;

/** Writes one interaction of a member, whose ids say when it began. */
type Act = (name: string, item: string | number, action: string, at: number, more?: object) => object;

/** All of them, in no order that matters. */
export function eventsByHand(): object[] {
  const members = Array.from({ length: MEMBERS }, (_, n) => `hand-${n}`);
  return [
    ...itemsByHand(BEGINNINGS),
    ...members.flatMap((member) => [
      profile(member, 'Clerk', Date.UTC(2026, 0, 21)),
      ...BEGINNINGS.flatMap((begin) => doings(member, begin)),
      ...atBorders(actsOf(member, BETWEEN), BETWEEN),
    ]),
    ...members.flatMap((member) => erased(`${member}-erased`)),
  ];
}

/** What one member does from `begin` on, to items that it meets nowhere else. */
function doings(member: string, begin: number): object[] {
  const act = actsOf(member, begin);
  return [
    ...atBorders(act, begin),
    profile(member, `Head of ${begin}`, begin),
    ...knownLate(act, begin + DAY),
    ...met(act, begin + DAY + 7 * HOUR),
    ...alike(act, begin + 2 * DAY, `${member}-${begin}`),
  ];
}

const actsOf =
  (member: string, begin: number): Act =>
  (name, item, action, at, more = {}) =>
    interaction(`${member}-${begin}-${name}`, { member, item, action, at, more });

/** Equal times, ends of windows, copies and conflicts. */
function atBorders(act: Act, begin: number): object[] {
  const copied = (ingested: string) => act('copied', 4, 'viewed', begin + 8 * HOUR, { ingest_time: ingested });
  return [
    // Equal times: at T neither the other action nor the new profile is seen.
    act('equal-a', 0, 'viewed', begin),
    act('equal-b', 1, 'impression', begin),
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
    // One item and one time: the id says which opens, and only by its hash.
    act('same-a', 'same', 'viewed', begin + 13 * HOUR),
    act('same-b', 'same', 'impression', begin + 13 * HOUR),
  ];
}

/** Actions that became known later than they happened. */
function knownLate(act: Act, begin: number): object[] {
  const known = (at: number) => ({ ingest_time: at });
  const closes = (t: number) => t + WINDOW + LATENESS;
  const [unseen, late, behind, twice, next, before] = [0, 1, 2, 3, 4, 5].map((n) => begin + n * HOUR) as Six;
  return [
    // Known when the question has closed, and a millisecond before.
    act('unseen-a', 'unseen', 'impression', unseen),
    act('unseen-b', 'unseen', 'applied', unseen + HOUR, known(closes(unseen))),
    act('lately-a', 'lately', 'impression', late),
    act('lately-b', 'lately', 'applied', late + HOUR, known(closes(late) - 1)),
    // After the window, known before the question closes.
    act('behind-a', 'behind', 'impression', behind),
    act('behind-b', 'behind', 'applied', behind + WINDOW + HOUR),
    // Of two the one that is known first decides, though it happened later.
    act('twice-a', 'twice', 'impression', twice),
    act('twice-b', 'twice', 'applied', twice + HOUR, known(twice + 10 * HOUR)),
    act('twice-c', 'twice', 'applied', twice + 2 * HOUR),
    // What comes next is what is known next, and comes after the action in order.
    ...[0, 1, 2, 3].flatMap((n) => [
      act(`next-a-${n}`, `following-${n}`, 'viewed', next + n * MINUTE),
      act(`next-b-${n}`, `following-${n}`, 'dismissed', next + HOUR, known(next + 20 * HOUR)),
      act(`next-c-${n}`, `following-${n}`, 'applied', next + 2 * HOUR),
    ]),
    act('before-a', 'foregoing', 'applied', before - HOUR, known(before + 2 * HOUR)),
    act('before-b', 'foregoing', 'viewed', before),
  ];
}

type Six = [number, number, number, number, number, number];

/** Items that come to be at T, that nobody dated, or that are gone. */
function met(act: Act, begin: number): object[] {
  return [
    act('new', `new-${begin}`, 'viewed', begin),
    act('undated', 'undated', 'viewed', begin + HOUR),
    ...[0, 1, 2, 3].map((n) => act(`gone-${n}`, `gone-${n}`, 'viewed', begin + (2 + n) * HOUR)),
    ...[...'efgh'].map((end, n) => act(`twin-${end}`, `twin-${end}`, 'viewed', begin + 5 * HOUR + n * MINUTE)),
    ...['brother', 'cousin', 'nephew'].map((name, n) =>
      act(name, `${name}-a`, 'viewed', begin + 6 * HOUR + n * MINUTE),
    ),
    act('looks', 'look-alike', 'viewed', begin + 6 * HOUR),
    ...[0, 1, 2].map((n) => act(`long-${n}`, `long-${n}`, 'viewed', begin + (7 + n) * HOUR)),
  ];
}

/** Slates in which one item reads as another. */
function alike(act: Act, begin: number, name: string): object[] {
  const slate = (of: string, items: readonly string[], at: number) =>
    items.map((item, position) =>
      act(`${of}-${item}`, item, 'impression', at, {
        slate_id: `${name}-${of}`,
        position,
        session_id: `${name}-${of}`,
      }),
    );
  const acted = (of: string, item: string, action: string, at: number) =>
    act(`${of}-${item}-${action}`, item, action, at, { session_id: `${name}-${of}` });
  return [
    // The one that is right has a twin.
    ...slate('right', ['twin-a', 'twin-b', 'plain-a', 'plain-b', 'plain-c'], begin),
    acted('right', 'twin-a', 'viewed', begin + HOUR),
    // One that the member takes too has one, of the same long text.
    ...slate('barred', ['plain-d', 'endless-a', 'endless-b', 'plain-e', 'plain-f'], begin + 2 * HOUR),
    acted('barred', 'plain-d', 'viewed', begin + 3 * HOUR),
    acted('barred', 'endless-a', 'dismissed', begin + 3 * HOUR),
    // One of the history reads as the one that is right.
    act('remembered', 'twin-c', 'viewed', begin + 4 * HOUR),
    ...slate('history', ['twin-d', 'plain-g', 'plain-h', 'plain-i'], begin + 5 * HOUR),
    acted('history', 'twin-d', 'applied', begin + 6 * HOUR),
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
    // Obeyed, whatever its attributes are: deeper than any event may be.
    { ...profile(member, '', begin + DAY), event_id: `${member}-leaves`, op: 'delete', attributes: tooDeep },
    profile(member, 'Driver', begin + 2 * DAY),
    ...[3, 4, 5].map((n) => act(`behind-${n}`, n, begin + 2 * DAY + n * HOUR)),
  ];
}

const tooDeep: unknown = JSON.parse('['.repeat(20) + ']'.repeat(20));

function interaction(
  eventId: string,
  what: { member: string; item: string | number; action: string; at: number; more?: object },
): object {
  const { member, item, action, at, more = {} } = what;
  return {
    ...{ event_id: eventId, event_time: at, type: 'interaction', member_id: member, item_id: `hand-${item}`, action },
    ...{ surface: 'feed', position: 3, ...more },
  };
}

function profile(member: string, position: string, at: number): object {
  const attributes = { position, company: 'Stone Works', location: 'Oslo' };
  return {
    ...{ event_id: `${member}-profile-${at}`, event_time: at, type: 'member', member_id: member, op: 'upsert' },
    attributes,
  };
}
