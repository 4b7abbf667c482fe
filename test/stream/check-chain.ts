/** What is wrong with a chain of events that a simulated worker made. */
import { canonicalJson } from '../../schemas/canonical-json.ts';
import type { FileRef } from '../../schemas/commit.ts';
import type { EventRecord } from '../../schemas/event.ts';
import { canonicalEvent } from '../../schemas/event-time.ts';
import { createMemoryHome } from '../../src/adapters/memory/memory-state.ts';
import { recordsOf } from '../../src/lake/chain-records.ts';
import { openChain } from '../../src/lake/commit-log.ts';
import { readLineFile, valuesOfLines } from '../../src/lake/line-files.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import { liveEntities } from '../../src/lake/runs.ts';
import { stateAtHead } from '../../src/lake/state-at-head.ts';
import type { StreamState } from '../../src/stream/state.ts';
import { type DrawnLog, type Modelled, modelOf } from './drawn-log.ts';
import { FOLDER } from './simulated-worker.ts';

/** All that a state holds, as a text: lists of keys with counts have no order. */
export function dumpOf(state: StreamState): string {
  const entities = state.knownAfter(Number.MIN_SAFE_INTEGER).map((entity) => {
    const head = JSON.stringify(state.entity(entity), (key, value) =>
      ['copies', 'dead', 'erased'].includes(key)
        ? (value as unknown[]).map((each) => JSON.stringify(each)).sort()
        : value,
    );
    return [entity, head, state.events(entity).map(({ copies, event }) => [copies, canonicalEvent(event)])];
  });
  return JSON.stringify([state.head(), entities]);
}

/** What a chain came to, as a reader of the lake finds it. */
async function foundIn(store: ObjectStore, model: Modelled): Promise<Modelled> {
  const chain = await openChain(store, FOLDER);
  const records = recordsOf(chain, 'timeline').map(({ record }) => record);
  const newest = records.at(-1)!;
  const used = new Map<string, EventRecord[]>();
  for await (const { entity, events, read } of liveEntities({ store, folder: FOLDER, runs: newest.runs }))
    if (events > 0) used.set(entity, await read());
  const [late, lateCopies]: [EventRecord[], EventRecord[]] = [[], []];
  let dead = 0;
  const logged = async (files: readonly FileRef[] = [], into: EventRecord[]) => {
    for (const file of files)
      into.push(...(valuesOfLines(await readLineFile(store, `${FOLDER}/late`, file)) as EventRecord[]));
  };
  for (const record of records) {
    await logged(record.stream?.late, late);
    await logged(record.stream?.late_copies, lateCopies);
    for (const file of record.dead) {
      if ((await store.get(`${FOLDER}/dead/${file.sha256}.parquet`)) === null)
        throw new Error('dead letters are missing');
      dead += file.rows;
    }
  }
  return { counts: newest.counts, used, late, lateCopies, dead: model.dead.slice(0, dead) };
}

function plain({ counts, used, late, lateCopies, dead }: Modelled): string {
  const members = [...used].map(([member, events]) => [member, ...events.map(canonicalEvent)]).sort();
  return JSON.stringify([
    canonicalJson(counts),
    members,
    late.map(canonicalEvent),
    lateCopies.map(canonicalEvent),
    dead.length,
  ]);
}

/** Undefined where all is as the plain model says. Throws where the chain does not read. */
export async function faultOf(store: ObjectStore, log: DrawnLog): Promise<string | undefined> {
  const chain = await openChain(store, FOLDER);
  const ends = new Map(log.topics.map(({ topic }) => [topic, 0]));
  for (const { seq, record } of recordsOf(chain, 'timeline')) {
    for (const { topic, start, end } of record.stream?.ranges ?? []) {
      if (start !== ends.get(topic)) return `record ${seq} begins at ${start} of ${topic}, not at ${ends.get(topic)}`;
      ends.set(topic, end);
    }
  }
  for (const { topic, end } of log.topics)
    if (ends.get(topic) !== end) return `${topic} was taken up to ${ends.get(topic)} of ${end}`;
  const model = modelOf(log);
  const found = await foundIn(store, model);
  const [own, right] = [plain(found), plain(model)];
  if (own !== right) return `found\n${own}\nand not\n${right}`;
  return undefined;
}

/** Whether the state of a fresh machine is that of the runs. */
export async function stateFaultOf(store: ObjectStore): Promise<string | undefined> {
  const chain = await openChain(store, FOLDER);
  const without = { ...store, get: async (key: string) => (key.includes('/state/') ? null : store.get(key)) };
  const byDeltas = dumpOf(await stateAtHead(createMemoryHome(), chain));
  const byRuns = dumpOf(await stateAtHead(createMemoryHome(), { ...chain, store: without }));
  return byDeltas === byRuns ? undefined : `by deltas\n${byDeltas}\nby runs\n${byRuns}`;
}
