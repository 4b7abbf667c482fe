/** How many items nobody dated, counted in bounded memory. */
import { type ItemEvent, TIME_UNKNOWN } from '../../schemas/event.ts';
import { timeSpan } from '../../schemas/event-time.ts';
import type { Scratch } from '../sort/scratch.ts';
import { createSorter, SORT_BYTES_DEFAULT } from '../sort/sorted-runs.ts';

/** What a record says of a version; the least of an item's comes first. */
const DATED = Uint8Array.of(0);
const UNDATED = Uint8Array.of(1);

/**
 * Items all of whose versions have no time, in any order of events. Bound: `bytesMax`. Throws as
 * the scratch does.
 */
export async function countUntimedItems(
  events: AsyncIterable<readonly ItemEvent[]>,
  scratch: Scratch,
  bytesMax = SORT_BYTES_DEFAULT,
): Promise<number> {
  const sorter = createSorter({ scratch, bytesMax });
  try {
    for await (const batch of events) {
      for (const { item_id: id, event_time: time } of batch)
        sorter.add(Buffer.from(id), timeSpan(time).first === TIME_UNKNOWN ? UNDATED : DATED);
    }
    let count = 0;
    let before: Buffer | undefined;
    for (const { key, payload } of sorter.sorted()) {
      if (before?.equals(key) === true) continue;
      before = Buffer.from(key);
      if (payload[0] === UNDATED[0]) count++;
    }
    return count;
  } finally {
    sorter.close();
  }
}
