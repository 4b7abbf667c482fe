/**
 * Dates items that no row dates by the first interaction with each: a second pass over the events
 * of a folder, since a row alone cannot know it.
 */

import { compareUtf8 } from '../../schemas/byte-order.ts';
import type { EventRecord, ItemEvent } from '../../schemas/event.ts';
import { timeSpan } from '../../schemas/event-time.ts';
import type { EventId } from '../../schemas/ids.ts';
import { openEventFolder } from '../adapters/filesystem/event-folder.ts';
import type { Effects } from '../effects.ts';
import { listEvents, readEventFile } from '../sources/event-files.ts';
import { orderEvents } from '../timeline/order.ts';

/** What is known of one item. */
interface Seen {
  /** The last of its versions without a time (EVENT-4). */
  undated: ItemEvent | undefined;
  isDated: boolean;
  /** The earliest interaction with it. */
  first: { readonly at: number; readonly time: string | number } | undefined;
}

/** How ids of these events begin: an item is dated so once. */
const FIRST_SEEN = 'first_seen:';

/**
 * For each item of the folder whose versions have no time, one version more at the time of the
 * first interaction with it, with what the item said before; in byte order of item ids. Items that
 * nobody touched, and those that an earlier pass dated, have none. Bound: the undated version of
 * every item.
 */
export async function firstSeenEvents(events: string, effects: Effects): Promise<ItemEvent[]> {
  const items = new Map<string, Seen>();
  for (const file of (await listEvents(openEventFolder(events), effects)).files) {
    for await (const batch of readEventFile(file)) {
      effects.signal.throwIfAborted();
      for (const { outcome } of batch) if (outcome.ok) take(items, outcome.event);
    }
  }
  const found: ItemEvent[] = [];
  for (const { undated, isDated, first } of items.values()) {
    // What is said to be gone from the beginning comes back by nobody's interaction.
    if (isDated || undated === undefined || undated.op === 'delete' || first === undefined) continue;
    found.push({ ...undated, event_id: `${FIRST_SEEN}${undated.item_id}` as EventId, event_time: first.time });
  }
  return found.sort((a, b) => compareUtf8(a.item_id, b.item_id));
}

function take(items: Map<string, Seen>, event: EventRecord): void {
  if (event.type === 'member') return;
  const seen = items.get(event.item_id) ?? { undated: undefined, isDated: false, first: undefined };
  items.set(event.item_id, seen);
  const { event_time: time } = event;
  if (event.type === 'item') {
    if (time !== null) seen.isDated = true;
    else seen.undated = seen.undated === undefined ? event : orderEvents([seen.undated, event])[1];
  } else if (time !== null) {
    const at = timeSpan(time).first;
    if (seen.first === undefined || at < seen.first.at) seen.first = { at, time };
  }
}
