/**
 * Marks in the tables of origins what rows have, and makes of each segment of a row one digest of
 * what it says, its tokens included.
 */
import { numberAt } from '../checked.ts';
import { NO_EVENT, ODD_EVENT, type OriginNumbers, type RowNumbers, wordsOf } from './origin-row.ts';
import type { SharedOrigins, SharedSegments } from './origin-tables.ts';
import { EVENT_WORDS, hashOfIds, SEGMENT_WORDS, segmentDigest, WORDS_EACH } from './segment-content.ts';

/**
 * In `states`: ids that no row has said, that one is saying, that rows say, and say differently.
 */
export const IDS_SEEN = { none: 0, now: 1, once: 2, differ: 3 } as const;

const ID_BYTES = 16;
/** Tokens and digests of segments that a thread remembers: they take 16 MiB. */
const KEPT_WORDS_MAX = 4 * 1024 * 1024;
/** In place of an event that is no pseudonym: no pseudonym is all ones. */
const ODD_WORD = -1;

interface MarkedRow extends Pick<RowNumbers, 'eventNumbers'> {
  readonly numbers: OriginNumbers;
  readonly ids: Int32Array;
}

/** Marks the rows of one thread. */
export type OriginMarker = ReturnType<typeof originMarker>;

/**
 * A marker of rows, whose tables other threads mark too. Bound: KEPT_WORDS_MAX, and a number a
 * segment that is remembered.
 */
export function originMarker({ segments, events }: SharedOrigins) {
  const remembered = rememberedSegments(segments);
  const eventWords = new Int32Array(events.ids.buffer, events.ids.byteOffset, events.count * EVENT_WORDS);
  let content = new Int32Array(0);
  const putDigest = (at: number, place: number) => {
    for (let word = 0; word < SEGMENT_WORDS; word++) content[at + word] = remembered.words[place + word] ?? 0;
  };
  const putEvent = (at: number, event: number) => {
    const isOdd = event === ODD_EVENT || events.odd[event] === 1;
    const other = isOdd ? ODD_WORD : 0;
    const isThere = event !== NO_EVENT && !isOdd;
    for (let word = 0; word < EVENT_WORDS; word++)
      content[at + word] = isThere ? (eventWords[event * EVENT_WORDS + word] ?? 0) : other;
  };
  return {
    /**
     * Marks what a row has, and what ids it has there, so that the tables can be checked when all
     * rows were read, whatever thread read which. Returns what its segments and their events say,
     * as `contentOf` takes it, until it is called again; undefined where its segments are of other
     * tokens: these say nothing of ids.
     */
    mark({ numbers, eventNumbers, ids }: MarkedRow): Int32Array | undefined {
      const size = numbers.segments.length;
      const isWhole = sumOfTokens(segments, numbers.segments) === ids.length;
      let isCut = isWhole;
      if (content.length < size * WORDS_EACH) content = new Int32Array(size * WORDS_EACH * 2);
      let from = 0;
      for (let index = 0; index < size; index++) {
        const number = numberAt(numbers.segments, index);
        if (!(number >= 0 && number < segments.count)) {
          isCut = false;
          continue;
        }
        segments.used[number] = 1;
        const tokens = numberAt(segments.tokens, number);
        if (tokens < 0) isCut = false;
        else if (isWhole) putDigest(index * WORDS_EACH, remembered.wordAt(number, ids, from));
        from += tokens;
        putEvent(index * WORDS_EACH + SEGMENT_WORDS, numberAt(eventNumbers, index));
      }
      markEvents(events.used, numbers);
      return isCut ? content.subarray(0, size * WORDS_EACH) : undefined;
    },
  };
}

function sumOfTokens({ tokens }: SharedSegments, numbers: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < numbers.length; index++) sum += tokens[numberAt(numbers, index)] ?? 0;
  return sum;
}

function markEvents(used: Uint8Array, { firstEvent, events, stoppedAt }: OriginNumbers): void {
  let event = firstEvent;
  for (let index = 0; index < events.length; index++) {
    event += numberAt(events, index);
    used[event] = 1;
  }
  if (stoppedAt >= 0) used[stoppedAt] = 1;
}

/** Digests of segments, and the tokens that they are of. */
function rememberedSegments(segments: SharedSegments) {
  const words = new Int32Array(KEPT_WORDS_MAX);
  const places = new Map<number, number>();
  // The first are of a segment that is too long to be remembered.
  let end = SEGMENT_WORDS;
  const makeAt = (place: number, number: number, ids: Int32Array) => {
    const ofIds = hashOfIds(ids);
    markIds(segments, number, ofIds);
    words.set(segmentDigest(wordsOf(segments, number), ofIds), place);
    return place;
  };
  const isSame = (place: number, ids: Int32Array, { from, size }: { from: number; size: number }) => {
    for (let token = 0; token < size; token++) if (words[place + token] !== ids[from + token]) return false;
    return true;
  };
  return {
    words,
    /** Where in `words` the digest of a segment is which has its tokens from `from` on. */
    wordAt(number: number, ids: Int32Array, from: number): number {
      const size = numberAt(segments.tokens, number);
      const known = places.get(number);
      if (known !== undefined && isSame(known + SEGMENT_WORDS, ids, { from, size })) return known;
      const own = ids.subarray(from, from + size);
      const room = SEGMENT_WORDS + size;
      if (known !== undefined || SEGMENT_WORDS + room > KEPT_WORDS_MAX) return makeAt(0, number, own);
      if (end + room > KEPT_WORDS_MAX) {
        places.clear();
        end = SEGMENT_WORDS;
      }
      const place = makeAt(end, number, own);
      words.set(own, place + SEGMENT_WORDS);
      places.set(number, place);
      end += room;
      return place;
    },
  };
}

function markIds({ states, ids }: SharedSegments, number: number, ofIds: string): void {
  const at = number * ID_BYTES;
  if (Atomics.compareExchange(states, number, IDS_SEEN.none, IDS_SEEN.now) === IDS_SEEN.none) {
    for (let byte = 0; byte < ID_BYTES; byte++) ids[at + byte] = ofIds.charCodeAt(byte);
    Atomics.store(states, number, IDS_SEEN.once);
    return;
  }
  // Another thread is writing them at this moment.
  while (Atomics.load(states, number) === IDS_SEEN.now);
  for (let byte = 0; byte < ID_BYTES; byte++)
    if (ids[at + byte] !== ofIds.charCodeAt(byte)) return void Atomics.store(states, number, IDS_SEEN.differ);
}
