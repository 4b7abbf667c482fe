/** Sorted records to the files of one partition after another. */
import { nth } from '../../src/checked.ts';
import type { Sorter } from '../../src/sort/sorted-runs.ts';
import type { PlacedRecord } from '../../src/timeline/take-in-entity.ts';
import { decodeDealt } from './dealt-record.ts';
import { openPartition, type PartitionWork, type TakenGroup, type WrittenPartition } from './partition.ts';

/** Which partitions are written, of a sorter that has no record of others. */
export interface PartitionsWork extends PartitionWork {
  readonly sorter: Sorter;
  /** In ascending order; one without a record is written too, and is empty. */
  readonly partitions: readonly number[];
  readonly signal: AbortSignal;
}

/** Yields each partition when its files are written. Bound: the records of one entity in memory. */
export async function* writePartitions(work: PartitionsWork): AsyncGenerator<WrittenPartition> {
  const rest = [...work.partitions];
  let writer = nextWriter(rest, work);
  for (const { partition, group } of groups(work)) {
    work.signal.throwIfAborted();
    while (writer !== undefined && writer.partition < partition) {
      yield await writer.finish();
      writer = nextWriter(rest, work);
    }
    if (writer?.partition === partition) await writer.add(group);
  }
  for (; writer !== undefined; writer = nextWriter(rest, work)) yield await writer.finish();
}

function nextWriter(rest: number[], work: PartitionWork) {
  const partition = rest.shift();
  return partition === undefined ? undefined : openPartition(partition, work);
}

interface PlacedGroup {
  readonly partition: number;
  readonly group: TakenGroup;
}

/** Groups the sorted records by entity. Bound: the records of one entity in memory. */
function* groups({ sorter, inputs }: PartitionsWork): Generator<PlacedGroup> {
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
