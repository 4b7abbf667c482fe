/**
 * Brings the local state of a chain to the chain's head: what is there goes on by deltas, what
 * cannot is thrown away and made again.
 */
import type { StreamPart } from '../../schemas/commit.ts';
import { last } from '../checked.ts';
import { BrewhouseError } from '../errors.ts';
import type { EntityChange, StateHead, StateHome, StreamState } from '../stream/state.ts';
import { storedOf } from '../stream/stored-entity.ts';
import { recordsAfter } from './chain-records.ts';
import type { TimelineState } from './chain-state.ts';
import type { Chain } from './commit-log.ts';
import type { RecordRef } from './read-record.ts';
import { liveEntities } from './runs.ts';
import { readDelta, readSnapshot } from './state-files.ts';

/** Events of one transaction where a state is made from runs. */
const FILL_EVENTS = 50_000;

/**
 * THE CHAIN IS THE TRUTH: opens the state in `home` as that of the newest record, from the local
 * state, else from the newest snapshot, and the deltas after it; else from the runs. The chain was
 * caught up with. Bound: a delta, or what `liveEntities` holds and FILL_EVENTS. Throws as the store
 * and the state do, and `lake_broken` where the runs do.
 */
export async function stateAtHead(home: StateHome, chain: Chain): Promise<StreamState> {
  const { state: at } = chain;
  if (at.kind === 'corpus') throw new Error(`${chain.folder} is no chain of events`);
  // Without a record what is here is of another lake.
  if (at.kind === 'empty') return home.reset();
  const known =
    (await atHead(chain, async () => home.open())) ?? (await atHead(chain, () => fromSnapshot(home, chain, at)));
  if (known !== undefined) return known;
  const state = await home.reset();
  await fill(state, chain, at);
  return state;
}

/** Undefined where nothing opens, or what does is not followed by deltas that read. */
async function atHead(chain: Chain, open: () => Promise<StreamState | undefined>): Promise<StreamState | undefined> {
  let state: StreamState | undefined;
  try {
    state = await open();
    if (state !== undefined && (await isFollowed(state, chain))) return state;
  } catch (error) {
    if (!(error instanceof BrewhouseError) || error.code !== 'lake_broken') throw error;
  }
  state?.close();
  return undefined;
}

/** False where the state is of another chain, is ahead of it, or is not followed by deltas. */
async function isFollowed(state: StreamState, chain: Chain): Promise<boolean> {
  const head = state.head();
  if (head === null || head.seq > (chain.head?.seq ?? 0)) return false;
  const [own, ...rest] = await recordsAfter(chain, { seq: head.seq - 1 });
  if (own?.sha256 !== head.sha256 || own.seq !== head.seq) return false;
  if (rest.some(({ record }) => record.stream === undefined)) return false;
  for (const { seq, sha256, record } of rest) {
    if (record.stream === undefined) return false;
    state.apply(
      await readDelta(chain.store, chain.folder, record.stream.delta),
      headOf({ seq, sha256 }, record.stream),
    );
  }
  return true;
}

async function fromSnapshot(home: StateHome, { store, folder }: Chain, { stream }: TimelineState) {
  return stream === null || stream.snapshot === null
    ? undefined
    : home.reset(readSnapshot(store, folder, stream.snapshot));
}

/** A chain that was made from files has runs and no deltas. */
async function fill(state: StreamState, chain: Chain, { newest, stream }: TimelineState): Promise<void> {
  const { store, folder } = chain;
  let changes: EntityChange[] = [];
  let events = 0;
  for await (const { entity, readState } of liveEntities({ store, folder, runs: newest.record.runs })) {
    changes.push({ entity, isAnew: true, ...storedOf(await readState()) });
    events += last(changes).events.length;
    if (events < FILL_EVENTS) continue;
    state.apply(changes, null);
    changes = [];
    events = 0;
  }
  state.apply(changes, headOf(newest, stream));
}

/** What the state of a record says of it. */
function headOf({ seq, sha256 }: RecordRef, stream: StreamPart | null): StateHead {
  const ranges = stream?.ranges ?? [];
  const topics = ranges.map(({ topic, partition, end, newest }) => ({ topic, partition, position: end, newest }));
  return { seq, sha256, topics, watermark: stream?.watermark ?? null };
}
