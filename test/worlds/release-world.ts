/** A whole way: files of a world to a lake, a release and a certificate, as the commands go it. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FILLED_SPLITS, type FilledSplit } from '../../schemas/ledger.ts';
import { eventsAt, releaseAt } from '../../src/adapters/checker-reader.ts';
import { buildFrom } from '../../src/cli/commands/build.ts';
import { releaseFrom } from '../../src/cli/commands/release.ts';
import { PROCESS_EFFECTS } from '../../src/effects.ts';
import { verifyRelease } from '../../src/verify/verify-release.ts';
import { DAY, NOON } from '../timeline/events.ts';
import { saidBy } from './compare-worlds.ts';
import type { Difference } from './long-run.ts';
import type { World } from './worlds.ts';

const KEY = '5a'.repeat(32);

/** What came of a world on its whole way. */
export interface Released {
  /** The code of a world that the builder refuses. */
  readonly refused?: string;
  /** Rows of the release by their end: a split, or why not. */
  readonly ends: ReadonlyMap<string, number>;
  readonly difference?: Difference;
}

const NOTHING = { ends: new Map<string, number>() };

/** Builds, releases and verifies the world; a fault of the certificate is a difference. */
export async function releaseWorld(world: World): Promise<Released> {
  const folder = mkdtempSync(join(tmpdir(), 'world-'));
  try {
    const released = await saidBy('builder', () => makeRelease(folder, world));
    if (!('value' in released)) return { ...NOTHING, ...released };
    const { path, manifest } = released.value;
    const ends = new Map<string, number>();
    for (const [end, count] of Object.values(manifest.fates).flatMap((byEnd) => Object.entries(byEnd)))
      ends.set(end, (ends.get(end) ?? 0) + count);
    const { tokenizer } = world.recipe.corpus;
    const options = {
      ...{ release: releaseAt(path), events: eventsAt(join(folder, 'events')), key: KEY },
      ...('path' in tokenizer ? { tokenizerPath: tokenizer.path } : {}),
    };
    const verified = await saidBy('checker', () => verifyRelease(options));
    if (!('value' in verified)) return { ends, ...verified };
    const [fault] = verified.value.faults;
    if (fault === undefined) return { ends };
    const { check, rule, split, row, detail } = fault;
    const counts = JSON.stringify(verified.value.fault_counts);
    const kind = `${check} ${rule.join()}`;
    return { ends, difference: { kind, builder: counts, checker: `${split} ${row}: ${detail}` } };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Throws as `build` and `release` do. */
async function makeRelease(folder: string, { domain, recipe, lines, until }: World) {
  const paths = { events: join(folder, 'events'), recipe: join(folder, 'recipe.yaml'), lake: join(folder, 'lake') };
  const files = { ...paths, domain: join(folder, 'domain.yaml') };
  mkdirSync(files.events);
  writeFileSync(join(files.events, 'events.ndjson'), `${lines.join('\n')}\n`);
  // JSON is YAML.
  writeFileSync(files.domain, JSON.stringify(domain));
  writeFileSync(files.recipe, JSON.stringify(recipe));
  await buildFrom(
    { ...files, partitions: 2, workers: 1, until, sourceFile: undefined, isSourceChanged: false },
    PROCESS_EFFECTS,
  );
  const named = recipe.release.until === undefined ? NOON + 30 * DAY : Date.parse(recipe.release.until);
  const wishes = { until: until === null ? named : Math.min(named, until), tokenBudget: undefined, profile: undefined };
  const from = {
    corpus: undefined,
    context: undefined,
    id: undefined,
    key: { text: KEY, file: undefined },
    workers: 1,
  };
  const release = (allowEmpty: readonly FilledSplit[] | undefined) =>
    releaseFrom({ ...paths, ...wishes, ...from, allowEmpty }, PROCESS_EFFECTS);
  // The recipe's own word first: what it does not allow is allowed then (RELEASE-7).
  return release(undefined).catch(() => release(FILLED_SPLITS));
}
