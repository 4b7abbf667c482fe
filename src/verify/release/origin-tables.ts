/**
 * The tables that origins number: segments and events of a release, in memory that threads share.
 */
import { countBefore, nth, numberAt } from '../checked.ts';
import type { ColumnValues } from '../parquet/column-values.ts';

const ID_BYTES = 16;
const PSEUDONYM = /^[0-9a-f]{32}$/;

/** Roles in the order in which segments come (ORIGIN-6). */
export const ROLES = ['control', 'instruction', 'profile', 'history', 'question', 'answer'];
/** Levels in that order; empty: fixed text. */
export const LEVELS = ['', 'full', 'short', 'title', 'question', 'profile', 'shown'];
/** What a role, a level or an id is called that is none. */
export const ODD = '?';
/** In `versionKinds`: no version, a pseudonym, and what is neither. */
export const VERSION = { none: 0, pseudonym: 1, odd: 2 } as const;

/** All segments by number; `ODD_INDEX` is a role or a level that is none. */
export interface SharedSegments {
  readonly count: number;
  readonly roles: Uint8Array;
  readonly levels: Uint8Array;
  readonly versionKinds: Uint8Array;
  /** 16 bytes each. */
  readonly versions: Uint8Array;
  readonly tokens: Int32Array;
  /** Which of the texts its fields are. */
  readonly fields: Int32Array;
  /** Texts of fields as UTF-8, one after the other, and where each ends. */
  readonly texts: Uint8Array;
  readonly textEnds: Float64Array;
  /** What rows say of the ids: one of IDS_SEEN, and 16 bytes of their SHA-256. */
  readonly states: Uint8Array;
  readonly ids: Uint8Array;
  /** 1 where a row has it. */
  readonly used: Uint8Array;
}

/** All events by number. */
export interface SharedEvents {
  readonly count: number;
  /** 16 bytes each. */
  readonly ids: Uint8Array;
  readonly odd: Uint8Array;
  /** First event of each run of one member, and that member. */
  readonly runs: Float64Array;
  readonly members: readonly string[];
  /** 1 where a row has it; 1 where the rules have it there. */
  readonly used: Uint8Array;
  readonly explained: Uint8Array;
}

/** Both tables. */
export interface SharedOrigins {
  readonly segments: SharedSegments;
  readonly events: SharedEvents;
}

/** The place in `roles` and `levels` of one that is none. */
export const ODD_INDEX = 255;

type Columns = ReadonlyMap<string, ColumnValues>;
/** Row groups, one after the other. */
type Groups = AsyncIterable<Columns> | Iterable<Columns>;

/**
 * Takes in row groups of the segments. Bound: 45 bytes a segment, and the texts of fields, most of
 * them once. Throws RangeError where they are not `count`.
 */
export async function segmentsOf(groups: Groups, count: number): Promise<SharedSegments> {
  const bytes = (size = 1) => new Uint8Array(new SharedArrayBuffer(size * count));
  const [roles, levels, versionKinds, versions] = [bytes(), bytes(), bytes(), bytes(ID_BYTES)];
  const numbers = () => new Int32Array(new SharedArrayBuffer(4 * count));
  const [tokens, fields] = [numbers(), numbers()];
  const texts = textStore();
  let end = 0;
  for await (const columns of groups) {
    const [role, level] = [textsIn(columns, 'role'), textsIn(columns, 'level')];
    const [version, runs] = [textsIn(columns, 'version'), textsIn(columns, 'fields')];
    const [ofRole, ofLevel] = [role.texts.map(placeIn(ROLES)), level.texts.map(placeIn(LEVELS))];
    const ofFields = runs.texts.map(texts.place);
    const size = numbersIn(columns, 'tokens');
    for (let row = 0; row < size.length; row++, end++) {
      roles[end] = numberAt(ofRole, numberAt(role.index, row));
      levels[end] = numberAt(ofLevel, numberAt(level.index, row));
      const id = nth(version.texts, numberAt(version.index, row));
      versionKinds[end] = id === '' ? VERSION.none : VERSION.pseudonym;
      if (id !== '' && !writeId(versions, end, id)) versionKinds[end] = VERSION.odd;
      tokens[end] = numberAt(size, row);
      fields[end] = numberAt(ofFields, numberAt(runs.index, row));
    }
  }
  requireCount(end, count);
  const states = { states: bytes(), ids: bytes(ID_BYTES), used: bytes() };
  return { count, roles, levels, versionKinds, versions, tokens, fields, ...texts.finish(), ...states };
}

/**
 * Takes in row groups of the events. Bound: 19 bytes an event, and a text a member. Throws
 * RangeError where they are not `count`.
 */
export async function eventsOf(groups: Groups, count: number): Promise<SharedEvents> {
  const bytes = (size = 1) => new Uint8Array(new SharedArrayBuffer(size * count));
  const [ids, odd] = [bytes(ID_BYTES), bytes()];
  const members: string[] = [];
  const runs: number[] = [];
  let end = 0;
  for await (const columns of groups) {
    const [member, event] = [textsIn(columns, 'member'), textsIn(columns, 'event')];
    const ofMember = member.texts.map((id) => (PSEUDONYM.test(id) ? id : ODD));
    for (let row = 0; row < event.index.length; row++, end++) {
      const own = nth(ofMember, numberAt(member.index, row));
      if (members.length === 0 || members.at(-1) !== own) {
        members.push(own);
        runs.push(end);
      }
      if (!writeId(ids, end, nth(event.texts, numberAt(event.index, row)))) odd[end] = 1;
    }
  }
  requireCount(end, count);
  const shared = new Float64Array(new SharedArrayBuffer(8 * runs.length));
  shared.set(runs);
  return { count, ids, odd, runs: shared, members, used: bytes(), explained: bytes() };
}

function requireCount(end: number, count: number): void {
  if (end !== count) throw new RangeError(`${end} rows are in row groups of ${count}`);
}

/** The run of the event, which is one of them. */
export function runOf({ runs }: SharedEvents, event: number): number {
  return countBefore(runs.length, (run) => numberAt(runs, run) <= event) - 1;
}

/** First event of a run, and the end of its last. */
export function spanOfRun({ runs, count }: SharedEvents, run: number): readonly [from: number, to: number] {
  return [numberAt(runs, run), runs[run + 1] ?? count];
}

/** The pseudonym of an event. */
export function eventAt({ ids, odd }: SharedEvents, event: number): string {
  return odd[event] === 1 ? ODD : idAt(ids, event);
}

/** The fields of a segment as its file has them. */
export function fieldsAt({ fields, texts, textEnds }: SharedSegments, segment: number): string {
  const text = numberAt(fields, segment);
  const from = text === 0 ? 0 : numberAt(textEnds, text - 1);
  return Buffer.from(texts.buffer, from, numberAt(textEnds, text) - from).toString('utf8');
}

/** The pseudonym of the version of a segment; empty where it has none. */
export function versionAt({ versionKinds, versions }: SharedSegments, segment: number): string {
  const kind = versionKinds[segment];
  if (kind === VERSION.none) return '';
  return kind === VERSION.odd ? ODD : idAt(versions, segment);
}

function idAt(ids: Uint8Array, at: number): string {
  return Buffer.from(ids.buffer, at * ID_BYTES, ID_BYTES).toString('hex');
}

function writeId(ids: Uint8Array, at: number, id: string): boolean {
  if (!PSEUDONYM.test(id)) return false;
  Buffer.from(ids.buffer, at * ID_BYTES, ID_BYTES).write(id, 'hex');
  return true;
}

function placeIn(names: readonly string[]): (name: string) => number {
  return (name) => (names.includes(name) ? names.indexOf(name) : ODD_INDEX);
}

/** Texts that are told apart before they are forgotten: one may lie there twice. */
const TEXTS_MAX = 200_000;

function textStore() {
  const places = new Map<string, number>();
  const parts: Buffer[] = [];
  const ends: number[] = [];
  let end = 0;
  return {
    place(text: string): number {
      const known = places.get(text);
      if (known !== undefined) return known;
      if (places.size > TEXTS_MAX) places.clear();
      const part = Buffer.from(text);
      parts.push(part);
      end += part.length;
      ends.push(end);
      places.set(text, ends.length - 1);
      return ends.length - 1;
    },
    finish() {
      const texts = new Uint8Array(new SharedArrayBuffer(end));
      let at = 0;
      for (const part of parts) {
        texts.set(part, at);
        at += part.length;
      }
      const textEnds = new Float64Array(new SharedArrayBuffer(8 * ends.length));
      textEnds.set(ends);
      return { texts, textEnds };
    },
  };
}

function textsIn(columns: Columns, name: string) {
  const column = columns.get(name);
  if (column === undefined || !('texts' in column)) throw new RangeError(`${name} is no column of texts`);
  return column;
}

function numbersIn(columns: Columns, name: string) {
  const column = columns.get(name);
  if (column === undefined || 'texts' in column) throw new RangeError(`${name} is no column of numbers`);
  return column.numbers;
}
