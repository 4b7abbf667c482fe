/**
 * The files of a partition's parts: rows that number segments and events, and the dictionaries of
 * both.
 */
import { hash } from 'node:crypto';
import type { CorpusRecord, FileRef } from '../../schemas/commit.ts';
import { CORPUS, type CorpusRow, PART_EVENTS, PART_ROWS, PART_SEGMENTS } from '../../schemas/rows.ts';
import { intAt, nth, present, recordOf } from '../checked.ts';
import type { ObjectStore } from '../lake/object-store.ts';
import { intList, intsOf, pushInt } from '../prompt/int-list.ts';
import type { KnownTexts } from '../prompt/known-texts.ts';
import { OWN_EVENT, type RowDraft } from '../prompt/row-draft.ts';
import type { ColumnChunk } from '../shard/parquet-writer.ts';
import { columnsOf, createTableWriter, type FileTable, type TableWriter } from '../shard/records.ts';
import { ROW_GROUP_ROWS_MAX } from '../shard/row-groups.ts';
import type { MemberTimeline } from '../timeline/member-timeline.ts';
import type { Question } from '../timeline/questions.ts';
import { createEventDictionary, type EventDictionary } from './event-dictionary.ts';
import { createRowBytes } from './row-bytes.ts';
import { createSegmentDictionary } from './segment-dictionary.ts';

/** Tokens of the rows of one part. */
export const PART_TOKENS_MAX = 16_000_000;
/** Tokens of the segments of one part, of which a release holds one part's at a time. */
export const PART_SEGMENT_TOKENS_MAX = 4_000_000;
/** When a part is full. */
export interface PartSizes {
  readonly tokens: number;
  readonly segmentTokens: number;
}

const SIZES: PartSizes = { tokens: PART_TOKENS_MAX, segmentTokens: PART_SEGMENT_TOKENS_MAX };

/** Segments or events of a row group. */
const DICTIONARY_GROUP_ROWS = 65_536;

/** A row that a part takes in. */
export interface PartRow {
  readonly draft: RowDraft;
  readonly meta: CorpusRow;
  readonly question: Question;
  /** Of the question, in hexadecimal digits (PART_ROWS). */
  readonly questionDigest: string;
  /** The lines of its candidates are not all different once cut. */
  readonly isAlike: boolean;
  readonly timeline: MemberTimeline;
  /** Position of the opening event in the timeline. */
  readonly opening: number;
}

/** Where parts go. */
export interface PartsFolder {
  readonly store: ObjectStore;
  /** Of the partition. */
  readonly folder: string;
}

/** Writes rows into part after part. */
export interface PartFiles {
  /** Adds a row; rolls to the next part where this one is full. Throws as the store does. */
  add(row: PartRow): Promise<void>;
  /** A view of the ids of the row that was added last; holds until the next. */
  lastIds(): Int32Array;
  /** The files of all parts. */
  finish(): Promise<CorpusRecord['files']>;
}

/**
 * Each part is uploaded below `folder` under its hashes before the next begins. Bound: a part's
 * dictionaries, and a row group of its rows.
 */
export function createPartFiles({ store, folder }: PartsFolder, known: KnownTexts, sizes = SIZES): PartFiles {
  const files: CorpusRecord['files'] = [];
  const joined = createRowBytes(known);
  let open: OpenPart | undefined;
  const close = async () => {
    if (open !== undefined) files.push(await open.finish(folder));
    open = undefined;
  };
  return {
    async add(row) {
      if (open?.isFullFor(row.draft.tokens)) await close();
      open ??= openPart(store, known, sizes);
      open.add(row, hash('sha256', joined.of(row.draft), 'hex'));
    },
    lastIds: joined.ids,
    async finish() {
      await close();
      return files;
    },
  };
}

interface OpenPart {
  isFullFor(tokens: number): boolean;
  add(row: PartRow, content: string): void;
  finish(folder: string): Promise<CorpusRecord['files'][number]>;
}

const LISTS = ['spans', 'segments', 'events'] as const;
const NUMBERS = ['alike', 'lowered', 'room', 'used', 'stoppedAt'] as const;

function openPart(store: ObjectStore, known: KnownTexts, sizes: PartSizes): OpenPart {
  const segments = createSegmentDictionary(known);
  const events = createEventDictionary();
  const table = openTable(store, PART_ROWS);
  const lists = recordOf(LISTS, () => ({ values: intList(), ends: intList() }));
  const numbers = recordOf(NUMBERS, intList);
  let metas: CorpusRow[] = [];
  let digests: string[] = [];
  let contents: string[] = [];
  let rows = 0;
  let tokens = 0;
  const clear = () => {
    [metas, digests, contents] = [[], [], []];
    for (const { values, ends } of Object.values(lists)) {
      values.length = 0;
      ends.length = 0;
      pushInt(ends, 0);
    }
    for (const list of Object.values(numbers)) list.length = 0;
  };
  clear();
  const flush = () => {
    if (metas.length === 0) return;
    const columns = columnsOf(CORPUS, metas);
    const sidecar = recordOf(Object.keys(CORPUS) as (keyof typeof CORPUS)[], (_, i) => nth(columns, i));
    const listOf = (name: (typeof LISTS)[number]) => ({
      values: intsOf(lists[name].values),
      offsets: intsOf(lists[name].ends),
    });
    const own = {
      question: digests,
      alike_after_cut: intsOf(numbers.alike),
      content: contents,
      loss_spans: listOf('spans'),
      segments: listOf('segments'),
      events: listOf('events'),
      lowered: intsOf(numbers.lowered),
      room: intsOf(numbers.room),
      used: intsOf(numbers.used),
      stopped_at: intsOf(numbers.stoppedAt),
    };
    table.writer.write({ ...sidecar, ...own }, metas.length);
    clear();
  };
  return {
    isFullFor: (more) => tokens + more > sizes.tokens || segments.tokens() > sizes.segmentTokens,
    add(row, content) {
      if (metas.length === ROW_GROUP_ROWS_MAX) flush();
      const { draft } = row;
      const numberOf = eventNumberer(row, events);
      for (let i = 0; i < draft.segments.length; i++)
        pushInt(lists.segments.values, segments.numberOf(draft, intAt(draft.segments.values, i)));
      for (let i = 0; i < draft.events.length; i++)
        pushInt(lists.events.values, numberOf(intAt(draft.events.values, i)));
      for (let i = 0; i < draft.spans.length; i++) pushInt(lists.spans.values, intAt(draft.spans.values, i));
      for (const { values, ends } of Object.values(lists)) pushInt(ends, values.length);
      for (const name of ['lowered', 'room', 'used'] as const) pushInt(numbers[name], draft[name]);
      pushInt(numbers.stoppedAt, draft.stoppedAt === OWN_EVENT.none ? -1 : numberOf(draft.stoppedAt));
      pushInt(numbers.alike, row.isAlike ? 1 : 0);
      metas.push(row.meta);
      digests.push(row.questionDigest);
      contents.push(content);
      rows++;
      tokens += draft.tokens;
    },
    async finish(folder) {
      flush();
      const part = await table.finish(`${folder}/parts`, rows);
      const written = {
        segments: await writeDictionary(openTable(store, PART_SEGMENTS), segments, `${folder}/segments`),
        events: await writeDictionary(openTable(store, PART_EVENTS), events, `${folder}/events`),
      };
      return { part, ...written, rows, tokens };
    },
  };
}

/** Numbers of the row's events in the part. */
function eventNumberer({ question, timeline, opening }: PartRow, events: EventDictionary) {
  return (event: number): number => {
    if (event >= 0) return events.interaction(timeline, intAt(question.history.event, event));
    if (event === OWN_EVENT.opening) return events.interaction(timeline, opening);
    return events.profile(timeline, timeline.profiles.indexOf(present(question.profile, 'profile of the question')));
  };
}

interface Dictionary<T extends FileTable> {
  size(): number;
  chunks(from: number, to: number): Readonly<Record<keyof T, ColumnChunk>>;
}

function writeDictionary<T extends FileTable>(
  { writer, finish }: OpenTable<T>,
  dictionary: Dictionary<T>,
  folder: string,
): Promise<FileRef> {
  const size = dictionary.size();
  for (let from = 0; from < size; from += DICTIONARY_GROUP_ROWS) {
    const to = Math.min(size, from + DICTIONARY_GROUP_ROWS);
    writer.write(dictionary.chunks(from, to), to - from);
  }
  return finish(folder, size);
}

interface OpenTable<T extends FileTable> {
  readonly writer: TableWriter<T>;
  finish(folder: string, rows: number): Promise<FileRef>;
}

function openTable<T extends FileTable>(store: ObjectStore, table: T): OpenTable<T> {
  const file = store.create();
  const writer = createTableWriter(table, file);
  return {
    writer,
    async finish(folder, rows) {
      writer.finish();
      const { sha256, bytes } = await file.finish(folder, '.parquet');
      return { sha256, bytes, rows };
    },
  };
}
