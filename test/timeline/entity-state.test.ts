/** Records of an entity that come one after another come to what all of them come to at once. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventRecord } from '../../schemas/event.ts';
import type { EventId } from '../../schemas/ids.ts';
import {
  changedSince,
  countsOf,
  type EntityState,
  NOTHING_TAKEN,
  type PlacedRecord,
  takeInto,
} from '../../src/timeline/entity-state.ts';
import { did, item, NOON, profile } from './events.ts';

const placed = (events: readonly EventRecord[]): PlacedRecord[] =>
  events.map((event, line) => ({ event, file: 0, line: line + 1 }));
/** As a lake keeps it. */
const kept = (state: EntityState): EntityState => JSON.parse(JSON.stringify(state)) as EntityState;
const gone = (at: number, id: string) => ({ ...profile(at, { event_id: id }), op: 'delete' }) as const;

const when = fc.nat(5).map((n) => NOON + n);
const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const ingested = fc.constantFrom(undefined, undefined, NOON + 3, NOON + 9);
const record: fc.Arbitrary<EventRecord> = fc
  .tuple(fc.nat(9), when, id, ingested)
  .map(([kind, at, event_id, ingest_time]): EventRecord => {
    const more = { event_id: event_id as EventId, ...(ingest_time === undefined ? {} : { ingest_time }) };
    if (kind < 6) return did(kind < 5 ? 'viewed' : 'applied', 'i', at, more);
    return kind < 8 ? profile(at, more) : { ...gone(at, event_id), ...more };
  });

describe('records that come one after another', () => {
  it('come to the state of all of them at once, unless a delete was undone', () => {
    let undone = 0;
    fc.assert(
      fc.property(fc.array(fc.array(record, { maxLength: 5 }), { maxLength: 6 }), (batches) => {
        const all = takeInto(NOTHING_TAKEN, placed(batches.flat())).state;
        let state = NOTHING_TAKEN;
        for (const batch of batches) {
          const taken = takeInto(state, placed(batch));
          if (taken.isUndone) {
            undone++;
            return;
          }
          state = kept(taken.state);
        }
        expect(state.used).toEqual(all.used);
        expect(countsOf(state)).toEqual(countsOf(all));
        const { used, duplicate, dead, dropped } = countsOf(state);
        expect(used + duplicate + dead + dropped).toBe(batches.flat().length);
      }),
      { numRuns: 3_000 },
    );
    expect(undone).toBeGreaterThan(0);
  });

  it('keep of what a delete erased digests alone', () => {
    const { state } = takeInto(NOTHING_TAKEN, placed([did('viewed', 'secret-item', NOON), gone(NOON + 1, 'd')]));
    expect(state.used).toEqual([]);
    expect(JSON.stringify(state)).not.toContain('secret-item');
    expect(countsOf(state)).toEqual({ used: 0, duplicate: 0, dead: 0, dropped: 2 });
  });

  it('are dropped after a delete until an upsert comes late, which takes them in again', () => {
    const before = takeInto(NOTHING_TAKEN, placed([gone(NOON, 'd'), did('viewed', 'i', NOON + 2)])).state;
    expect(before.used).toEqual([]);
    const { state } = takeInto(kept(before), placed([profile(NOON + 1)]));
    expect(state.used.map(({ type }) => type)).toEqual(['member', 'interaction']);
  });

  it('undo a delete where its id comes with another content', () => {
    const before = takeInto(NOTHING_TAKEN, placed([did('viewed', 'i', NOON), gone(NOON + 1, 'd')])).state;
    expect(takeInto(kept(before), placed([gone(NOON + 2, 'd')])).isUndone).toBe(true);
  });
});

describe('what changed', () => {
  const stateOf = (events: readonly EventRecord[]) => takeInto(NOTHING_TAKEN, placed(events)).state;
  const [early, late] = [did('viewed', 'i', NOON), did('viewed', 'i', NOON + 5)];

  it.each([
    ['nothing', [early], [early], undefined],
    ['an event that came', [early], [early, late], NOON + 5],
    ['an event that came late', [late], [early, late], NOON],
    ['an event that went', [early, late], [late], NOON],
    [
      'an ingest_time that became less',
      [early, { ...late, ingest_time: 9 }],
      [early, { ...late, ingest_time: 3 }],
      NOON + 5,
    ],
    ['a delete', [early, late], [early, late, gone(NOON + 9, 'd')], NOON],
    ['a version of unknown time', [], [item('i', null)], -8_640_000_000_000_000],
  ])('is known from the least event_time on: %s', (_, before, after, since) => {
    expect(changedSince(stateOf(before), stateOf(after))).toBe(since);
  });
});
