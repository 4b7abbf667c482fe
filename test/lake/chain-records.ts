/** Records and writers for tests of the commit log. */
import type { NewRecord } from '../../schemas/commit.ts';
import type { AttemptId } from '../../schemas/ids.ts';
import { openMemoryStore } from '../../src/adapters/memory/memory-store.ts';
import { sha256Hex } from '../../src/content-hash.ts';
import * as log from '../../src/lake/commit-log.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';

/** Claims the chain for a writer by any name. */
export const claimChain = (chain: log.Chain, attempt: string) => log.claimChain(chain, attempt as AttemptId);
/** Appends as a writer by any name. */
export const appendRecord = (chain: log.Chain, attempt: string, record: NewRecord) =>
  log.appendRecord(chain, attempt as AttemptId, record);

const file = (name: string) => ({ sha256: sha256Hex(name), bytes: name.length, rows: 1 });

/** A timeline record; another `name` gives other bytes. */
export function timelineRecord(name: string): Extract<NewRecord, { kind: 'timeline' }> {
  return {
    kind: 'timeline',
    inputs: [{ name: 'events.ndjson', sha256: sha256Hex('events'), bytes: 6 }],
    runs: [{ lines: [file(name)], index: [file(name)], erased: [] }],
    dead: [],
    changes: null,
    stats: file('stats'),
    counts: { read: 6, used: 2, duplicate: 1, late: 0, dead: 1, dropped: 2 },
  };
}

export function corpusRecord(name: string): Extract<NewRecord, { kind: 'corpus' }> {
  const same = file(name);
  return {
    kind: 'corpus',
    timeline: { seq: 2, sha256: sha256Hex('timeline') },
    items: [{ seq: 2, sha256: sha256Hex('items') }],
    from_until: null,
    until: 1_700_000_000_000,
    files: [{ part: same, segments: same, events: same, rows: 1, tokens: 9 }],
    questions: { ranking: { rendered: { applied: 1 }, capped: { 'did not interact': 2 } } },
    alike_after_cut: { choose: 3 },
  };
}

/** Where `chainOf` puts its chain. */
export const CHAIN_FOLDER = 'timelines/3';

/** A chain of so many records, in memory: claims now and then, work else. */
export async function chainOf(
  records: number,
  make: (name: string) => NewRecord = timelineRecord,
): Promise<ObjectStore> {
  const store = openMemoryStore();
  const chain = await log.openChain(store, CHAIN_FOLDER);
  for (let seq = 1; seq <= records; seq++) {
    if (seq % 7 === 1) await claimChain(chain, `writer ${seq}`);
    else await appendRecord(chain, String(chain.owner), make(`record ${seq}`));
  }
  return store;
}
