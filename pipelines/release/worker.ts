/** A thread of a release: takes rows from parts, then joins row groups and encodes their pages. */
import { parentPort, workerData } from 'node:worker_threads';
import { openScratchFile } from '../../src/adapters/filesystem/scratch-folder.ts';
import { openSharedScratch, openStore } from '../../src/adapters/open-store.ts';
import { answerRequests } from '../../src/asked-thread.ts';
import { present } from '../../src/checked.ts';
import type { PartPosition } from '../../src/corpus/open-part.ts';
import { PROCESS_EFFECTS } from '../../src/effects.ts';
import { profileOf } from '../../src/profiles/profiles.ts';
import { createRowJoiner, type JoinedGroup, type ReleaseNumbers, type RowJoiner } from '../../src/release/join-rows.ts';
import type { PackedRows } from '../../src/release/packed-rows.ts';
import { createRowTaker, type RowTaker, type TakePlan } from '../../src/release/take-rows.ts';
import type { Lane } from '../../src/release/taken-numbers.ts';
import { readTokenTable, type TokenTable } from '../../src/release/token-table.ts';
import { type HandedOver, handedOver, sortBytesOf } from './handed-over.ts';

/** What a thread is started with. */
export interface ReleaseThreadData {
  /** Location of the lake's store, and the name of the scratch that all threads share. */
  readonly location: string;
  readonly scratch: string;
  /** Numbers of its own. */
  readonly lane: Lane;
}

/** A plan and parts, and their end; then tables, and row groups. */
export type ReleaseRequest =
  | { readonly kind: 'begin'; readonly plan: TakePlan }
  | { readonly kind: 'take'; readonly part: PartPosition }
  | { readonly kind: 'end' }
  | ({ readonly kind: 'tables' } & JoinPlan)
  | { readonly kind: 'join'; readonly rows: PackedRows };

/** What row groups are joined by. */
export interface JoinPlan {
  /** Name of the profile. */
  readonly profile: string;
  readonly tokens: TokenTable;
  readonly numbers: ReleaseNumbers;
}

/** What is answered: to the end what was taken, by the names of its runs. */
export type ReleaseReply =
  | { readonly kind: 'done' }
  | ({ readonly kind: 'taken' } & HandedOver)
  | { readonly kind: 'joined'; readonly group: JoinedGroup };

function pagesOf({ data, meta, origin }: JoinedGroup) {
  return [data, meta, origin].map(({ pages }) => pages.buffer);
}

function createWork({ location, scratch: name, lane }: ReleaseThreadData) {
  const effects = PROCESS_EFFECTS;
  const { scratch } = openSharedScratch(location, name, effects);
  const store = openStore(location, effects);
  let taker: RowTaker | undefined;
  let joiner: RowJoiner | undefined;
  return async (request: ReleaseRequest): Promise<ReleaseReply> => {
    switch (request.kind) {
      case 'begin':
        taker = createRowTaker(request.plan, { store, scratch, lane, sortBytes: sortBytesOf(lane.step) });
        return { kind: 'done' };
      case 'take':
        await present(taker, 'plan of what is taken').take(request.part);
        return { kind: 'done' };
      case 'end': {
        const all = handedOver(present(taker, 'plan of what is taken'));
        taker = undefined;
        return { kind: 'taken', ...all };
      }
      case 'tables': {
        const { profile, tokens, numbers } = request;
        const reader = readTokenTable(tokens, openScratchFile(tokens.name));
        joiner = createRowJoiner(profileOf(profile), { tokens: reader, numbers });
        return { kind: 'done' };
      }
      case 'join':
        return { kind: 'joined', group: present(joiner, 'table to join by').join(request.rows) };
    }
  };
}

if (parentPort !== null) {
  answerRequests(parentPort, createWork(workerData as ReleaseThreadData), (reply: ReleaseReply) =>
    reply.kind === 'joined' ? pagesOf(reply.group) : [],
  );
}
