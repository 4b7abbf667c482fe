/**
 * Thirty days of tables by whole commands, `import` and then `build --append`, into a folder and
 * into a bucket on each server: the releases of one build over all event files, and the same bytes
 * everywhere. `npm test` takes ten days and then the others at once; with BREWHOUSE_FAULTS=all each
 * day is a build of its own, and a table says what it cost.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../src/adapters/open-store.ts';
import { packageRoot } from '../../src/config.ts';
import { grouped } from '../../src/grouped.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import { measureCommand } from '../bench/measure-command.ts';
import { KEY, OUTSIDE_IDENTITY, tempFolder } from '../integration/brewhouse.ts';
import type { BuildJson, ReleaseJson } from '../integration/small-world.ts';
import * as thirty from '../integration/thirty-days.ts';
import { keysOf } from '../lake/temp-lake.ts';
import { lineageOfRows } from '../worlds/appended.ts';
import { rowsOf } from '../worlds/increments.ts';
import { tellTable } from '../worlds/long-run.ts';
import { environmentAt, newLocation, openAt, testServer } from './servers.ts';

const SERVERS = ['versitygw', 's3proxy'] as const;
const servers = await Promise.all(SERVERS.map(async (name) => ({ name, server: await testServer(name) })));

/** All thirty days one by one; else two builds. */
const isLong = process.env.BREWHOUSE_FAULTS === 'all';
const { DAYS, INCREMENTS, STANDING } = thirty;
const BUILDS = isLong ? Array.from({ length: DAYS }, (_, i) => i + 1) : [STANDING[0], DAYS];
const hasShop = existsSync(thirty.SHOP);
if (!hasShop) console.warn(`SKIPPED: no data set at ${thirty.SHOP}; set BREWHOUSE_DATA to the folder that holds it`);
const isThere = hasShop && servers.some(({ server }) => server.isThere);
/** Thirty imports and ninety builds. */
const LONG_MS = 3_600_000;

const folder = tempFolder();

/** Where a lake lies that grows, and what was made of it. */
interface Growing {
  readonly name: string;
  readonly location: string;
  readonly env: Readonly<Record<string, string>>;
  readonly open: () => ObjectStore;
  /** Hashes of each release when it was made, by id. */
  readonly made: Map<string, Record<string, string>>;
  /** What `verify` said of some of them then, by name. */
  readonly faults: Map<string, readonly unknown[]>;
  /** CPU seconds of each build. */
  readonly seconds: number[];
}

const lakes: Growing[] = [];
let days: thirty.ThirtyDays;

interface Day {
  readonly day: number;
  readonly importSeconds: number;
  readonly events: number;
  readonly tokens: number;
  readonly takenOut: number;
  readonly hasLateItem: boolean;
}

/** In a short run an increment goes over more days, since those between have no builds. */
const releasesOn = (day: number): thirty.NamedRelease[] => {
  if (isLong) return thirty.releasesOn(day);
  const increment = day === DAYS ? [{ id: `until-${DAYS}`, since: `all-${STANDING[0]}` }] : [];
  return [...thirty.releasesOn(day).filter(({ since }) => since === undefined), ...increment];
};

/** What each build of the folder did. */
const built: Day[] = [];
/** Folders of the events as they stood after a day. */
const events = new Map<number, string>();

/** What a command printed, and its CPU seconds. Throws where it fails. */
async function command<T>(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(BREWHOUSE_|NODE_|VITEST)/.test(name));
  const words = [process.execPath, join(packageRoot(), 'src', 'cli', 'brewhouse.js'), ...args, '--json'];
  const environment = { ...Object.fromEntries(inherited), NO_COLOR: '1', BREWHOUSE_KEY: KEY, ...env };
  const { stdout, cpuSeconds } = await measureCommand(words, { environment });
  return { ...(JSON.parse(stdout) as T), cpuSeconds };
}

interface Built extends BuildJson {
  readonly corpora: readonly {
    readonly rendered_rows: number;
    readonly rendered_tokens: number;
    readonly rows_taken_out: number;
  }[];
}

interface Building extends Pick<Growing, 'location' | 'env'> {
  readonly from: string;
  readonly day: number;
  readonly append: boolean;
}

function build({ location, env, from, day, append }: Building) {
  const files = ['--events', from, '--domain', days.domain, '--recipe', days.recipe, '--lake', location];
  const how = ['--partitions', '3', '--workers', '1', '--until', days.end(day), ...(append ? ['--append'] : [])];
  return command<Built>(['build', ...files, ...how], env);
}

interface Wish extends thirty.NamedRelease {
  readonly recipe?: string;
}

async function release({ location, env }: Pick<Growing, 'location' | 'env'>, day: number, wish: Wish) {
  const { id, since, recipe = days.recipe } = wish;
  const flags = ['--id', id, '--until', days.end(day), ...(since === undefined ? [] : ['--since', since])];
  const empty = ['--allow-empty', 'train,validation,test'];
  return command<ReleaseJson>(['release', '--lake', location, '--recipe', recipe, ...flags, ...empty], env);
}

/** SHA-256 of each file of a release, but of those outside the byte identity. */
async function hashesIn(store: ObjectStore, id: string): Promise<Record<string, string>> {
  const keys = await keysOf(store, `releases/${id}/`);
  const hashed = keys.map(async (key) => {
    const name = key.slice(`releases/${id}/`.length);
    return [
      name,
      createHash('sha256')
        .update((await store.get(key))!)
        .digest('hex'),
    ] as const;
  });
  return Object.fromEntries((await Promise.all(hashed)).filter(([name]) => !OUTSIDE_IDENTITY.has(name)));
}

const lineageIn = async (store: ObjectStore, id: string) =>
  lineageOfRows(JSON.parse(Buffer.from((await store.get(`releases/${id}/lineage.json`))!).toString('utf8')));

/** The days up to this one come, after those before it. */
async function live(day: number, before: number): Promise<void> {
  const known = before === 0 ? [] : thirty.eventFilesIn(days);
  for (let each = before + 1; each <= day; each++) days.arrive(each);
  const imported = ['import', '--mapping', days.mapping, '--from', days.tables, '--out', days.events, '--first-seen'];
  const { cpuSeconds: importSeconds } = await command<object>(imported);
  const fresh = thirty.eventFilesIn(days).filter((file) => !known.includes(file));
  const hasLateItem = before === 0 || thirty.hasItemBefore(days, fresh, days.end(before));
  const releases = releasesOn(day);
  if (releases.length > 0) events.set(day, thirty.keepEvents(days, day));
  for (const lake of lakes) {
    const { cpuSeconds, ...did } = await build({ ...lake, from: days.events, day, append: before > 0 });
    lake.seconds.push(cpuSeconds);
    const [corpus] = did.corpora;
    const told = { tokens: corpus!.rendered_tokens, takenOut: corpus!.rows_taken_out };
    if (lake === lakes[0]) built.push({ day, importSeconds, events: did.events, hasLateItem, ...told });
    for (const named of releases) {
      await release(lake, day, named);
      lake.made.set(named.id, await hashesIn(lake.open(), named.id));
      if (isLong || (lake.name !== 'folder' && named.id === `all-${STANDING[0]}`)) await verify(lake, day, named.id);
    }
  }
}

/** As long as it stands for all: one from before a member was erased is refused. */
async function verify({ name, location, env, faults }: Growing, day: number, id: string): Promise<void> {
  const flags = ['--events', events.get(day)!, '--tokenizer', join(folder, 'tokenizer')];
  const verified = await command<Verified>(['verify', `${location}/releases/${id}`, ...flags], env);
  faults.set(`${name} ${id}`, verified.faults);
}

interface Verified {
  readonly faults: readonly unknown[];
}

/** A release of one build over the events as they stood after a day, and what the build took. */
async function wholeAt(day: number) {
  const location = join(folder, `whole-${day}`);
  const lake = { location, env: {}, open: () => openStore(location) };
  const { cpuSeconds, tokens } = await build({ ...lake, from: events.get(day)!, day, append: false });
  await release(lake, day, { id: `all-${day}` });
  return { ...lake, cpuSeconds, tokens };
}

type Whole = Awaited<ReturnType<typeof wholeAt>>;

function table(wholes: ReadonlyMap<number, Whole>): string[] {
  const whole = wholes.get(DAYS)!;
  const one = (value: number) => value.toFixed(1);
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const share = (tokens: number) => `${one((100 * tokens) / whole.tokens)} %`;
  const rows = built.map(({ day, events: read, tokens, takenOut, hasLateItem, importSeconds }, i) => [
    ...[String(day), grouped(read), grouped(tokens), share(tokens), grouped(takenOut), hasLateItem ? 'yes' : ''],
    ...[one(importSeconds), ...lakes.map(({ seconds }) => one(seconds[i]!))],
  ]);
  const ofWhole = STANDING.map((day) => {
    const { tokens, cpuSeconds } = wholes.get(day)!;
    return [`1 to ${day} at once`, grouped(built[day - 1]!.events), grouped(tokens), share(tokens), '', ''].concat(
      '',
      one(cpuSeconds),
      ...lakes.slice(1).map(() => ''),
    );
  });
  const heads = ['day', 'records until then', 'tokens rendered', 'of the whole', 'rows taken out', 'late products'];
  const costs = ['CPU seconds: import', ...lakes.map(({ name }) => `build, ${name}`)];
  return [
    row([...heads, ...costs]),
    `|---|${'---:|'.repeat(heads.length + costs.length - 1)}`,
    ...[...rows, ...ofWhole].map(row),
  ];
}

describe.skipIf(!isThere)('lakes that take in thirty days of tables by whole commands', () => {
  beforeAll(async () => {
    days = thirty.makeThirtyDays(folder, isLong ? thirty.MANY_SALES : thirty.FEW_SALES);
    const grow = (name: string, location: string, more: Pick<Growing, 'env' | 'open'>) =>
      lakes.push({ name, location, made: new Map(), faults: new Map(), seconds: [], ...more });
    const inFolder = join(folder, 'lake');
    grow('folder', inFolder, { env: {}, open: () => openStore(inFolder) });
    for (const { name, server } of servers.filter(({ server }) => server.isThere)) {
      const location = newLocation();
      grow(name, location, { env: environmentAt(server.endpoint), open: () => openAt(server.endpoint, location) });
    }
    for (const [i, day] of BUILDS.entries()) await live(day, BUILDS[i - 1] ?? 0);
  }, LONG_MS);

  it(
    'have the bytes of the folder in each bucket, and in it those of one build over all event files',
    async () => {
      const [inFolder, ...inBuckets] = lakes as [Growing, ...Growing[]];
      const store = inFolder.open();
      for (const { name, made, open } of inBuckets) {
        expect([...made], name).toEqual([...inFolder.made]);
        for (const id of made.keys()) expect(await lineageIn(open(), id), name).toBe(await lineageIn(store, id));
      }
      const wholes = new Map<number, Whole>();
      for (const day of isLong ? STANDING : [DAYS]) {
        const whole = await wholeAt(day);
        const id = `all-${day}`;
        expect(inFolder.made.get(id), id).toEqual(await hashesIn(whole.open(), id));
        expect(await lineageIn(store, id)).toBe(await lineageIn(whole.open(), id));
        wholes.set(day, whole);
      }
      if (!isLong) return;
      const lines = table(wholes);
      console.info(lines.join('\n'));
      tellTable('thirty-days', lines);
      const shares = built
        .filter(({ hasLateItem }) => !hasLateItem)
        .map(({ tokens }) => tokens / wholes.get(DAYS)!.tokens);
      expect(shares.length).toBe(DAYS - thirty.LATE_PRODUCT_DAYS.length);
      expect(Math.max(...shares)).toBeLessThan(0.1);
    },
    LONG_MS,
  );

  it(
    'leave what stood as it was, in which verify found no fault',
    async () => {
      for (const { name, made, faults, open } of lakes) {
        for (const [id, hashes] of made) expect(await hashesIn(open(), id), `${name} ${id}`).toEqual(hashes);
        expect(faults.size, name).toBe(isLong ? made.size : name === 'folder' ? 0 : 1);
        for (const [id, found] of faults) expect(found, id).toEqual([]);
      }
    },
    LONG_MS,
  );

  it.skipIf(!isLong)(
    'have increments that come to the rows of one build',
    async () => {
      const pathOf = (id: string) => join(lakes[0]!.location, 'releases', id);
      const { rows, changes } = await thirty.rowsKept(
        [`all-${STANDING[0]}`, ...INCREMENTS.map(({ day }) => `until-${day}`)].map(pathOf),
      );
      const location = join(folder, `whole-${DAYS}`);
      await release({ location, env: {} }, DAYS, { id: 'batch', recipe: days.wholeRecipe });
      expect(rows).toEqual(await rowsOf(join(location, 'releases', 'batch'), 'train'));
      expect(rows.size).toBeGreaterThan(5_000);
      expect(changes.map((count) => count > 0)).toEqual([true, true, true, false]);
    },
    LONG_MS,
  );
});
