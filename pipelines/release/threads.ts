/** A release on several cores: this thread and others take rows from parts and join row groups. */

import type { Split } from '../../schemas/ledger.ts';
import { openSharedScratch } from '../../src/adapters/open-store.ts';
import { type AskedThread, idlest, startThread } from '../../src/asked-thread.ts';
import { entriesOf, recordOf } from '../../src/checked.ts';
import type { PartPosition } from '../../src/corpus/open-part.ts';
import type { Effects } from '../../src/effects.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import {
  createRowTaker,
  type RowTaker,
  SORTED,
  type TakenCounts,
  takingProgress,
} from '../../src/release/take-rows.ts';
import { createSorter } from '../../src/sort/sorted-runs.ts';
import { threadScript } from '../../src/thread-script.ts';
import { handedOver, sortBytesOf } from './handed-over.ts';
import { type ReleaseWork, workHere } from './work.ts';
import type { JoinPlan, ReleaseReply, ReleaseRequest, ReleaseThreadData } from './worker.ts';

/** Row groups and parts that lie before a thread: it never waits for this one, and few are held. */
const AHEAD = 2;

type ReleaseThread = AskedThread<ReleaseRequest, ReleaseReply>;

/**
 * Works by `count` threads, of which this is one; comes to the release that one alone comes to,
 * since what is sorted does not depend on who took it. Bound: a taker or a row group a thread, and
 * what lies before each.
 */
export function workInThreads(store: ObjectStore, count: number, effects: Effects): ReleaseWork {
  const { location } = store;
  const name = effects.newId();
  const shared = openSharedScratch(location, name, effects);
  const lanes = Array.from({ length: count }, (_, first) => ({ first, step: count }));
  const [own, ...others] = lanes;
  const threads: ReleaseThread[] = others.map((lane) => {
    const workerData: ReleaseThreadData = { location, scratch: name, lane };
    return startThread({ script: threadScript(import.meta.url, 'worker'), workerData }, effects);
  });
  const here = workHere({ store, scratch: shared.scratch }, effects);
  return {
    async take(plan, parts) {
      const begun = Promise.all(threads.map((thread) => askFor('done', thread, { kind: 'begin', plan })));
      // Heard of with the first part.
      begun.catch(() => {});
      const { scratch } = shared;
      const taker = createRowTaker(plan, { store, scratch, sortBytes: sortBytesOf(count), ...(own && { lane: own }) });
      await dealParts({ threads, taker, parts }, effects);
      const asked = Promise.all(threads.map((thread) => askFor('taken', thread, { kind: 'end' })));
      asked.catch(() => {});
      const taken = [handedOver(taker), ...(await asked)];
      const sorters = recordOf(SORTED, (sorted) =>
        createSorter({ scratch, runs: taken.flatMap(({ runs }) => runs[sorted]).map(shared.open) }),
      );
      return { sorters, counts: summed(taken.map(({ counts }) => counts)) };
    },
    joiner: (profile, rows) => {
      const { tokenTable: tokens, numbers } = rows;
      const plan: JoinPlan = { profile, tokens, numbers };
      const ready = Promise.all(threads.map((thread) => askFor('done', thread, { kind: 'tables', ...plan })));
      // Heard of by whoever asks for a row group.
      ready.catch(() => {});
      const own = here.joiner(profile, rows);
      return {
        atOnce: AHEAD * threads.length + 1,
        async join(group) {
          const thread = idlest(threads);
          if (thread.waiting >= AHEAD) return own.join(group);
          return (await askFor('joined', thread, { kind: 'join', rows: group })).group;
        },
      };
    },
    async close() {
      await here.close();
      await Promise.all(threads.map((thread) => thread.end()));
      await shared.clear();
    },
  };
}

/** Parts, and who takes them. */
interface PartDeal {
  readonly threads: readonly ReleaseThread[];
  /** This thread's own. */
  readonly taker: RowTaker;
  readonly parts: readonly PartPosition[];
}

/** The largest first: begun last, it would leave the other threads idle at the end. */
async function dealParts({ threads, taker, parts }: PartDeal, effects: Effects): Promise<void> {
  const asked: Promise<void>[] = [];
  let done = 0;
  const taken = async ({ files }: PartPosition) => {
    done += files.rows;
    effects.observe(takingProgress(parts, done));
    await effects.reach('shuffle');
  };
  for (const part of parts.toSorted((a, b) => b.files.tokens - a.files.tokens)) {
    effects.signal.throwIfAborted();
    const thread = idlest(threads);
    if (thread.waiting < AHEAD) {
      const answered = askFor('done', thread, { kind: 'take', part }).then(() => taken(part));
      // Seen when all are.
      answered.catch(() => {});
      asked.push(answered);
    } else {
      await taker.take(part);
      await taken(part);
    }
  }
  await Promise.all(asked);
}

function summed(counts: readonly TakenCounts[]): TakenCounts {
  const sumOf = (of: 'rows' | 'tokens') => {
    const sums: Partial<Record<Split, number>> = {};
    for (const each of counts)
      for (const [split, count] of entriesOf(each[of])) sums[split] = (sums[split] ?? 0) + count;
    return sums;
  };
  const greatest = (of: 'segmentsEnd' | 'eventsEnd') => Math.max(...counts.map((each) => each[of]));
  return {
    ...{ rows: sumOf('rows'), tokens: sumOf('tokens') },
    ...{ segmentsEnd: greatest('segmentsEnd'), eventsEnd: greatest('eventsEnd') },
  };
}

type ReplyOf<K> = Extract<ReleaseReply, { readonly kind: K }>;

/** The bytes of a row group are handed over. */
async function askFor<K extends ReleaseReply['kind']>(kind: K, thread: ReleaseThread, request: ReleaseRequest) {
  const reply = await thread.ask(request, request.kind === 'join' ? [request.rows.bytes.buffer as ArrayBuffer] : []);
  if (reply.kind !== kind) throw new Error(`a thread of the release answered ${reply.kind} and not ${kind}`);
  return reply as ReplyOf<K>;
}
