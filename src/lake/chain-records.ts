/** The records of one kind on a chain. */
import type { CommitRecord, TimelineRecord, WorkRecord } from '../../schemas/commit.ts';
import { brokenFile } from './broken-file.ts';
import { type Chain, nextSeq, recordKey } from './commit-log.ts';
import { type Committed, type RecordRef, readRecord } from './read-record.ts';

/** Hides the latency of a bucket. */
const READS_AT_ONCE = 32;

type OfKind<K extends WorkRecord['kind']> = Extract<CommitRecord, { kind: K }>;

/** In order, oldest first. */
export function recordsOf<K extends WorkRecord['kind']>(chain: Chain, kind: K): Committed<OfKind<K>>[] {
  return chain.work.filter((each): each is Committed<OfKind<K>> => each.record.kind === kind);
}

/**
 * The timeline records after one of them, null: all. Those before the chain's checkpoint are read
 * again.
 */
export async function recordsAfter(
  chain: Chain,
  record: Pick<RecordRef, 'seq'> | null,
): Promise<Committed<TimelineRecord>[]> {
  const records = recordsOf(chain, 'timeline').filter(({ seq }) => seq > (record?.seq ?? 0));
  const first = chain.work[0]?.seq ?? nextSeq(chain);
  const older: Committed<TimelineRecord>[] = [];
  for (let from = (record?.seq ?? 0) + 1; from < first; from += READS_AT_ONCE) {
    const seqs = Array.from({ length: Math.min(READS_AT_ONCE, first - from) }, (_, i) => from + i);
    const found = await Promise.all(seqs.map((seq) => recordAt(chain, seq)));
    for (const each of found) if (each.record.kind === 'timeline') older.push({ ...each, record: each.record });
  }
  return [...older, ...records];
}

async function recordAt({ store, folder }: Chain, seq: number): Promise<Committed> {
  const key = recordKey(folder, seq);
  const found = await readRecord(store, key);
  if (found === null) throw brokenFile(key, 'is missing');
  return found;
}
