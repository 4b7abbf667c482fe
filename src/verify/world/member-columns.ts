/**
 * A member's interactions as columns: each question looks at all of them, and a member may have
 * thousands of both.
 */
import { remember } from '../checked.ts';
import type { Timeline, Version } from './timeline.ts';
import type { World } from './world.ts';

/** By interaction, in timeline order, and by item, in the order in which the member met them. */
export interface MemberColumns {
  readonly knownAt: Float64Array;
  readonly ranks: Int32Array;
  /** Which of the items each interaction is of. */
  readonly items: Int32Array;
  readonly numbers: ReadonlyMap<string, number>;
  /** All versions of each item; undefined of one that there is none of. */
  readonly versions: readonly (readonly Version[] | undefined)[];
  /** Room for a number an interaction and an item, for who fills it before it is read. */
  readonly places: Int32Array;
  readonly ofItems: Int32Array;
}

const columns = new WeakMap<World, WeakMap<Timeline, MemberColumns>>();

/** The columns of a timeline, made once. Bound: some 40 bytes an interaction. */
export function columnsOf(world: World, timeline: Timeline): MemberColumns {
  const own = remember(columns, world, () => new WeakMap<Timeline, MemberColumns>());
  return remember(own, timeline, () => makeColumns(world, timeline));
}

function makeColumns(world: World, { interactions, byItem }: Timeline): MemberColumns {
  const numbers = new Map([...byItem.keys()].map((item, number) => [item, number]));
  return {
    knownAt: Float64Array.from(interactions, ({ knownAt }) => knownAt),
    ranks: Int32Array.from(interactions, ({ rank }) => rank),
    items: Int32Array.from(interactions, ({ item }) => numbers.get(item) ?? -1),
    numbers,
    versions: [...numbers.keys()].map((item) => world.items.get(item)),
    places: new Int32Array(interactions.length),
    ofItems: new Int32Array(numbers.size),
  };
}
