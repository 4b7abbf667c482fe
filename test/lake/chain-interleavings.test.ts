/**
 * The law of the commit log: however writers interleave, the chain stays valid, and who was
 * overtaken appends nothing.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openMemoryStore } from '../../src/adapters/memory/memory-store.ts';
import { openStore } from '../../src/adapters/open-store.ts';
import { sha256Hex } from '../../src/content-hash.ts';
import { recordsOf } from '../../src/lake/chain-records.ts';
import { type Chain, openChain } from '../../src/lake/commit-log.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import { failureOf } from '../contract/object-store.ts';
import { appendRecord, claimChain, timelineRecord } from './chain-records.ts';

const FOLDER = 'timelines/0';
const WRITERS = ['a', 'b'];

interface Step {
  readonly writer: number;
  readonly act: 'open' | 'claim' | 'append';
}
const step: fc.Arbitrary<Step> = fc.record({
  writer: fc.nat(WRITERS.length - 1),
  act: fc.constantFrom('open', 'claim', 'append', 'append'),
});

/** A store that loses answers: what was written is said not to be, or an error comes instead. */
function losingAnswers(store: ObjectStore, losses: readonly boolean[]): ObjectStore {
  let calls = 0;
  return {
    ...store,
    putIfAbsent: async (key, bytes) => {
      const won = await store.putIfAbsent(key, bytes);
      return losses[calls++ % losses.length]! ? false : won;
    },
  };
}

type Work = (store: ObjectStore) => Promise<void>;

async function withFolder(work: Work): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'brewhouse-chain-'));
  try {
    await work(openStore(folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Each kind of store with how many cases it is worth: memory is quick. */
const STORES: readonly (readonly [name: string, withStore: (work: Work) => Promise<void>, numRuns: number])[] = [
  ['memory', (work) => work(openMemoryStore()), 300],
  ['a local folder', withFolder, 30],
];

/** What stands in the chain by the model: kind and writer. */
type Model = { work: boolean; writer: number; name: string }[];

async function takeSteps(store: ObjectStore, steps: readonly Step[]): Promise<Model> {
  const model: Model = [];
  const chains: Chain[] = [];
  const seen: number[] = [];
  const reopen = async (writer: number) => {
    chains[writer] = await openChain(store, FOLDER);
    seen[writer] = model.length;
  };
  for (const writer of WRITERS.keys()) await reopen(writer);
  for (const [i, { writer, act }] of steps.entries()) {
    const attempt = WRITERS[writer]!;
    const name = `record ${i}`;
    if (act === 'open') await reopen(writer);
    else if (act === 'claim') {
      const isOld = model.slice(seen[writer]).some((each) => each.work);
      expect(await failureOf(() => claimChain(chains[writer]!, attempt))).toBe(isOld ? 'fenced' : 'none');
      if (isOld) await reopen(writer);
      else seen[writer] = model.push({ work: false, writer, name });
    } else {
      const holds = seen[writer] === model.length && model.at(-1)?.writer === writer;
      const failure = await failureOf(() => appendRecord(chains[writer]!, attempt, timelineRecord(name)));
      expect(failure).toBe(holds ? 'none' : 'fenced');
      if (holds) seen[writer] = model.push({ work: true, writer, name });
      else await reopen(writer);
    }
  }
  return model;
}

describe.each(STORES)('any interleaving of two writers in %s', (_name, withStore, numRuns) => {
  it('leaves a valid chain of exactly what was said to be appended, with and without lost answers', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 16 }),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }),
        (steps, losses) =>
          withStore(async (store) => {
            const model = await takeSteps(losingAnswers(store, losses), steps);
            const chain = await openChain(store, FOLDER);
            expect(chain.head?.seq ?? 0).toBe(model.length);
            expect(
              recordsOf(chain, 'timeline').map(({ seq, record }) => [
                seq,
                record.attempt,
                record.runs[0]!.lines[0]!.sha256,
              ]),
            ).toEqual(
              model.flatMap(({ work, writer, name }, i) => (work ? [[i + 1, WRITERS[writer], sha256Hex(name)]] : [])),
            );
          }),
      ),
      { numRuns },
    );
  });

  it('at once, not one after another, leaves each record appended once or not at all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(3), { minLength: 2, maxLength: 8 }), (turns) =>
        withStore(async (store) => {
          const appended: string[] = [];
          const write = async (writer: number, appends: number) => {
            const attempt = `writer ${writer}`;
            const chain = await openChain(store, FOLDER);
            const work = async () => {
              await claimChain(chain, attempt);
              for (let i = 0; i < appends; i++) {
                await appendRecord(chain, attempt, timelineRecord(`${attempt} ${i}`));
                appended.push(sha256Hex(`${attempt} ${i}`));
              }
            };
            expect(['none', 'fenced']).toContain(await failureOf(work));
          };
          await Promise.all(turns.map((appends, writer) => write(writer, appends)));
          const chain = await openChain(store, FOLDER);
          const standing = recordsOf(chain, 'timeline').map(({ record }) => record.runs[0]!.lines[0]!.sha256);
          expect(standing.toSorted()).toEqual(appended.toSorted());
        }),
      ),
      { numRuns: numRuns / 3 },
    );
  });
});
