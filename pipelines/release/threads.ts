/** A release on several cores: threads take the rows of parts, and then join row groups. */

import type { Split } from '../../schemas/ledger.ts';
import { openSharedScratch } from '../../src/adapters/open-store.ts';
import { entriesOf, recordOf } from '../../src/checked.ts';
import type { PartPosition } from '../../src/corpus/open-part.ts';
import type { Effects } from '../../src/effects.ts';
import { SORTED, type TakenCounts, takingProgress } from '../../src/release/take-rows.ts';
import { createSorter } from '../../src/sort/sorted-runs.ts';
import { type AskedThread, dealTo, idlest, startThread } from '../asked-thread.ts';
import type { ReleaseWork } from './work.ts';
import type { ReleaseReply, ReleaseRequest, ReleaseThreadData } from './worker.ts';

/** Row groups and parts that lie before a thread: enough that it never waits, and few are held. */
const GROUPS_AHEAD = 2;
const PARTS_AHEAD = 3;

type ReleaseThread = AskedThread<ReleaseRequest, ReleaseReply>;

/**
 * Starts `count` threads; comes to the release that one thread comes to, since what is sorted does
 * not depend on who took it. Bound: a taker or a row group a thread, and what lies before each.
 */
export function workInThreads(location: string, count: number, effects: Effects): ReleaseWork {
  const name = effects.newId();
  const shared = openSharedScratch(location, name, effects);
  const threads: ReleaseThread[] = Array.from({ length: count }, (_, first) => {
    const workerData: ReleaseThreadData = { location, scratch: name, lane: { first, step: count } };
    return startThread({ script: workerFile(), workerData }, effects);
  });
  return {
    async take(plan, parts) {
      await Promise.all(threads.map((thread) => askFor('done', thread, { kind: 'begin', plan })));
      await dealParts(threads, parts, effects);
      const taken = await Promise.all(threads.map((thread) => askFor('taken', thread, { kind: 'end' })));
      const sorters = recordOf(SORTED, (sorted) =>
        createSorter({ scratch: shared.scratch, runs: taken.flatMap(({ runs }) => runs[sorted]).map(shared.open) }),
      );
      return { sorters, counts: summed(taken.map(({ counts }) => counts)) };
    },
    joiner: (profile, { tokenTable: tokens, numbers }) => {
      const ready = Promise.all(
        threads.map((thread) => askFor('done', thread, { kind: 'tables', profile, tokens, numbers })),
      );
      // Heard of by whoever asks for a row group.
      ready.catch(() => {});
      return {
        atOnce: GROUPS_AHEAD * count,
        join: async (rows) => (await askFor('joined', idlest(threads), { kind: 'join', rows })).group,
      };
    },
    async close() {
      await Promise.all(threads.map((thread) => thread.end()));
      await shared.clear();
    },
  };
}

async function dealParts(
  threads: readonly ReleaseThread[],
  parts: readonly PartPosition[],
  effects: Effects,
): Promise<void> {
  const dealer = dealTo(threads, PARTS_AHEAD);
  let done = 0;
  for (const part of parts) {
    effects.signal.throwIfAborted();
    await dealer.deal(async (thread) => {
      await askFor('done', thread, { kind: 'take', part });
      done += part.files.rows;
      effects.observe(takingProgress(parts, done));
      await effects.reach('shuffle');
    });
  }
  await dealer.settled();
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

/** Source in development, compiled in the package. */
function workerFile(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);
}
