/** Item lines by number: a version's number and a level, without an object for either. */
import { intAt, nth } from '../checked.ts';
import { intList, pushInts } from './int-list.ts';
import type { Line } from './lines.ts';
import { ITEM_LEVELS } from './texts.ts';

/** Levels of a version, in the order of ITEM_LEVELS. */
export const LINES_A_VERSION = ITEM_LEVELS.length;

/** The number of a version's line at a level, a number into ITEM_LEVELS. */
export function itemLine(version: number, level: number): number {
  return LINES_A_VERSION * version + level;
}

/** Bytes of tokens that a table holds before it forgets all of them. */
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

/** Bound: what is held until it is full, and eight bytes a line up to the greatest version. */
export function createItemLines(): ItemLines {
  const arena = intList();
  let starts = new Int32Array(0);
  let tokens = new Int32Array(0).fill(-1);
  let fields: string[] = [];
  const growTo = (lines: number) => {
    if (lines <= tokens.length) return;
    const size = Math.max(lines, 2 * tokens.length);
    const [largerStarts, largerTokens] = [new Int32Array(size), new Int32Array(size).fill(-1)];
    largerStarts.set(starts);
    largerTokens.set(tokens);
    [starts, tokens] = [largerStarts, largerTokens];
  };
  return {
    tokensOf: (line) => (line < tokens.length ? intAt(tokens, line) : -1),
    idsOf(line) {
      const start = intAt(starts, line);
      return arena.values.subarray(start, start + intAt(tokens, line));
    },
    fieldsOf: (line) => nth(fields, line),
    add(version, lines) {
      growTo(itemLine(version + 1, 0));
      for (const [level, { ids, fields: runs }] of lines.entries()) {
        const line = itemLine(version, level);
        starts[line] = arena.length;
        tokens[line] = ids.length;
        fields[line] = runs;
        pushInts(arena, ids);
      }
    },
    isFull: () => 4 * arena.length > ITEM_LINE_BYTES_MAX,
    forget() {
      arena.length = 0;
      tokens.fill(-1);
      fields = [];
    },
  };
}
