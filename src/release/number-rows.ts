/**
 * The first pass of a release over its parts: what the chosen rows are made of gets numbers, and
 * tokens a table.
 */
import type { CorpusId } from '../../schemas/ids.ts';
import { PART_ROWS } from '../../schemas/rows.ts';
import { floatAt, intAt } from '../checked.ts';
import { type PartGroup, type PartPosition, partDictionaries, partGroups } from '../corpus/open-part.ts';
import { type Effects, PROCESS_EFFECTS } from '../effects.ts';
import type { ObjectStore } from '../lake/object-store.ts';
import { readStored } from '../shard/records.ts';
import type { Scratch, ScratchFile } from '../sort/scratch.ts';
import { createEventNumbers } from './event-numbers.ts';
import { eventTable, type OriginTable, segmentTable } from './origin-tables.ts';
import type { Pseudonyms } from './pseudonyms.ts';
import { createSegmentNumbers } from './segment-numbers.ts';
import { type TokenTable, writeTokenTable } from './token-table.ts';

const { segments, events, stopped_at } = PART_ROWS;
/** What of a row says which numbers it has. */
const NUMBERS = { segments, events, stopped_at };

/** Of which parts, and which of their rows are chosen. */
export interface NumberingOptions {
  readonly store: ObjectStore;
  readonly corpus: CorpusId;
  readonly parts: readonly PartPosition[];
  readonly scratch: Scratch;
  readonly hide: Pseudonyms;
  /** Of each row of a row group, 1 where it is in a split. */
  chosenOf(group: PartGroup): Promise<Uint8Array>;
}

/** What the numbers of a part's rows are in the release; -1 of what no chosen row has. */
export interface PartNumbers {
  readonly segments: Int32Array;
  readonly events: Float64Array;
}

/** Everything that chosen rows are made of, numbered (ORIGIN-6). */
export interface NumberedRows {
  /** Of part `part` of the options. Bound: its numbers in memory. */
  numbersOf(part: number): PartNumbers;
  readonly tokens: TokenTable;
  readonly tokenFile: ScratchFile;
  /** Tables under way, whole but for their names. */
  readonly tables: readonly Pick<OriginTable<never>, 'finish' | 'abort'>[];
  /** Removes scratch files; may be called again. */
  close(): void;
}

/** Reads every part once. Bound: the dictionaries of one part, and as the numberings say. */
export async function numberRows(options: NumberingOptions, effects = PROCESS_EFFECTS): Promise<NumberedRows> {
  const { store, scratch, hide } = options;
  const segments = createSegmentNumbers(scratch, hide.event);
  const events = createEventNumbers(scratch, hide);
  const taken = createNumberFile(scratch);
  const tokens = writeTokenTable(scratch);
  const tables = [segmentTable(store), eventTable(store)] as const;
  try {
    for (const part of options.parts) {
      effects.signal.throwIfAborted();
      const used = await usedBy(part, options);
      const dictionaries = await partDictionaries({ store, corpus: options.corpus, ...part });
      taken.add(segments.add(dictionaries.segments, used.segments));
      taken.add(events.add(dictionaries.events, used.events));
      reportPart(part, options, effects);
    }
    const [segmentRows, eventRows] = tables;
    const segmentNumbers = segments.number((segment, ids) => {
      segmentRows.add(segment);
      tokens.add(ids);
    });
    const eventNumbers = events.number((event) => eventRows.add(event));
    const { table, file } = tokens.finish();
    const numbers = taken.finish();
    return {
      numbersOf: (part) => ({
        segments: numbers.read(2 * part).map((at) => (at < 0 ? -1 : intAt(segmentNumbers, at))),
        events: Float64Array.from(numbers.read(2 * part + 1), (at) => (at < 0 ? -1 : intAt(eventNumbers, at))),
      }),
      tokens: table,
      tokenFile: file,
      tables,
      close() {
        numbers.close();
        file.remove();
      },
    };
  } catch (error) {
    for (const table of tables) table.abort();
    tokens.abort();
    taken.abort();
    throw error;
  } finally {
    segments.close();
    events.close();
  }
}

function reportPart(part: PartPosition, { parts }: NumberingOptions, effects: Effects): void {
  const rows = (of: PartPosition | undefined) => (of === undefined ? 0 : of.firstRow + of.files.rows);
  const rate = { count: rows(part), unit: 'rows' };
  effects.observe({ kind: 'progress', step: 'numbering', done: rows(part), total: rows(parts.at(-1)), rate });
}

/** Marks (1) of the segments and events that the chosen rows of a part have. */
async function usedBy(part: PartPosition, { store, corpus, chosenOf }: NumberingOptions) {
  const segments = new Uint8Array(part.files.segments.rows);
  const events = new Uint8Array(part.files.events.rows);
  for await (const group of partGroups({ store, corpus, ...part })) {
    const chosen = await chosenOf(group);
    const { at } = await readStored(group.file, group.number, NUMBERS);
    for (let i = 0; i < group.rows; i++) {
      if (chosen[i] !== 1) continue;
      const row = at(i);
      for (const segment of row.segments) segments[segment] = 1;
      for (const event of row.events) events[event] = 1;
      if (row.stopped_at >= 0) events[row.stopped_at] = 1;
    }
  }
  return { segments, events };
}

/** Lists of numbers, one after another, in a scratch file. */
function createNumberFile(scratch: Scratch) {
  const file = scratch.create();
  const ends = [0];
  return {
    add({ buffer, byteOffset, byteLength }: Int32Array) {
      file.write(new Uint8Array(buffer, byteOffset, byteLength));
      ends.push((ends.at(-1) ?? 0) + byteLength);
    },
    finish() {
      const whole = file.finish();
      const reader = whole.open();
      const at = Float64Array.from(ends);
      return {
        read(list: number): Int32Array {
          const from = floatAt(at, list);
          const numbers = new Int32Array((floatAt(at, list + 1) - from) / 4);
          if (reader.read(new Uint8Array(numbers.buffer), from) !== numbers.byteLength)
            throw new Error('a scratch file of numbers ends too soon');
          return numbers;
        },
        close() {
          reader.close();
          whole.remove();
        },
      };
    },
    abort: () => file.abort(),
  };
}
