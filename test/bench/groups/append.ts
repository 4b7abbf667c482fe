/**
 * What a lake costs that goes on: thirty days of a simulated world, of which the last is appended,
 * beside one build of all of them.
 */
import { createReadStream, createWriteStream, linkSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { DAY_MS } from '../../../schemas/durations.ts';
import { grouped } from '../../../src/grouped.ts';
import type { Bench, Ran } from '../bench.ts';
import { figureOf, quotients } from '../figures.ts';
import { buildArguments, type InputSet, recipe, simulated } from '../inputs.ts';
import type { RowName } from '../rows.ts';
import { sideOf } from '../sides.ts';

const MEMBERS = { full: 10_000, quick: 300 };
const DAYS = 30;
/** The simulator's worlds end then. */
const END = Date.UTC(2026, 2, 1);
/** Of the items every hundredth gets a version two days before, on the last day. */
const LATE_EVERY = 100;

type Build = Ran<{ readonly corpora: readonly { readonly rendered_tokens: number }[] }>;

/** By what the cost is measured: how much is asked, and whether an item version comes late. */
interface Case {
  readonly row: RowName;
  readonly says: string;
  readonly recipe: string;
  readonly isLate: boolean;
}

/** In turns: 29 days, the thirtieth appended, and all of them at once. */
export async function measureAppend(bench: Bench): Promise<void> {
  const members = bench.options.isQuick ? MEMBERS.quick : MEMBERS.full;
  const world = await simulated(bench, members, DAYS);
  const days = { plain: await byDays(bench, world, false), late: await byDays(bench, world, true) };
  const some = recipe(bench, 'demo', 'append', () => {});
  const all = recipe(bench, 'demo', 'append-all', ({ corpus }) => {
    corpus.ask = { share: 1 };
  });
  const cases: readonly Case[] = [
    { row: 'append-day', says: 'every opening asked', recipe: all, isLate: false },
    { row: 'append-late', says: 'every opening asked', recipe: all, isLate: true },
    { row: 'append-sample', says: 'an eighth of the openings asked', recipe: some, isLate: false },
  ];
  for (const { row, says, recipe: file, isLate } of cases) {
    const runs: Record<'first' | 'day' | 'whole', Build[]> = { first: [], day: [], whole: [] };
    await bench.turns(row, async () => {
      const taken = bench.path('taken-in');
      const set = { ...world, events: taken };
      const folder = isLate ? days.late : days.plain;
      const [lake, whole] = [bench.newLake(), bench.newLake()];
      link(folder, taken, (day) => day < DAYS - 1);
      runs.first.push(await bench.brewhouse(appendArguments(set, file, { lake, day: DAYS - 1 })));
      link(folder, taken, (day) => day === DAYS - 1);
      runs.day.push(await bench.brewhouse(appendArguments(set, file, { lake, day: DAYS })));
      runs.whole.push(await bench.brewhouse(appendArguments(set, file, { lake: whole, day: DAYS })));
      for (const each of [lake, whole, taken]) bench.drop(each);
    });
    const cpuOf = (of: readonly Build[]) => of.map(({ cpuSeconds }) => cpuSeconds);
    const tokensOf = ([ran]: readonly Build[]) => ran?.json.corpora[0]?.rendered_tokens ?? Number.NaN;
    const sides = [sideOf('the last day', runs.day), sideOf('all days', runs.whole)];
    const share = tokensOf(runs.day) / tokensOf(runs.whole);
    const tokens = `${grouped(tokensOf(runs.day))} of ${grouped(tokensOf(runs.whole))} tokens`;
    const notes = [`${grouped(members)} simulated members, ${DAYS} days, ${says}; ${tokens}`];
    bench.found.set(row, { value: figureOf(quotients(cpuOf(runs.day), cpuOf(runs.whole))), sides, notes });
    if (row === 'append-day') bench.found.set('append-tokens', { value: figureOf([100 * share]), sides, notes });
  }
}

function appendArguments(set: InputSet, file: string, { lake, day }: { lake: string; day: number }): string[] {
  return [...buildArguments(set, file, lake), '--append', '--until', new Date(endOf(day)).toISOString()];
}

function endOf(day: number): number {
  return END - (DAYS - day) * DAY_MS;
}

/** One file a day, from 0 on, of the events that happened on it. */
async function byDays(bench: Bench, { events }: InputSet, isLate: boolean): Promise<string> {
  const folder = `${events}-${isLate ? 'late' : 'days'}`;
  mkdirSync(folder);
  const files = Array.from({ length: DAYS }, (_, day) => createWriteStream(join(folder, nameOf(day))));
  let items = 0;
  for (const name of readdirSync(events).filter((each) => each.endsWith('.ndjson.gz'))) {
    for await (const line of createInterface({ input: createReadStream(join(events, name)).pipe(createGunzip()) })) {
      const event = JSON.parse(line) as { type: string; op?: string; event_id: string; event_time: string };
      const at = Date.parse(event.event_time);
      const day = Math.min(DAYS - 1, Math.max(0, DAYS - 1 - Math.floor((END - 1 - at) / DAY_MS)));
      files[day]?.write(`${line}\n`);
      if (!isLate || event.op !== 'upsert' || event.type !== 'item' || items++ % LATE_EVERY > 0) continue;
      const early = new Date(endOf(DAYS) - 3 * DAY_MS).toISOString();
      files[DAYS - 1]?.write(
        `${JSON.stringify({ ...event, event_id: `${event.event_id}-late`, event_time: early })}\n`,
      );
    }
  }
  for (const file of files) await finished(file.end());
  bench.say(`append: days of ${events}`);
  return folder;
}

function nameOf(day: number): string {
  return `day-${String(day).padStart(2, '0')}.ndjson`;
}

function link(from: string, to: string, isWanted: (day: number) => boolean): void {
  mkdirSync(to, { recursive: true });
  for (let day = 0; day < DAYS; day++) if (isWanted(day)) linkSync(join(from, nameOf(day)), join(to, nameOf(day)));
}
