/** One partition of the timelines under way: its files are written as groups arrive, its record is committed at the end. */
import type { FileRef } from '../../schemas/commit.ts';
import type { EventRecord } from '../../schemas/event.ts';
import { canonicalEvent } from '../../schemas/event-time.ts';
import { type DeadLetter, writeDeadLetters } from '../../src/adapters/parquet/dead-letters.ts';
import { PROCESS_EFFECTS } from '../../src/effects.ts';
import { quotedName } from '../../src/errors.ts';
import { appendRecord, type Chain, claimChain } from '../../src/lake/commit-log.ts';
import { createLineFiles } from '../../src/lake/line-files.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import type { Assumptions } from '../../src/sources/assumptions.ts';
import { takeInEntity } from '../../src/timeline/take-in-entity.ts';
import { createTimelineStats, type TimelineStats } from '../../src/timeline/timeline-stats.ts';
import type { InputFile, TakenGroup } from './take-in.ts';

export interface PartitionWriter {
  add(group: TakenGroup): Promise<void>;
  /** Uploads what is left and commits. */
  finish(): Promise<void>;
}

export interface PartitionContext {
  readonly inputs: readonly InputFile[];
  readonly assumptions: Assumptions;
  readonly store: ObjectStore;
  readonly attempt: string;
}

/** Letters of the first dead record's message that the stats keep. */
const MESSAGE_SHOWN_MAX = 200;
/** Raw bytes of dead letters held before a file of them is written. */
const DEAD_BYTES_MAX = 16 * 1024 * 1024;

/** A partition that has its record already (`chain` undefined) is passed over. */
export function openPartition(partition: number, chain: Chain | undefined, context: PartitionContext): PartitionWriter {
  if (chain === undefined) return { add: async () => {}, finish: async () => {} };
  const { store, attempt } = context;
  const folder = `timelines/${partition}`;
  const raw = createLineFiles(store, `${folder}/raw`);
  const items = createLineFiles(store, `${folder}/raw`);
  const dead = createDeadFiles(store, `${folder}/dead`);
  const stats = createTimelineStats();
  const counts = { read: 0, used: 0, duplicate: 0, late: 0, dead: 0, dropped: 0 };
  const park = (letter: DeadLetter): Promise<void> => {
    stats.addDead(
      `${letter.source}:${letter.line}, ${letter.reason}: ${quotedName(letter.message, MESSAGE_SHOWN_MAX)}`,
    );
    return dead.add(letter);
  };
  return {
    async add(group) {
      if (group.kind === 'unread') {
        counts.read++;
        counts.dead++;
        await park(group.letter);
        return;
      }
      const taken = takeInEntity(group.records);
      counts.read += group.records.length;
      counts.used += taken.used.length;
      counts.duplicate += taken.duplicates;
      counts.dead += taken.conflicts.length;
      counts.dropped += taken.dropped;
      for (const { event, file, line } of taken.conflicts) {
        await park(conflictLetter(event, context.inputs[file]!.name, line));
      }
      for (const event of taken.used) {
        stats.add(event);
        await (event.type === 'item' ? items : raw).add(canonicalEvent(event));
      }
    },
    async finish() {
      const files = {
        raw: await raw.finish(),
        items: await items.finish(),
        dead: await dead.finish(),
        stats: await writeStats(store, `${folder}/state`, stats.finish()),
      };
      await PROCESS_EFFECTS.reach('timeline-upload');
      // COMMIT AFTER WRITE: the record names files that lie under their hashes already.
      await claimChain(chain, attempt);
      await appendRecord(chain, attempt, {
        kind: 'timeline',
        inputs: context.inputs.map(({ name, sha256, bytes }) => ({ name, sha256, bytes })),
        files,
        counts,
        assumptions: context.assumptions,
      });
    },
  };
}

/** Dead letters in files of bounded size. */
function createDeadFiles(
  store: ObjectStore,
  folder: string,
): { add(letter: DeadLetter): Promise<void>; finish(): Promise<FileRef[]> } {
  const files: FileRef[] = [];
  let letters: DeadLetter[] = [];
  let bytes = 0;
  const flush = async () => {
    if (letters.length > 0) files.push(await writeDeadLetters(store, folder, letters));
    letters = [];
    bytes = 0;
  };
  return {
    async add(letter) {
      letters.push(letter);
      bytes += letter.raw.length;
      if (bytes > DEAD_BYTES_MAX) await flush();
    },
    async finish() {
      await flush();
      return files;
    },
  };
}

function conflictLetter(event: EventRecord, source: string, line: number): DeadLetter {
  return {
    source,
    line,
    reason: 'id_conflict',
    field: 'event_id',
    message: 'another record of this event id has other content',
    raw: Buffer.from(canonicalEvent(event), 'utf8'),
  };
}

async function writeStats(store: ObjectStore, folder: string, stats: TimelineStats): Promise<FileRef> {
  const file = store.create();
  file.write(Buffer.from(JSON.stringify(stats), 'utf8'));
  const { sha256, bytes } = await file.finish(folder, '.json');
  return { sha256, bytes, rows: 1 };
}
