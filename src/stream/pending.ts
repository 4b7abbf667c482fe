/** What was taken in since the last commit and is in no file yet. */
import type { EventRecord } from '../../schemas/event.ts';
import { canonicalEvent } from '../../schemas/event-time.ts';
import { createOverlay, type Overlay } from './overlay.ts';
import type { DeadRecord, Fate, FateCounts } from './records.ts';
import type { StateReader } from './state.ts';

/** Grows record by record. Bound: who takes records in looks at `bytes`. */
export interface Pending {
  readonly overlay: Overlay;
  readonly counts: FateCounts;
  readonly dead: readonly DeadRecord[];
  readonly late: readonly EventRecord[];
  readonly lateCopies: readonly EventRecord[];
  /** About how many bytes of memory all this takes. */
  bytes(): number;
  /** A record ended so; so many more or fewer others are used and not dropped for it. */
  count(fate: Fate, othersUsed?: number): void;
  /** A record is dead. */
  park(letter: DeadRecord): void;
  /** An event belongs in the late log, as late or as a copy of one that is used. */
  log(event: EventRecord, isCopy: boolean): void;
}

/** What a record costs beside its bytes. */
const RECORD_BYTES = 300;

/** Nothing is taken in yet. */
export function createPending(state: StateReader): Pending {
  const overlay = createOverlay(state);
  const counts = { read: 0, used: 0, duplicate: 0, late: 0, dead: 0, dropped: 0 };
  const dead: DeadRecord[] = [];
  const late: EventRecord[] = [];
  const lateCopies: EventRecord[] = [];
  let listed = 0;
  const count: Pending['count'] = (fate, othersUsed = 0) => {
    counts.read++;
    counts[fate]++;
    counts.used += othersUsed;
    counts.dropped -= othersUsed;
  };
  return {
    ...{ overlay, counts, dead, late, lateCopies, count },
    bytes: () => overlay.bytes() + listed,
    park(letter) {
      count('dead');
      listed += RECORD_BYTES + letter.raw.length + letter.message.length;
      dead.push(letter);
    },
    log(event, isCopy) {
      listed += RECORD_BYTES + canonicalEvent(event).length;
      (isCopy ? lateCopies : late).push(event);
    },
  };
}
