/** One partition of the timelines under way: files are written as groups arrive. */

import type { FileRef, TimelineRecord } from '../../schemas/commit.ts';
import type { EventRecord } from '../../schemas/event.ts';
import { canonicalEvent } from '../../schemas/event-time.ts';
import { type DeadLetter, writeDeadLetters } from '../../src/adapters/parquet/dead-letters.ts';
import { nth } from '../../src/checked.ts';
import { quotedName } from '../../src/errors.ts';
import { createLineFiles, lineFolder } from '../../src/lake/line-files.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import { timelineFolder } from '../../src/lake/timeline-records.ts';
import { type PlacedRecord, takeInEntity } from '../../src/timeline/take-in-entity.ts';
import { createTimelineStats, type TimelineStats } from '../../src/timeline/timeline-stats.ts';
import type { InputFile } from './input-files.ts';

/** All records of one member or item, or a record that is no event. */
export type TakenGroup =
  | { readonly kind: 'entity'; readonly records: readonly PlacedRecord[] }
  | { readonly kind: 'unread'; readonly letter: DeadLetter };

/** What a partition came to: files that lie in the store, for the record that is to name them. */
export interface WrittenPartition extends Pick<TimelineRecord, 'files' | 'counts'> {
  readonly partition: number;
}

/** A partition under way. */
export interface PartitionWriter {
  readonly partition: number;
  add(group: TakenGroup): Promise<void>;
  /** Uploads what is left. */
  finish(): Promise<WrittenPartition>;
}

/** Where partitions are written, and what of their inputs is named. */
export interface PartitionWork {
  readonly store: ObjectStore;
  readonly inputs: readonly Pick<InputFile, 'name'>[];
}

/** Letters of the first dead record's message that the stats keep. */
const MESSAGE_LETTERS_MAX = 200;
/** Raw bytes of dead letters held before a file of them is written. */
const DEAD_BYTES_MAX = 16 * 1024 * 1024;

/** Opens a partition. Bound: the line and dead-letter files under way. */
export function openPartition(partition: number, { store, inputs }: PartitionWork): PartitionWriter {
  const folder = timelineFolder(partition);
  const raw = createLineFiles(store, lineFolder(partition));
  const items = createLineFiles(store, lineFolder(partition));
  const dead = createDeadFiles(store, `${folder}/dead`);
  const stats = createTimelineStats();
  const counts = { read: 0, used: 0, duplicate: 0, late: 0, dead: 0, dropped: 0 };
  const park = (letter: DeadLetter): Promise<void> => {
    stats.addDead(
      `${letter.source}:${letter.line}, ${letter.reason}: ${quotedName(letter.message, MESSAGE_LETTERS_MAX)}`,
    );
    return dead.add(letter);
  };
  return {
    partition,
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
      for (const { event, file, line } of taken.conflicts)
        await park(conflictLetter(event, nth(inputs, file).name, line));
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
      return { partition, files, counts };
    },
  };
}

interface DeadFiles {
  add(letter: DeadLetter): Promise<void>;
  finish(): Promise<FileRef[]>;
}

/** Dead letters in files of bounded size. */
function createDeadFiles(store: ObjectStore, folder: string): DeadFiles {
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
