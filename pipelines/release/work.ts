/** The work of a release on parts and row groups, as one thread does it. */
import type { PartPosition } from '../../src/corpus/open-part.ts';
import type { Effects } from '../../src/effects.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import { profileOf } from '../../src/profiles/profiles.ts';
import { createRowJoiner } from '../../src/release/join-rows.ts';
import type { GroupJoiner } from '../../src/release/shards.ts';
import type { ShuffledRows } from '../../src/release/shuffle.ts';
import { type TakenRows, type TakePlan, takeRows } from '../../src/release/take-rows.ts';
import { readTokenTable, type TokenReader } from '../../src/release/token-table.ts';
import type { Scratch } from '../../src/sort/scratch.ts';

/** The work of one release; each is asked for once. */
export interface ReleaseWork {
  /** Takes the rows of all parts; the sorters are the caller's to close. */
  take(plan: TakePlan, parts: readonly PartPosition[]): Promise<TakenRows>;
  /** `profile`: its name. */
  joiner(profile: string, rows: Pick<ShuffledRows, 'tokenTable' | 'tokenFile' | 'numbers'>): GroupJoiner;
  /** Ends threads and removes their files; may be called again. */
  close(): Promise<void>;
}

/** The work in this thread. */
export function workHere(
  places: { readonly store: ObjectStore; readonly scratch: Scratch },
  effects: Effects,
): ReleaseWork {
  let reader: TokenReader | undefined;
  return {
    take: (plan, parts) => takeRows({ ...plan, parts }, places, effects),
    joiner(profile, { tokenTable, tokenFile, numbers }) {
      reader = readTokenTable(tokenTable, tokenFile);
      const joiner = createRowJoiner(profileOf(profile), { tokens: reader, numbers });
      return { atOnce: 0, join: async (rows) => joiner.join(rows) };
    },
    close: async () => reader?.close(),
  };
}
