/**
 * Event files into the timeline chains of a lake: read, dealt by member, sorted in bounded memory,
 * committed partition by partition.
 */
import { nth } from '../../src/checked.ts';
import { type Effects, PROCESS_EFFECTS } from '../../src/effects.ts';
import { newAttempt } from '../../src/lake/commit-work.ts';
import type { Lake } from '../../src/lake/lake.ts';
import type { PartitionTimeline } from '../../src/lake/timeline-records.ts';
import type { Scratch } from '../../src/sort/scratch.ts';
import { createSorter, type Sorter } from '../../src/sort/sorted-runs.ts';
import { readEventFile } from '../../src/sources/event-files.ts';
import type { PlacedRecord } from '../../src/timeline/take-in-entity.ts';
import { createDealer, decodeDealt } from './dealt-record.ts';
import { type InputFile, inputFiles, type ListedEvents, requireSameInputs } from './input-files.ts';
import { openPartition, type PartitionWork, type TakenGroup } from './partition.ts';

/** What take-in reads, and where it sorts. */
export interface TakeInOptions extends ListedEvents {
  readonly scratch: Scratch;
}

/**
 * Takes in what is not taken in yet; returns all timelines. Throws `input_unreadable` before
 * anything is committed, `inputs_changed` where the lake was made from other files, `fenced`.
 */
export async function takeIn(
  lake: Lake,
  { events, files, scratch }: TakeInOptions,
  effects = PROCESS_EFFECTS,
): Promise<readonly PartitionTimeline[]> {
  const inputs = await inputFiles({ events, files }, effects);
  const before = await lake.takenIn();
  for (const timeline of before) if (timeline !== undefined) requireSameInputs(timeline.record.inputs, inputs);
  const missing = new Set(before.flatMap((timeline, partition) => (timeline === undefined ? [partition] : [])));
  if (missing.size === 0) return lake.timelines();
  const sorter = createSorter({ scratch });
  try {
    await dealEvents({ inputs, sorter, partitions: lake.partitions }, effects);
    await effects.reach('sorting');
    const work = { lake, missing, inputs, attempt: newAttempt(effects) };
    await commitPartitions(sorter, work, effects);
  } finally {
    sorter.close();
  }
  return lake.timelines();
}

interface Dealing {
  readonly inputs: readonly InputFile[];
  readonly sorter: Sorter;
  readonly partitions: number;
}

/** Reads all files once and hands every record to the sorter. */
async function dealEvents({ inputs, sorter, partitions }: Dealing, effects: Effects): Promise<void> {
  const total = inputs.reduce((sum, input) => sum + input.bytes, 0);
  const deal = createDealer(partitions);
  let done = 0;
  for (const [file, input] of inputs.entries()) {
    for await (const batch of readEventFile(input.path)) {
      effects.signal.throwIfAborted();
      for (const line of batch) {
        const { key, payload } = deal(line, file);
        sorter.add(key, payload);
      }
    }
    done += input.bytes;
    effects.observe({ kind: 'progress', step: 'reading events', done, total });
  }
}

/**
 * Partitions without a record are committed too: a chain that is missing is a build that was cut
 * off.
 */
async function commitPartitions(sorter: Sorter, work: PartitionWork, effects: Effects): Promise<void> {
  let writer = openPartition(0, work, effects);
  const advanceTo = async (partition: number) => {
    while (writer.partition < partition) {
      await writer.finish();
      writer = openPartition(writer.partition + 1, work, effects);
    }
  };
  for (const { partition, group } of groups(sorter, work.inputs)) {
    effects.signal.throwIfAborted();
    await advanceTo(partition);
    await writer.add(group);
  }
  await advanceTo(work.lake.partitions - 1);
  await writer.finish();
}

interface PlacedGroup {
  readonly partition: number;
  readonly group: TakenGroup;
}

/** Groups the sorted records by entity. Bound: the records of one entity in memory. */
function* groups(sorter: Sorter, inputs: readonly InputFile[]): Generator<PlacedGroup> {
  let key: Buffer = Buffer.alloc(0);
  let open: { readonly partition: number; readonly records: PlacedRecord[] } | undefined;
  const placed = ({ partition, records }: NonNullable<typeof open>): PlacedGroup => ({
    partition,
    group: { kind: 'entity', records },
  });
  for (const record of sorter.sorted()) {
    const dealt = decodeDealt(record);
    const { partition, file, line } = dealt;
    if (open !== undefined && Buffer.compare(key, record.key) !== 0) {
      yield placed(open);
      open = undefined;
    }
    if (dealt.kind === 'unread') {
      yield { partition, group: { kind: 'unread', letter: { ...dealt.letter, source: nth(inputs, file).name, line } } };
      continue;
    }
    if (open === undefined) {
      key = Buffer.from(record.key);
      open = { partition, records: [] };
    }
    open.records.push({ file, line, event: dealt.event });
  }
  if (open !== undefined) yield placed(open);
}
