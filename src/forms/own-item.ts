/** Questions about the opening's own item: how it is read, and what came of it. */
import type { ItemId } from '../../schemas/ids.ts';
import { nth } from '../checked.ts';
import { type ItemVersion, live } from '../timeline/item-table.ts';
import { itemsActedOn, type SettledLabel, settledAt } from '../timeline/labels.ts';
import type { Asked, Asking } from './form.ts';

/**
 * The opening's own item as a task that draws nothing asks about it, or undefined where it is not
 * live (ASOF-4).
 */
export function ownItem(asking: Asking): ItemVersion | undefined {
  return live(asking.items.newestAt(ownItemId(asking), asking.opening.t));
}

/** The same in a task that draws: undefined where it could not have been drawn (ASOF-4). */
export function ownDrawable(asking: Asking): ItemVersion | undefined {
  return asking.items.drawable(ownItemId(asking), asking.opening.t);
}

function ownItemId({ timeline, opening }: Asking): ItemId {
  return nth(timeline.events, opening.event).item_id;
}

/** Items with an action of the member in the label window (CAND-7). */
export function actedItems({ timeline, window, vocabulary }: Asking): ItemId[] {
  return Array.from(itemsActedOn(timeline, window, vocabulary.noneRank), (item) => nth(timeline.itemIds, item));
}

/** Asks about the opening's own item. */
export function askAbout(version: ItemVersion): Asked {
  return { items: [{ version, reason: 'right' }], measured: 'item' };
}

/**
 * When the strongest action of a window is settled: early only where nothing stronger can come
 * (LABEL-3).
 */
export function strongestSettledAt({ timeline, window }: Asking, settled: SettledLabel): number {
  return settledAt(timeline, window, settled.rank === 0 ? settled.decidedBy : -1);
}
