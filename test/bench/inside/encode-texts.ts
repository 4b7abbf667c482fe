/**
 * Texts of items that were never seen before: `node encode-texts.ts encode TEXTS.json` encodes each
 * once, as a build does with text that nobody vouches for; `lines EVENTS DOMAIN RECIPE` makes the
 * line of every item version at all its levels. Prints bytes, seconds of that work alone, and of
 * `encode` the SHA-256 of all ids as int32. `texts EVENTS OUT.json` writes the texts.
 */

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { readDomain, readRecipe, readRenderPlan } from '../../../pipelines/corpus-inputs.ts';
import { createLineMaker, runSearch } from '../../../pipelines/line-maker.ts';
import type { ItemEvent } from '../../../schemas/event.ts';
import { openEventFolder } from '../../../src/adapters/filesystem/event-folder.ts';
import { shippedFolder } from '../../../src/config.ts';
import { createSegmentStore } from '../../../src/prompt/segments.ts';
import { listEvents, readEventFile } from '../../../src/sources/event-files.ts';
import { createItemTable, live } from '../../../src/timeline/item-table.ts';

/** Texts that are in memory at once on their way. */
const BATCH = 2_048;

const [mode, ...args] = process.argv.slice(2);
const work = { texts: writeTexts, encode, lines: makeLines }[mode ?? ''];
if (work === undefined) throw new Error(`${mode} is none of texts, encode and lines`);
process.stdout.write(`${JSON.stringify(await work(...(args as [string, string, string])))}\n`);

async function itemsIn(events: string): Promise<ItemEvent[]> {
  const items: ItemEvent[] = [];
  for (const file of (await listEvents(openEventFolder(events))).files)
    for await (const batch of readEventFile(file))
      for (const { outcome } of batch) if (outcome.ok && outcome.event.type === 'item') items.push(outcome.event);
  return items;
}

function textsOf(items: readonly ItemEvent[]): string[] {
  const texts = items.flatMap((item) => (item.op === 'upsert' ? Object.values(item.attributes) : []));
  return [...new Set(texts.filter((text) => typeof text === 'string').map((text) => text.toWellFormed()))];
}

function bytesOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}

async function writeTexts(events: string, out: string) {
  const texts = textsOf(await itemsIn(events));
  writeFileSync(out, JSON.stringify(texts));
  return { texts: texts.length, bytes: bytesOf(texts) };
}

async function encode(file: string) {
  const texts = JSON.parse(readFileSync(file, 'utf8')) as string[];
  const { tokenizer } = await planOf(`${shippedFolder('domains')}/demo.yaml`, `${shippedFolder('recipes')}/demo.yaml`);
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  const ids: Int32Array[] = [];
  for (let from = 0; from < texts.length; from += BATCH)
    ids.push(...(await tokenizer.encodeMany(texts.slice(from, from + BATCH))));
  const spent = timesSince(started, cpu);
  const digest = createHash('sha256');
  for (const each of ids) digest.update(new Uint8Array(each.buffer, each.byteOffset, each.byteLength));
  const tokens = ids.reduce((sum, each) => sum + each.length, 0);
  return { texts: texts.length, bytes: bytesOf(texts), ...spent, tokens, sha256: digest.digest('hex') };
}

/** The bytes are those of the distinct texts, as in `encode`: what is in two lines counts once. */
async function makeLines(events: string, domain: string, recipe: string) {
  const items = await itemsIn(events);
  const plan = await planOf(domain, recipe);
  const table = createItemTable(items, plan.section.known);
  const ids = [...new Set(items.map((item) => item.item_id))];
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  const versions = ids.flatMap((id) => live(table.seen(id, Number.POSITIVE_INFINITY)) ?? []);
  const store = createSegmentStore();
  const maker = createLineMaker(plan.tokenizer);
  let lines = 0;
  for (let from = 0; from < versions.length; from += BATCH) {
    const texts = versions.slice(from, from + BATCH).map((version) => plan.texts.item(version));
    const made = await runSearch(maker, store.find(texts));
    for (const each of made.values()) lines += each.length;
  }
  return { lines, bytes: bytesOf(textsOf(items)), ...timesSince(started, cpu) };
}

async function planOf(domain: string, recipe: string) {
  const read = await readRecipe(recipe);
  const { context } = read.recipe.corpus;
  return readRenderPlan(read, await readDomain(domain), typeof context === 'number' ? context : Math.max(...context));
}

function timesSince(started: number, before: NodeJS.CpuUsage) {
  const { user, system } = process.cpuUsage(before);
  return { seconds: (performance.now() - started) / 1_000, cpu_seconds: (user + system) / 1e6 };
}
