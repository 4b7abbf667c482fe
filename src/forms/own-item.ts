/** Questions about the opening's own item: how it is read, and what came of it. */
import { nth } from '../checked.ts';
import { type ItemVersion, live } from '../timeline/item-table.ts';
import { type SettledLabel, settledAt } from '../timeline/labels.ts';
import type { Asked, Asking } from './form.ts';

/** The opening's own item as it is asked about, or undefined where it is not live (ASOF-4). */
export function ownItem({ timeline, opening, items }: Asking): ItemVersion | undefined {
  return live(items.newestAt(nth(timeline.events, opening.event).item_id, opening.t));
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
