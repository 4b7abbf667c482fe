/**
 * The item table of many versions: `node item-table.ts write VERSIONS LAKE` writes files of item
 * events, one version in four a later one of its item; `shared LAKE THREADS` makes the table once
 * and opens it in so many threads, as a build does; `held LAKE THREADS` has each thread read the
 * events and hold them, as builds did before. Each thread then finds items of the population at
 * chance. Prints seconds, processor seconds, the highest resident memory before and after, in MB of
 * 10^6 bytes, what of it a version takes, and microseconds a look-up.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { openSharedItems, type SharedItems, shareItems } from '../../../pipelines/render/shared-items.ts';
import type { Run } from '../../../schemas/commit.ts';
import { ItemEvent } from '../../../schemas/event.ts';
import { openScratchFile } from '../../../src/adapters/filesystem/scratch-folder.ts';
import { openScratch, openStore } from '../../../src/adapters/open-store.ts';
import { nth } from '../../../src/checked.ts';
import { PROCESS_EFFECTS } from '../../../src/effects.ts';
import { createRun } from '../../../src/lake/runs.ts';
import { readItems } from '../../../src/lake/timeline-events.ts';
import { ITEMS_FOLDER } from '../../../src/lake/timeline-records.ts';
import { draw } from '../../../src/timeline/draws.ts';
import { createItemTable, type ItemTable } from '../../../src/timeline/item-table.ts';

const LOOKUPS = 200_000;
/** Epoch ms, and between two versions. */
const [FIRST, STEP] = [1_600_000_000_000, 1_000];
const WORDS = 'a quiet team looks for somebody who plans stadium tours and answers letters within the day'.split(' ');

interface Begun {
  readonly lake: string;
  readonly shared: SharedItems | undefined;
}

if (isMainThread) process.stdout.write(`${JSON.stringify(await main(process.argv.slice(2)))}\n`);
else parentPort?.postMessage(await look(workerData as Begun));

async function main([mode, ...args]: string[]): Promise<object> {
  if (mode === 'write') return write(Number(args[0]), args[1] ?? '');
  if (mode !== 'held' && mode !== 'shared') throw new Error(`${mode} is none of write, held and shared`);
  const [lake = '', threads] = [args[0], Number(args[1])];
  const { versions } = runIn(lake);
  const [started, before] = [performance.now(), peakMb()];
  const options = { versions, known: 'event_time', scratch: openScratch(lake) } as const;
  const made = mode === 'shared' ? await shareItems(itemsOf(lake), options) : undefined;
  const seconds = (performance.now() - started) / 1_000;
  const looked = await Promise.all(Array.from({ length: threads }, () => resultOf({ lake, shared: made?.shared })));
  made?.remove();
  const { user, system } = process.cpuUsage();
  const [peak, cpu] = [peakMb(), (user + system) / 1e6];
  return {
    ...{ mode, versions, threads, shared_seconds: seconds, cpu_seconds: cpu, before_mb: before, peak_mb: peak },
    ...{ bytes_a_version: ((peak - before) * 1e6) / versions, looked },
  };
}

function resultOf(workerData: Begun): Promise<unknown> {
  const thread = new Worker(new URL(import.meta.url), { workerData });
  return new Promise((resolve, reject) => thread.on('message', resolve).on('error', reject));
}

async function look({ lake, shared }: Begun) {
  const started = performance.now();
  const table = shared === undefined ? await held(lake) : openSharedItems(shared, openScratchFile).items;
  const opened = performance.now();
  const { population } = table;
  const size = population.sizeAt(Number.POSITIVE_INFINITY);
  let letters = 0;
  for (let i = 0; i < LOOKUPS; i++) {
    const id = population.at(draw(7, 'random', `${i}`) % size);
    letters += JSON.stringify(table.seen(id, Number.POSITIVE_INFINITY)?.attributes).length;
  }
  const microseconds = ((performance.now() - opened) * 1_000) / LOOKUPS;
  return { open_seconds: (opened - started) / 1_000, microseconds, letters };
}

async function held(lake: string): Promise<ItemTable> {
  const events: ItemEvent[] = [];
  for await (const batch of itemsOf(lake)) for (const event of batch) events.push(event);
  return createItemTable(events, 'event_time');
}

function itemsOf(lake: string) {
  return readItems(openStore(lake), [runIn(lake).run], PROCESS_EFFECTS);
}

async function write(versions: number, lake: string) {
  const writer = createRun(openStore(lake), ITEMS_FOLDER);
  // In a lake items come in the order of their ids; nothing depends on it here.
  for (let i = 0; i < versions; i++) {
    if (i % 4 === 3) continue;
    const used = i % 4 === 0 && i + 3 < versions ? [versionOf(i), versionOf(i + 3)] : [versionOf(i)];
    await writer.add(nth(used, 0).item_id, { used, aside: null });
  }
  const run = await writer.finish();
  writeFileSync(join(lake, 'run.json'), JSON.stringify({ run, versions }));
  return { versions, bytes: run.lines.reduce((sum, { bytes }) => sum + bytes, 0) };
}

function versionOf(i: number): ItemEvent {
  const number = i % 4 === 3 ? i - 3 : i;
  const text = Array.from({ length: 70 }, (_, at) => WORDS[(i * 31 + at * at * 7 + (i >> 3) * at) % WORDS.length]);
  const attributes = { company: `Company ${i % 9_973}`, description: text.join(' '), title: `Job ${i}` };
  const ids = { event_id: `e-job-${number}-${i}`, item_id: `job-${number}` };
  return ItemEvent.parse({ type: 'item', ...ids, event_time: FIRST + i * STEP, op: 'upsert', attributes });
}

interface WrittenRun {
  readonly run: Run;
  readonly versions: number;
}

function runIn(lake: string): WrittenRun {
  return JSON.parse(readFileSync(join(lake, 'run.json'), 'utf8')) as WrittenRun;
}

function peakMb(): number {
  return (process.resourceUsage().maxRSS * 1_024) / 1e6;
}
