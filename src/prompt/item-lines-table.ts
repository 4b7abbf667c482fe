/** Item lines by number: a version's number and a level, without an object for either. */
import { intAt, nth } from '../checked.ts';
import { intList, pushInt, pushInts } from './int-list.ts';
import type { Line } from './lines.ts';
import { ITEM_LEVELS } from './texts.ts';

/** Levels of a version, in the order of ITEM_LEVELS. */
export const LINES_A_VERSION = ITEM_LEVELS.length;

/** The number of a version's line at a level, a number into ITEM_LEVELS. */
export function itemLine(version: number, level: number): number {
  return LINES_A_VERSION * version + level;
}

/** Bytes of tokens, and of their places, that a table holds before it forgets all of them. */
export const ITEM_LINE_BYTES_MAX = 128 * 1024 * 1024;

/** Lines of item versions, by `itemLine`. */
export interface ItemLines {
  /** Tokens of a line; -1 where the version is not known. */
  tokensOf(line: number): number;
  /** A view that holds until lines are added. */
  idsOf(line: number): Int32Array;
  /** The runs of its fields, as origin files hold them. */
  fieldsOf(line: number): string;
  /** Adds the lines of a version, at ITEM_LEVELS. */
  add(version: number, lines: readonly Line[]): void;
  /** Whether so much is held that the caller should `forget` before it adds more. */
  isFull(): boolean;
  forget(): void;
}

/**
 * Bound: what is held until it is full, and four bytes a version up to the greatest, since versions
 * may be millions and those whose lines are held few.
 */
export function createItemLines(): ItemLines {
  const arena = intList();
  /** Where the first line of each version is in the lists below, and one; 0: it is not known. */
  let places = new Int32Array(0);
  const starts = intList();
  const tokens = intList();
  let fields: string[] = [];
  const growTo = (versions: number) => {
    if (versions <= places.length) return;
    const larger = new Int32Array(Math.max(versions, 2 * places.length));
    larger.set(places);
    places = larger;
  };
  /** Below 0 where the line is not known. */
  const findLine = (line: number) => {
    const version = Math.floor(line / LINES_A_VERSION);
    const place = version < places.length ? intAt(places, version) : 0;
    return place === 0 ? -1 : place - 1 + (line % LINES_A_VERSION);
  };
  return {
    tokensOf(line) {
      const place = findLine(line);
      return place < 0 ? -1 : intAt(tokens.values, place);
    },
    idsOf(line) {
      const place = findLine(line);
      const start = intAt(starts.values, place);
      return arena.values.subarray(start, start + intAt(tokens.values, place));
    },
    fieldsOf: (line) => nth(fields, findLine(line)),
    add(version, lines) {
      growTo(version + 1);
      places[version] = tokens.length + 1;
      for (const { ids, fields: runs } of lines) {
        pushInt(starts, arena.length);
        pushInt(tokens, ids.length);
        fields.push(runs);
        pushInts(arena, ids);
      }
    },
    isFull: () => 4 * (arena.length + starts.length + tokens.length) > ITEM_LINE_BYTES_MAX,
    forget() {
      for (const list of [arena, starts, tokens]) list.length = 0;
      places.fill(0);
      fields = [];
    },
  };
}
