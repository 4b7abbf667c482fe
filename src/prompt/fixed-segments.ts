/** Segments of our own words: the same for every member, so they are few and kept for good. */
import { hash } from 'node:crypto';
import type { Role } from '../../schemas/rows.ts';
import { intAt, nth } from '../checked.ts';
import { joinIds } from '../tokenize/token-ids.ts';

/** One segment of fixed text. */
export interface FixedSegment {
  readonly role: Role;
  readonly ids: Int32Array;
}

/** Numbers of fixed segments, from 0. */
export interface FixedSegments {
  /** The number of the segment; -1 where it has no token. Equal ones have one number. */
  numberOf(role: Role, ids: Int32Array): number;
  at(number: number): FixedSegment;
  tokensOf(number: number): number;
  /**
   * The number of two neighbours of one role as the one segment that they are (ORIGIN-2); -1 where
   * their roles differ.
   */
  joined(first: number, second: number): number;
}

/**
 * Bound: the fixed lines of a plan with the headings of all ages, and frames of the days that are
 * asked on.
 */
export function createFixedSegments(): FixedSegments {
  const segments: FixedSegment[] = [];
  const numbers = new Map<string, number>();
  const joins = new Map<number, Map<number, number>>();
  const numberOf = (role: Role, ids: Int32Array): number => {
    if (ids.length === 0) return -1;
    const key = role + hash('sha256', new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength), 'hex');
    const number = numbers.get(key) ?? segments.push({ role, ids: ids.slice() }) - 1;
    numbers.set(key, number);
    return number;
  };
  const join = (first: FixedSegment, second: FixedSegment): number => {
    if (first.role !== second.role) return -1;
    return numberOf(first.role, joinIds([first.ids, second.ids]));
  };
  return {
    numberOf,
    at: (number) => nth(segments, number),
    tokensOf: (number) => nth(segments, number).ids.length,
    joined(first, second) {
      let known = joins.get(first);
      if (known === undefined) {
        known = new Map();
        joins.set(first, known);
      }
      const before = known.get(second);
      if (before !== undefined) return before;
      const number = join(nth(segments, first), nth(segments, second));
      known.set(second, number);
      return number;
    },
  };
}

/** Numbers that are made when they are first asked for, by a small number of the caller's. */
export interface NumberTable {
  /** -1: not there yet. */
  get(at: number): number;
  set(at: number, number: number): void;
}

/** Bound: four bytes up to the greatest number that is set. */
export function createNumberTable(): NumberTable {
  let numbers = new Int32Array(64).fill(-1);
  return {
    get: (at) => (at < numbers.length ? intAt(numbers, at) : -1),
    set(at, number) {
      if (at >= numbers.length) {
        const larger = new Int32Array(Math.max(at + 1, 2 * numbers.length)).fill(-1);
        larger.set(numbers);
        numbers = larger;
      }
      numbers[at] = number;
    },
  };
}
