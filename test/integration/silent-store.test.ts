/** A store that falls silent while a release is verified makes no release wrong. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { eventsAt, releaseAt } from '../../src/adapters/checker-reader.ts';
import { verifyRelease } from '../../src/verify/verify-release.ts';
import { KEY, tempFolder } from './brewhouse.ts';
import { silentAt } from './silent-reader.ts';
import { build, release, tokenizerFlag } from './small-world.ts';
import { makeTinyWorld } from './tiny-world.ts';

const folder = tempFolder();
const world = makeTinyWorld(folder, 'world');
const tokenizerPath = tokenizerFlag(world)[1]!;
let dir = '';
let names: string[] = [];

beforeAll(async () => {
  const lake = join(folder, 'lake');
  await build(world, lake, ['--partitions', '1']);
  dir = (await release(world, lake)).path;
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true });
  const all = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1));
  // One of each kind.
  const kinds = [/^data/, /^meta/, /^origin\/train/, /^origin\/segments/, /^origin\/events/, /^index/, /^[^/]+$/];
  names = kinds.flatMap((kind) => all.filter((name) => kind.test(name)).slice(0, kind.source === '^[^/]+$' ? 9 : 1));
});

/** More than any file is opened in one verification. */
const OPENS_MAX = 12;

it('ends the verification, whichever file it was about, and whenever', async () => {
  const options = { key: KEY, tokenizerPath, threads: 0 };
  const [release, events] = [releaseAt(dir), eventsAt(world.events)];
  const right = await verifyRelease({ ...options, release, events });
  expect(right).toMatchObject({ ok: true, faults: [] });
  /** How often the file is read before nobody misses it. */
  const readsOf = async (
    name: string,
    withSilence: (opens: number) => Partial<Parameters<typeof verifyRelease>[0]>,
  ) => {
    for (let opens = 0; opens < OPENS_MAX; opens++) {
      const verified = await verifyRelease({ ...options, release, events, ...withSilence(opens) }).catch(String);
      if (typeof verified !== 'string') {
        expect(verified, name).toEqual(right);
        return opens;
      }
      expect(verified).toBe(`BrewhouseError: no answer about ${name}`);
    }
    throw new Error(`${name} is read for ever`);
  };
  for (const name of names) {
    const reads = await readsOf(name, (opens) => ({ release: silentAt({ folder: dir, name, opens }) }));
    expect(reads, name).toBeGreaterThan(name.endsWith('.parquet') ? 1 : 0);
  }
  const name = 'events.ndjson';
  expect(await readsOf(name, (opens) => ({ events: silentAt({ folder: world.events, name, opens }) }))).toBe(1);
});
