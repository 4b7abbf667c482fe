/**
 * Thirty days of a real shop as tables, a folder a day, with what goes wrong in the way of real
 * feeds: rows that are late, corrected, copied or unreadable, members and products that are
 * deleted, and versions of products that should have been known before.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DAY_MS } from '../../schemas/durations.ts';
import { shippedFolder } from '../../src/config.ts';
import { REAL_DATA } from '../real-sets.ts';
import { prunedSha256, writePrunedTokenizer } from '../tokenize/pruned-tokenizer.ts';
import { toldBy, rowsOf as trainOf } from '../worlds/increments.ts';

/** The real set that the tables are cut from. */
export const SHOP = join(REAL_DATA, 'online-retail');
/** How many days have a folder of tables. */
export const DAYS = 30;
/** Days after which a release is made that has to stand. */
export const STANDING = [10, 20, 30] as const;
/** Increments, each since the one before: with rewrites between them, and at last without. */
export const INCREMENTS = [
  { day: 15, since: 'all-10' },
  { day: 20, since: 'until-15' },
  { day: 25, since: 'until-20' },
  { day: 30, since: 'until-25' },
] as const;

/** A release by its name, and what it goes on from where it is an increment. */
export interface NamedRelease {
  readonly id: string;
  readonly since?: string;
}

/** Which releases are made at the end of a day. */
export function releasesOn(day: number): NamedRelease[] {
  const standing = STANDING.filter((each) => each === day).map(() => ({ id: `all-${day}` }));
  const increments = INCREMENTS.filter((each) => each.day === day);
  return [...standing, ...increments.map(({ since }) => ({ id: `until-${day}`, since }))];
}

/** Days that bring versions of products which should have been known before, and the first. */
export const LATE_PRODUCT_DAYS = [1, 15, 18, 22, 23];
/** The last day on which anything goes wrong: what comes after it came in time. */
export const LAST_ODD_DAY = 25;

/** The days of the shop that are taken begin here; on Saturdays it is closed. */
const FIRST_DATE = '2011-11-04';
/** Sales that come so many days late, at most. */
const LATE_DAYS_MAX = 3;
/** One sale of so many comes late, comes twice, or is wrong and corrected. */
const [LATE_EVERY, COPIED_EVERY, WRONG_EVERY] = [13, 37, 29];
/** Products of which the first day says nothing, and the day that does. */
const UNTOLD = { every: 40, day: 15 } as const;

const MAPPING = `name: thirty days of a shop
credit: "Online Retail, D. Chen, UCI Machine Learning Repository, 2015"
zone: UTC
tables:
  - name: customers
    files: "*/customers.csv"
    emit: member
    member_id: member_id
    attributes: [{ assume_known: it is said when a customer first buys, fields: { country: country } }]
  - name: erased
    files: "*/erased.csv"
    emit: member
    member_id: member_id
    event_time: at
    op: { value: delete }
  - name: products
    files: "*/products.csv"
    emit: item
    item_id: item_id
    attributes: [{ assume_known: a stock code means one thing, fields: { description: description } }]
  - name: revised
    files: "*/revised.csv"
    emit: item
    item_id: item_id
    event_time: at
    op: op
    attributes: [{ time: at, fields: { description: description } }]
  - name: lines
    files: "*/lines.csv"
    emit: interaction
    event_id: line
    member_id: member_id
    item_id: item_id
    action: action
    event_time: timestamp
    session_id: invoice
    value: quantity
`;

/** Where a recipe's `train` and `validation` end: dates of the days after which that is. */
const recipe = (t1: string, t2: string) => `corpus:
  seed: 7
  tokenizer: { path: tokenizer, sha256: ${prunedSha256()} }
  chat_template: false
  context: 512
  known: event_time
  label_window: 1d
  ask: { share: 0.5, per_member_day: 4 }
  levels: { full: 40, short: 24, title: 12, question: 40, profile: 40 }
  tasks:
    - { form: ranking.pointwise, drawn: 0.5, order: by_action }
    - { form: ranking.binary, drawn: 0.5, strategy: balanced, order: chronological }
    - { form: retrieval.choose, candidates: 4, random: 1, order: chronological }
  holdout: { members: 0.05 }
release:
  splits: { t1: ${t1}, t2: ${t2}, gap: 1d }
  train_shards: 1
`;

/** A row of sales of the set. */
interface Sale {
  readonly text: string;
  readonly member: string;
  readonly item: string;
  /** Of the days, from 1. */
  readonly day: number;
}

/** The rows of each table that come on one day, without their heads. */
type Tables = Record<'customers' | 'erased' | 'products' | 'revised' | 'lines', string[]>;

const HEADS: Readonly<Record<keyof Tables, string>> = {
  customers: 'member_id,country',
  erased: 'member_id,at',
  products: 'item_id,description,is_product',
  revised: 'item_id,description,at,op',
  lines: 'member_id,item_id,action,timestamp,invoice,quantity,unit_price_gbp,line',
};

/** Which of the shop's sales are taken: of whom, and each so many of theirs. */
export interface SomeSales {
  readonly members: RegExp;
  readonly every: number;
}

/** Of the tables of a few members; of a run that takes longer. */
export const FEW_SALES: SomeSales = { members: /[37]$/, every: 8 };
export const MANY_SALES: SomeSales = { members: /[37]$/, every: 1 };

/** What commands on these days are told. */
export interface ThirtyDays {
  readonly folder: string;
  readonly mapping: string;
  readonly domain: string;
  /** With `train` up to the first release. */
  readonly recipe: string;
  /** The same corpus, with all of `train`. */
  readonly wholeRecipe: string;
  /** Folders of the tables that came so far, and of their events. */
  readonly tables: string;
  readonly events: string;
  /** Midnight after each day, by its number from 1. */
  end(day: number): string;
  /** Writes the tables of the day. */
  arrive(day: number): void;
}

/** Makes what commands are told; the same sales make the same bytes. */
export function makeThirtyDays(folder: string, some: SomeSales): ThirtyDays {
  const [ends, sales] = salesOf(some);
  const end = (day: number) => ends[day - 1]!;
  const arrivals = arrivalsOf(sales, end);
  const paths = {
    ...{ mapping: join(folder, 'mapping.yaml'), recipe: join(folder, 'recipe.yaml') },
    ...{ wholeRecipe: join(folder, 'whole.yaml'), tables: join(folder, 'tables'), events: join(folder, 'events') },
  };
  mkdirSync(paths.tables, { recursive: true });
  writePrunedTokenizer(join(folder, 'tokenizer'));
  writeFileSync(paths.mapping, MAPPING);
  const later = (time: string) => new Date(Date.parse(time) + DAY_MS).toISOString();
  writeFileSync(paths.recipe, recipe(end(STANDING[0]), end(STANDING[1])));
  writeFileSync(paths.wholeRecipe, recipe(end(DAYS), later(end(DAYS))));
  return {
    ...{ folder, domain: join(shippedFolder('domains'), 'online-retail.yaml'), end, ...paths },
    arrive(day) {
      const to = join(paths.tables, `day-${String(day).padStart(2, '0')}`);
      mkdirSync(to);
      for (const [table, rows] of Object.entries(arrivals[day - 1]!))
        if (rows.length > 0)
          writeFileSync(join(to, `${table}.csv`), [HEADS[table as keyof Tables], ...rows, ''].join('\n'));
    },
  };
}

const linesOf = (packed: string) =>
  gunzipSync(readFileSync(packed))
    .toString('utf8')
    .match(/[^\n]+/g) ?? [];
const rowsOf = (table: string) => linesOf(join(SHOP, `${table}.csv.gz`)).slice(1);

/** The ends of the days, and what the members did on them, in order. */
function salesOf({ members, every }: SomeSales): [string[], Sale[]] {
  const all = rowsOf('events').map((text) => {
    const [member = '', item = '', , time = ''] = text.split(',');
    return { text, member, item, date: time.slice(0, 10), time };
  });
  const dates = [...new Set(all.map(({ date }) => date))].sort().filter((date) => date >= FIRST_DATE);
  const days = new Map(dates.slice(0, DAYS).map((date, i) => [date, i + 1]));
  const isProduct = new Set(rowsOf('items').flatMap((row) => (row.endsWith(',1') ? row.split(',')[0]! : [])));
  const sales = all
    .filter(({ member, item, date }) => days.has(date) && members.test(member) && isProduct.has(item))
    .filter((_, i) => i % every === 0)
    .sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
    .map(({ date, time: _, ...sale }, i) => ({ ...sale, text: `${sale.text},L${i}`, day: days.get(date)! }));
  return [[...days.keys()].map((date) => new Date(Date.parse(date) + DAY_MS).toISOString()), sales];
}

/** Which rows come on which day. */
function arrivalsOf(sales: readonly Sale[], end: (day: number) => string): Tables[] {
  const arrivals = Array.from(
    { length: DAYS },
    (): Tables => ({ customers: [], erased: [], products: [], revised: [], lines: [] }),
  );
  const on = (day: number) => arrivals[day - 1]!;
  for (const [i, sale] of sales.entries()) sendSale(sale, { i, sales, on });
  const countries = new Map(rowsOf('members').map((row) => [row.split(',')[0]!, row]));
  const firsts = new Map(sales.map(({ member, day }) => [member, day] as const).reverse());
  for (const [member, day] of firsts) on(day).customers.push(countries.get(member)!);
  const sold = new Set(sales.map(({ item }) => item));
  const products = rowsOf('items').filter((row) => sold.has(row.split(',')[0]!));
  for (const [i, row] of products.entries()) on(i % UNTOLD.every === 7 ? UNTOLD.day : 1).products.push(row);
  const [, ...told] = products.filter((_, i) => i % UNTOLD.every !== 7).map((row) => row.split(',')[0]!);
  const revise = (day: number, { n, of, op = 'upsert' }: { n: number; of: number; op?: string }) =>
    on(day).revised.push(`${told[n]},${op === 'delete' ? '' : `REVISED ON DAY ${of}`},${end(of)},${op}`);
  revise(2, { n: 0, of: 1 });
  // Late ones: of weeks before, of some days before, and one that takes a product away.
  revise(18, { n: 1, of: 4 });
  revise(22, { n: 2, of: 19 });
  revise(23, { n: 3, of: 20, op: 'delete' });
  const erase = (day: number, of: number, member: string) => on(day).erased.push(`${member},${end(of)}`);
  const counts = Map.groupBy(sales, ({ member }) => member);
  const members = [...counts].sort(([, a], [, b]) => b.length - a.length).map(([member]) => member);
  // Members who bought much, so that many rows of theirs go.
  erase(9, 8, members[2]!);
  erase(14, 13, members[1]!);
  erase(21, 17, members[0]!);
  // Tables that nobody has anything for yet are told of somebody who was never there.
  erase(1, 1, 'nobody');
  revise(1, { n: 4, of: 1 });
  on(8).lines.push(`${sales[0]!.member},${sales[0]!.item},purchased,never,1,1,1,unreadable`);
  return arrivals;
}

interface Sending {
  readonly i: number;
  readonly sales: readonly Sale[];
  readonly on: (day: number) => Tables;
}

/** In time, or in one of the ways in which sales come otherwise. */
function sendSale({ text, item, day }: Sale, { i, sales, on }: Sending): void {
  const [late, fixed] = [day + 1 + (i % LATE_DAYS_MAX), day + 2];
  // Its product is dated by another sale before it comes, which may be a later one.
  const isDatedBy = (other: Sale, n: number) => other.item === item && n % LATE_EVERY !== 1 && other.day < late;
  if (i % LATE_EVERY === 1 && late <= LAST_ODD_DAY && sales.some(isDatedBy)) on(late).lines.push(text);
  else on(day).lines.push(text);
  if (i % COPIED_EVERY === 2 && day < LAST_ODD_DAY) on(day + 1).lines.push(text);
  if (i % WRONG_EVERY === 3 && fixed <= LAST_ODD_DAY) {
    // The first one was wrong: its own id again makes both dead, and the right one has another.
    const right = text.replace(/,purchased,/, ',cancelled,');
    if (right !== text) on(fixed).lines.push(right, `${right}-corrected`);
  }
}

/** Files of events by their path below the folder. */
export function eventFilesIn({ events }: ThirtyDays): string[] {
  return readdirSync(events, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ndjson.gz'))
    .map((entry) => relative(events, join(entry.parentPath, entry.name)))
    .sort();
}

/** Whether a version of a product in these files is older than a time, or was always known. */
export function hasItemBefore({ events }: ThirtyDays, files: readonly string[], time: string): boolean {
  return files
    .flatMap((file) => linesOf(join(events, file)))
    .some((line) => {
      const { type, event_time: at } = JSON.parse(line);
      return type === 'item' && (at === null || new Date(at) < new Date(time));
    });
}

/** Since when each product is there that no table dates, by the day's files. */
export function firstSeenIn(events: string): Map<string, number> {
  const folder = join(events, '+first_seen');
  const lines = readdirSync(folder).flatMap((file) => linesOf(join(folder, file)));
  return new Map(lines.map((line) => JSON.parse(line)).map(({ item_id: item, event_time: at }) => [item, at]));
}

/** A copy of the events as they stand, and of what lies beside them; its folder. */
export function keepEvents({ events }: ThirtyDays, day: number): string {
  const kept = join(dirname(events), `events-${day}`);
  for (const beside of ['', '.dead']) cpSync(events + beside, kept + beside, { recursive: true });
  return kept;
}

/** Rows of one split by example id, as `rowsOf` of test/worlds reads them. */
export interface KeptRows {
  readonly rows: Map<string, string>;
  /** Examples that each increment changed. */
  readonly changes: readonly number[];
}

/**
 * What comes of a release whose train is all there was, and the increments after it (INCREMENT-5).
 */
export async function rowsKept([first = '', ...increments]: readonly string[]): Promise<KeptRows> {
  const rows = new Map(await trainOf(first, 'train'));
  const changes: number[] = [];
  for (const path of increments) {
    const told = await toldBy(path);
    for (const example of told.changes.keys()) rows.delete(example);
    for (const [example, row] of told.train) rows.set(example, row);
    changes.push(told.changes.size);
  }
  return { rows, changes };
}
