/**
 * Thirty days of tables that come one by one, late, corrected, copied and deleted rows and late
 * versions of products among them: a lake that takes them in day by day has the releases of one
 * build over all event files, what stood stands, and increments come to the rows of all.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { BuildSummary } from '../../pipelines/build.ts';
import type { ReleaseId } from '../../schemas/ids.ts';
import { FILLED_SPLITS } from '../../schemas/ledger.ts';
import type { Lineage } from '../../schemas/manifest.ts';
import { eventsAt, releaseAt } from '../../src/adapters/checker-reader.ts';
import { buildFrom } from '../../src/cli/commands/build.ts';
import { releaseFrom } from '../../src/cli/commands/release.ts';
import { PROCESS_EFFECTS } from '../../src/effects.ts';
import { importTables } from '../../src/tables/import-tables.ts';
import { verifyRelease } from '../../src/verify/verify-release.ts';
import { lineageOfRows } from '../worlds/appended.ts';
import { rowsOf } from '../worlds/increments.ts';
import { KEY, releaseHashes, tempFolder } from './brewhouse.ts';
import * as thirty from './thirty-days.ts';

const isThere = existsSync(thirty.SHOP);
if (!isThere) console.warn(`SKIPPED: no data set at ${thirty.SHOP}; set BREWHOUSE_DATA to the folder that holds it`);
const folder = tempFolder();
const { DAYS, INCREMENTS, STANDING, LAST_ODD_DAY, LATE_PRODUCT_DAYS } = thirty;

interface Made {
  readonly day: number;
  readonly path: string;
  readonly hashes: Record<string, string>;
}

let days: thirty.ThirtyDays;
/** What each day's build rendered, and whether an older version of a product came with it. */
const built: { readonly summary: BuildSummary; readonly hasLateItem: boolean }[] = [];
/** Releases of the lake that grew, by id. */
const made = new Map<string, Made>();
/** Folders of the events as they stood after a day. */
const events = new Map<number, string>();

const lakeAt = (name: string) => join(folder, name);
function build(lake: string, from: string, { day, append }: { day: number; append: boolean }): Promise<BuildSummary> {
  const how = { partitions: 3, workers: 1, append, sourceFile: undefined, isSourceChanged: false };
  const files = { events: from, lake: lakeAt(lake), recipe: days.recipe, domain: days.domain };
  return buildFrom({ ...files, ...how, until: Date.parse(days.end(day)) }, PROCESS_EFFECTS);
}

interface Wish extends thirty.NamedRelease {
  readonly recipe?: string;
}

async function release(lake: string, day: number, { id, since, recipe = days.recipe }: Wish): Promise<Made> {
  const none = { tokenBudget: undefined, profile: undefined, corpus: undefined, context: undefined };
  const named = { id: id as ReleaseId, since: since as ReleaseId | undefined, until: Date.parse(days.end(day)) };
  const { path } = await releaseFrom(
    {
      ...{ ...none, ...named, lake: lakeAt(lake), recipe, workers: 1 },
      ...{ key: { text: KEY, file: undefined }, allowEmpty: FILLED_SPLITS },
    },
    PROCESS_EFFECTS,
  );
  return { day, path, hashes: releaseHashes(path) };
}

async function faultsOf({ path, day }: Made) {
  const places = { release: releaseAt(path), events: eventsAt(events.get(day)!) };
  const { faults } = await verifyRelease({ ...places, key: KEY, tokenizerPath: join(folder, 'tokenizer') });
  return faults;
}

async function live(day: number): Promise<void> {
  const before = day === 1 ? [] : thirty.eventFilesIn(days);
  days.arrive(day);
  await importTables({ mappingFile: days.mapping, from: days.tables, out: days.events, firstSeen: true });
  const fresh = thirty.eventFilesIn(days).filter((file) => !before.includes(file));
  const summary = await build('grown', days.events, { day, append: day > 1 });
  built.push({ summary, hasLateItem: day === 1 || thirty.hasItemBefore(days, fresh, days.end(day - 1)) });
  const releases = thirty.releasesOn(day);
  if (releases.length > 0) events.set(day, thirty.keepEvents(days, day));
  for (const named of releases) made.set(named.id, await release('grown', day, named));
}

describe.skipIf(!isThere)('a lake that takes in a day of tables after another', () => {
  beforeAll(async () => {
    days = thirty.makeThirtyDays(folder, thirty.FEW_SALES);
    for (let day = 1; day <= DAYS; day++) await live(day);
  });

  it('takes in records of every fate, and asks again', () => {
    const { records } = built.at(-1)!.summary;
    for (const fate of ['duplicate', 'dead', 'dropped'] as const) expect(records[fate], fate).toBeGreaterThan(9);
    expect(JSON.parse(readFileSync(join(releaseNamed(`all-${DAYS}`).path, 'lineage.json'), 'utf8')).dead_rows).toEqual({
      time_invalid: 1,
    });
    const again = built.map(({ summary }) => takenOutBy(summary) > 0);
    expect(again.filter(Boolean).length).toBeGreaterThan(DAYS / 4);
    expect(again.slice(LAST_ODD_DAY)).not.toContain(true);
    const oddDays = built.flatMap(({ hasLateItem }, i) => (hasLateItem ? [i + 1] : []));
    expect(oddDays).toEqual(LATE_PRODUCT_DAYS);
  });

  it.each(STANDING)('has after day %i the bytes of one build over all event files as they then stand', async (day) => {
    await build(`whole-${day}`, events.get(day)!, { day, append: false });
    const [grown, whole] = [releaseNamed(`all-${day}`), await release(`whole-${day}`, day, { id: `all-${day}` })];
    expect(grown.hashes).toEqual(whole.hashes);
    expect(readLineage(grown.path)).toEqual(readLineage(whole.path));
  });

  it('leaves what stood as it was, and verify finds no fault in it', async () => {
    for (const one of made.values()) {
      expect(releaseHashes(one.path), one.path).toEqual(one.hashes);
      expect(await faultsOf(one), one.path).toEqual([]);
    }
  });

  it('has increments that come to the rows of one build, with rewrites between them and without', async () => {
    const ids = [`all-${STANDING[0]}`, ...INCREMENTS.map(({ day }) => `until-${day}`)];
    const { rows, changes } = await thirty.rowsKept(ids.map((id) => releaseNamed(id).path));
    const whole = await release(`whole-${DAYS}`, DAYS, { id: 'batch', recipe: days.wholeRecipe });
    expect(rows).toEqual(await rowsOf(whole.path, 'train'));
    expect(rows.size).toBeGreaterThan(500);
    expect(changes.map((count) => count > 0)).toEqual([true, true, true, false]);
  });

  it('costs less than a tenth of the whole build a day, where no late version of a product came', () => {
    const whole = built.at(-1)!.summary.corpora.reduce((sum, each) => sum + each.tokens, 0);
    const shares = built
      .filter(({ hasLateItem }) => !hasLateItem)
      .map(({ summary }) => summary.corpora.reduce((sum, { rendered }) => sum + rendered.tokens, 0) / whole);
    expect(shares.length).toBe(DAYS - LATE_PRODUCT_DAYS.length);
    expect(Math.max(...shares)).toBeLessThan(0.1);
  });

  it('dates products by the sales that came until then: one import of all tables dates some earlier', async () => {
    const out = join(folder, 'at-once');
    await importTables({ mappingFile: days.mapping, from: days.tables, out, firstSeen: true });
    const [byDay, atOnce] = [thirty.firstSeenIn(days.events), thirty.firstSeenIn(out)];
    const datesOf = ([item, at]: readonly [string, number]) => [byDay.get(item)!, at] as const;
    const dates = [...atOnce].map(datesOf);
    expect(dates.length).toBeGreaterThan(100);
    const [earlier, later] = [dates.filter(([day, at]) => at < day), dates.filter(([day, at]) => !(at <= day))];
    expect([earlier.length > 0, later]).toEqual([true, []]);
  });
});

const releaseNamed = (id: string): Made => made.get(id)!;
const takenOutBy = ({ corpora }: BuildSummary) => corpora.reduce((sum, { takenOut }) => sum + takenOut, 0);
const readLineage = (path: string): string =>
  lineageOfRows(JSON.parse(readFileSync(join(path, 'lineage.json'), 'utf8')) as Lineage);
