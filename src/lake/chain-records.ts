/** The records of one kind on a chain. */
import type { CommitRecord, WorkRecord } from '../../schemas/commit.ts';
import type { Chain } from './commit-log.ts';
import type { Committed } from './read-record.ts';

type OfKind<K extends WorkRecord['kind']> = Extract<CommitRecord, { kind: K }>;

/** In order, oldest first. */
export function recordsOf<K extends WorkRecord['kind']>(chain: Chain, kind: K): Committed<OfKind<K>>[] {
  return chain.work.filter((each): each is Committed<OfKind<K>> => each.record.kind === kind);
}
