/** Sorted records to the files of one chain after another. */
import { nth } from '../../src/checked.ts';
import { brokenFile } from '../../src/lake/broken-file.ts';
import type { Sorter } from '../../src/sort/sorted-runs.ts';
import type { PlacedRecord } from '../../src/timeline/entity-state.ts';
import { type ChainTask, type ChainWork, openChainWriter, type TakenGroup, type WrittenChain } from './chain-writer.ts';
import { decodeDealt } from './dealt-record.ts';

/** Which chains are written; records of others are passed over. */
export interface ChainsWork extends ChainWork {
  readonly sorter: Sorter;
  /** In ascending order; one without a record is written too. */
  readonly tasks: readonly ChainTask[];
  readonly signal: AbortSignal;
}

/** Yields each chain when its files are written. Bound: the records of one entity in memory. */
export async function* writeChains(work: ChainsWork): AsyncGenerator<WrittenChain> {
  const rest = [...work.tasks];
  let writer = nextWriter(rest, work);
  for (const { chain, group } of groups(work)) {
    work.signal.throwIfAborted();
    while (writer !== undefined && writer.chain < chain) {
      yield await writer.finish();
      writer = nextWriter(rest, work);
    }
    if (writer?.chain === chain) await writer.add(group);
  }
  for (; writer !== undefined; writer = nextWriter(rest, work)) yield await writer.finish();
}

function nextWriter(rest: ChainTask[], work: ChainWork) {
  const task = rest.shift();
  return task === undefined ? undefined : openChainWriter(task, work);
}

interface PlacedGroup {
  readonly chain: number;
  readonly group: TakenGroup;
}

/** Groups the sorted records by entity. Bound: the records of one entity in memory. */
function* groups({ sorter, inputs }: ChainsWork): Generator<PlacedGroup> {
  let key: Buffer = Buffer.alloc(0);
  let open: { readonly chain: number; readonly records: PlacedRecord[] } | undefined;
  const placed = ({ chain, records }: NonNullable<typeof open>): PlacedGroup => ({
    chain,
    group: { kind: 'entity', records },
  });
  for (const record of sorter.sorted()) {
    const dealt = decodeDealt(record);
    const { chain, file, line } = dealt;
    const { name, role } = nth(inputs, file);
    if (dealt.kind === 'unread' && role !== undefined) {
      // No event is the same as what is none.
      if (role === 'left_out_late' || role === 'left_out_dead') continue;
      throw brokenFile(name, `line ${line} of the late log is no event: ${dealt.letter.message}`);
    }
    if (open !== undefined && Buffer.compare(key, record.key) !== 0) {
      yield placed(open);
      open = undefined;
    }
    if (dealt.kind === 'unread') {
      yield { chain, group: { kind: 'unread', letter: { ...dealt.letter, source: name, line } } };
      continue;
    }
    if (open === undefined) {
      key = Buffer.from(record.key);
      open = { chain, records: [] };
    }
    open.records.push({ file, line, event: dealt.event });
  }
  if (open !== undefined) yield placed(open);
}
