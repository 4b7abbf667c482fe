/**
 * Thirty days of tables by whole commands, `import` and then `build --append`, into a folder and
 * into a bucket on each server: the releases of one build over all event files, and the same bytes
 * everywhere. `npm test` takes ten days at once; with BREWHOUSE_FAULTS=all each day is a build of its
 * own, and a table says what it cost.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/config.ts';
import { openStore } from '../../src/adapters/open-store.ts';
import { grouped } from '../../src/grouped.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import { measureCommand } from '../bench/measure-command.ts';
import { KEY, OUTSIDE_IDENTITY, tempFolder } from '../integration/brewhouse.ts';
import type { BuildJson, ReleaseJson } from '../integration/small-world.ts';
import * as thirty from '../integration/thirty-days.ts';
import { keysOf } from '../lake/temp-lake.ts';
import { lineageOfRows } from '../worlds/appended.ts';
import { rowsOf } from '../worlds/increments.ts';
import { environmentAt, newLocation, openAt, testServer } from './servers.ts';

const SERVERS = ['versitygw', 's3proxy'] as const;
const servers = await Promise.all(SERVERS.map(async (name) => ({ name, server: await testServer(name) })));

/** All thirty days one by one; else ten of them at once. */
const isLong = process.env.BREWHOUSE_FAULTS === 'all';
const { DAYS, INCREMENTS, STANDING } = thirty;
const BUILDS = isLong ? Array.from({ length: DAYS }, (_, i) => i + 1) : STANDING;
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

async function release({ location, env }: Pick<Growing, 'location' | 'env'>, day: number, named: thirty.NamedRelease) {
  const { id, since } = named;
  const flags = ['--id', id, '--until', days.end(day), ...(since === undefined ? [] : ['--since', since])];
  const empty = ['--allow-empty', 'train,validation,test'];
  return command<ReleaseJson>(['release', '--lake', location, '--recipe', days.recipe, ...flags, ...empty], env);
}

/** SHA-256 of each file of a release, but of those outside the byte identity. */
async function hashesIn(store: ObjectStore, id: string): Promise<Record<string, string>> {
  const keys = await keysOf(store, `releases/${id}/`);
  const hashed = keys.map(async (key) => {
    const name = key.slice(`releases/${id}/`.length);
    return [name, createHash('sha256').update((await store.get(key))!).digest('hex')] as const;
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
  const releases = thirty.releasesOn(day).filter(({ since }) => isLong || since === undefined);
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
    }
  }
}
