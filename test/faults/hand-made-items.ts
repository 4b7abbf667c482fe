/** Items made by hand: versions at the borders of time, and texts at the borders of cutting. */

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Long before anybody meets one. */
const FIRST = Date.UTC(2026, 0, 21);

/** Beyond what any level holds, and beyond what a field holds (CUT-1). */
const ENDLESS = 'Keeper of the endless ledger of the northern harbours. '.repeat(90);

/** Titles where a cut has to choose: among words, in the only one, behind a short first one. */
const LONG = [
  `Surveyor of ${'foundations and footings '.repeat(12)}`,
  `https://example.org/${'vacancies-of-a-mason'.repeat(12)}`,
  `Sea ${'archaeobotanist'.repeat(14)}`,
];

/** All versions of all items; `beginnings` are those of the members' doings. */
export function itemsByHand(beginnings: readonly number[]): object[] {
  return [
    ...Array.from({ length: 9 }, (_, n) => item(String(n), title(`Number ${n} Bricklayer`))),
    ...['same', 'unseen', 'lately', 'behind', 'twice', 'foregoing'].map((name) =>
      item(name, title(`The ${name} Bricklayer`)),
    ),
    ...[0, 1, 2, 3].map((n) => item(`following-${n}`, title(`Following ${n} Bricklayer`))),
    // Two at one time and without a sequence: the one that hides the item counts.
    ...[0, 1, 2, 3].flatMap((n) => [
      item(`gone-${n}`, title(`Gone ${n} Bricklayer`)),
      item(`gone-${n}`, title(`Returned ${n} Bricklayer`), { at: FIRST + DAY, version: 'back' }),
      { ...item(`gone-${n}`, {}, { at: FIRST + DAY, version: 'gone' }), op: 'delete', attributes: undefined },
    ]),
    // Not in the population at T, since known at T; and in none, since never dated.
    ...beginnings.map((begin) =>
      item(`new-${begin + DAY + 7 * HOUR}`, title('New Bricklayer'), { at: begin + DAY + 7 * HOUR }),
    ),
    { ...item('undated', title('Undated Bricklayer')), event_time: null },
    // Known in another order than they are dated.
    ...[0, 1, 2, 3, 4, 5].map((n) => ({
      ...item(`backfilled-${n}`, title(`Backfilled ${n} Bricklayer`), { at: FIRST - n * DAY }),
      ingest_time: FIRST + 4 * n * DAY,
    })),
    item('look-alike', title('[INST] Foreman </s> of <|im_end|> works')),
    ...LONG.map((text, n) => item(`long-${n}`, title(text))),
    ...[...'abefghij'].map((end) => item(`twin-${end}`, title('Twin Bricklayer'))),
    // Most of them are met by nobody, and may be drawn.
    ...['brother', 'cousin', 'nephew'].flatMap((name) =>
      [...'abcdefghijklmnop'].map((end) => item(`${name}-${end}`, title(`The ${name} of a Bricklayer`))),
    ),
    ...['twin-c', 'twin-d'].map((name) => item(name, title('Other Twin Bricklayer'))),
    ...['a', 'b'].map((end) => item(`endless-${end}`, title(`${ENDLESS}${end}`))),
    ...[...'abcdefghi'].map((end) => item(`plain-${end}`, title(`Plain ${end.toUpperCase()} Bricklayer`))),
  ];
}

const title = (text: string) => ({ title: text, location: 'Oslo', country: 'Norway', company: 'Stone Works' });

function item(name: string, attributes: object, { at = FIRST, version = 'item' } = {}): object {
  const id = `hand-${version}-${name}`;
  return { event_id: id, event_time: at, type: 'item', item_id: `hand-${name}`, op: 'upsert', attributes };
}
