/** A thread of take-in: sorts the records of blocks, then merges a range of chains. */
import { parentPort, workerData } from 'node:worker_threads';
import { openSharedScratch, openStore } from '../../src/adapters/open-store.ts';
import { answerRequests } from '../../src/asked-thread.ts';
import { nth } from '../../src/checked.ts';
import type { Effects } from '../../src/effects.ts';
import { createSorter, SORT_BYTES_DEFAULT } from '../../src/sort/sorted-runs.ts';
import { type LineBlock, linesOfBlock } from '../../src/sources/event-files.ts';
import type { ChainTask, WrittenChain } from './chain-writer.ts';
import { chainOfDealt, createDealer } from './dealt-record.ts';
import type { InputFile } from './input-files.ts';
import { writeChains } from './write-chains.ts';

/** What a thread is started with. */
export interface TakeInThreadData {
  /** Location of the lake's store, and the name of the scratch that all threads share. */
  readonly location: string;
  readonly scratch: string;
  readonly inputs: readonly Pick<InputFile, 'name' | 'role'>[];
  /** Of the lake. */
  readonly partitions: number;
  /** The chains that are written, in ranges; each range is sorted by itself. */
  readonly ranges: readonly (readonly ChainTask[])[];
}

/**
 * Blocks as they come, of any file; then their end; then one range, merged from the runs of all
 * threads, whose chains are asked for one by one.
 */
export type TakeInRequest =
  | { readonly kind: 'block'; readonly file: number; readonly block: LineBlock }
  | { readonly kind: 'end' }
  | { readonly kind: 'merge'; readonly range: number; readonly runs: readonly string[] }
  | { readonly kind: 'next' };

/** What is answered: to a block its buffer, to the end the names of runs by range. */
export type TakeInReply =
  | { readonly kind: 'read'; readonly buffer: ArrayBuffer }
  | { readonly kind: 'merging' }
  | { readonly kind: 'dealt'; readonly runs: readonly (readonly string[])[] }
  | { readonly kind: 'written'; readonly written: WrittenChain | null };

function createTaking({ location, scratch: name, inputs, partitions, ranges }: TakeInThreadData) {
  const { scratch, open } = openSharedScratch(location, name);
  const bytesMax = Math.floor(SORT_BYTES_DEFAULT / 2 / ranges.length);
  const sorters = ranges.map(() => createSorter({ scratch, bytesMax }));
  const rangeOf = new Map(ranges.flatMap((range, i) => range.map(({ chain }) => [chain, i] as const)));
  const deal = createDealer(partitions);
  let writing: AsyncGenerator<WrittenChain> | undefined;
  return async (request: TakeInRequest, effects: Effects): Promise<TakeInReply> => {
    switch (request.kind) {
      case 'block':
        for (const line of linesOfBlock(request.block)) {
          const { key, payload } = deal(line, request.file);
          const range = rangeOf.get(chainOfDealt(key));
          if (range !== undefined) nth(sorters, range).add(key, payload);
        }
        return { kind: 'read', buffer: request.block.bytes.buffer };
      case 'end':
        return { kind: 'dealt', runs: sorters.map((sorter) => sorter.handOver().map((run) => run.name)) };
      case 'merge': {
        const sorter = createSorter({ scratch, runs: request.runs.map(open) });
        // What the store says while it waits is heard in the thread that asked.
        const store = openStore(location, effects);
        const { signal } = effects;
        writing = writeChains({ store, inputs, sorter, tasks: nth(ranges, request.range), signal });
        return { kind: 'merging' };
      }
      case 'next': {
        const next = await writing?.next();
        return { kind: 'written', written: next === undefined || next.done === true ? null : next.value };
      }
    }
  };
}

if (parentPort !== null) {
  answerRequests(parentPort, createTaking(workerData as TakeInThreadData), (reply: TakeInReply) =>
    reply.kind === 'read' ? [reply.buffer] : [],
  );
}
