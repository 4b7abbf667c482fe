/** Questions about the opening's own item: how it is read, and what came of it. */
import type { ItemId } from '../../schemas/ids.ts';
import { nth } from '../checked.ts';
import { type ItemVersion, live } from '../timeline/item-table.ts';
import { settledAt } from '../timeline/labels.ts';
import { type Asking, rankOf } from './asking.ts';
import type { Asked } from './form.ts';

/**
 * The opening's own item as a task that draws nothing asks about it, or undefined where it is not
 * live (ASOF-4).
 */
export function ownItem(asking: Asking): ItemVersion | undefined {
  return live(asking.items.newestAt(ownItemId(asking), asking.t));
}

/** The same in a task that draws: undefined where it could not have been drawn (ASOF-4). */
export function ownDrawable(asking: Asking): ItemVersion | undefined {
  return asking.items.drawable(ownItemId(asking), asking.t);
}

function ownItemId({ timeline, item }: Asking): ItemId {
  return nth(timeline.itemIds, item);
}

/** Asks about the opening's own item. */
export function askAbout(version: ItemVersion): Asked {
  return { items: [{ version, reason: 'right' }], measured: 'item' };
}

/**
 * When the strongest action of a window, which the event decided (-1: none), is settled: early only
 * where nothing stronger can come (LABEL-3).
 */
export function strongestSettledAt({ window }: Asking, decidedBy: number): number {
  return settledAt(window, rankOf(window.events, decidedBy) === 0 ? decidedBy : -1);
}
