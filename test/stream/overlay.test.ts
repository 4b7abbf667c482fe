/** An overlay shows what is below it, but for what changed. */
import { describe, expect, it } from 'vitest';
import type { EventRecord } from '../../schemas/event.ts';
import { openMemoryState } from '../../src/adapters/memory/memory-state.ts';
import { createOverlay } from '../../src/stream/overlay.ts';
import { takeEvent } from '../../src/stream/take-event.ts';
import { headAt } from '../contract/stream-state.ts';
import { did, NOON, profile } from '../timeline/events.ts';

const [view, other] = [did('viewed', 'a', NOON), did('viewed', 'b', NOON + 1)];
const gone = { ...profile(NOON + 2, { event_id: 'gone' }), op: 'delete', attributes: undefined } as EventRecord;

/** A state that has one event. */
function below() {
  const state = openMemoryState();
  const overlay = createOverlay(state);
  takeEvent(overlay, view, false);
  state.apply(overlay.entities().map(overlay.change), headAt(1));
  return state;
}

describe('an overlay', () => {
  it('reads through to the state, and leaves it as it is', () => {
    const state = below();
    const overlay = createOverlay(state);
    takeEvent(overlay, other, false);
    expect(overlay.read('m').used).toEqual([view, other]);
    expect([overlay.event('m', view)?.event, overlay.event('m', other)?.event]).toEqual([view, other]);
    expect(overlay.both('m').before.used).toEqual([view]);
    expect(state.events('m').map(({ event }) => event)).toEqual([view]);
    expect(overlay.change('m')).toMatchObject({ isAnew: false, events: [{ event: other, copies: 0 }] });
  });

  it('hides what a delete erased', () => {
    const overlay = createOverlay(below());
    takeEvent(overlay, other, false);
    takeEvent(overlay, gone, false);
    expect([overlay.event('m', view), overlay.event('m', other), overlay.read('m').used]).toEqual([
      undefined,
      undefined,
      [],
    ]);
    expect(overlay.change('m')).toMatchObject({ isAnew: true, events: [] });
  });

  it('counts its bytes once an event, and none for what it reads', () => {
    const overlay = createOverlay(below());
    overlay.read('m');
    expect([overlay.bytes(), overlay.entities()]).toEqual([0, []]);
    takeEvent(overlay, other, false);
    const once = overlay.bytes();
    takeEvent(overlay, other, false);
    expect(once).toBeGreaterThan(300);
    expect(overlay.bytes()).toBe(once);
  });
});
