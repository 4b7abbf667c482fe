/** Which items of a member say the same, found by what they say (CAND-9). */
import { intAt } from '../checked.ts';
import type { ItemTable, Says } from './item-table.ts';

/** The items, member-local, that say this in one of their versions, each once. */
export type ItemsSaying = (text: string) => number[];

/** Which items of a member are looked through, and what they say. */
export interface AlikeScope {
  readonly items: ItemTable;
  readonly says: Says;
  /** Of each item of the member its number in the table, or -1. */
  readonly tableItems: Int32Array;
}

/** Bound: a text, and 8 bytes, for each version of an item that was met. */
export function findAlike({ items, says, tableItems }: AlikeScope): ItemsSaying {
  // Of each text the last item that says it, and of each such entry the one before it.
  const last = new Map<string, number>();
  const itemOf: number[] = [];
  const before: number[] = [];
  for (let item = 0; item < tableItems.length; item++) {
    const number = intAt(tableItems, item);
    if (number < 0) continue;
    for (let i = items.firstVersion(number); i < items.firstVersion(number + 1); i++) {
      const text = says(items.versionAt(i));
      const known = last.get(text) ?? -1;
      if (itemOf[known] === item) continue;
      last.set(text, itemOf.push(item) - 1);
      before.push(known);
    }
  }
  return (text) => {
    const found: number[] = [];
    for (let entry = last.get(text) ?? -1; entry >= 0; entry = before[entry] ?? -1) found.push(itemOf[entry] ?? -1);
    return found;
  };
}
