/** What every state of a chain must do, whatever keeps it: run in memory and on SQLite. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EventRecord, TIME_UNKNOWN } from '../../schemas/event.ts';
import { sha256Hex } from '../../src/content-hash.ts';
import type { EntityChange, StateHead, StateHome, StreamState } from '../../src/stream/state.ts';
import { NO_HEAD } from '../../src/stream/stored-entity.ts';
import { orderEvents } from '../../src/timeline/order.ts';
import { did, item, NOON, profile } from '../timeline/events.ts';

/** The head of a record of any number. */
export const headAt = (seq: number, more: Partial<StateHead> = {}): StateHead => ({
  ...{ seq, sha256: sha256Hex(`record ${seq}`), topics: [], watermark: null },
  ...more,
});
const change = (entity: string, events: readonly EventRecord[], more: Partial<EntityChange> = {}): EntityChange => ({
  ...{ entity, isAnew: false, head: NO_HEAD, events: events.map((event) => ({ event, copies: 0 })) },
  ...more,
});
/** The whole snapshot as one piece, as a store would give it back. */
export async function snapshotOf(state: StreamState): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of state.snapshot()) pieces.push(piece);
  return Buffer.concat(pieces);
}
export async function* inPieces(bytes: Uint8Array, size = 1_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** `home` gives the same place at every call within one test, and an empty one to the next test. */
export function describeState(name: string, home: () => StateHome): void {
  describe(`the state of a chain ${name}`, () => {
    describeEvents(home);
    describeQuestions(home);
    describeKeeping(home);
  });
}

function describeEvents(home: () => StateHome): void {
  it('has nothing at first, of any entity', async () => {
    const state = await home().reset();
    expect(state.head()).toBeNull();
    expect([state.entity('m'), state.event('m', did('viewed', 'i', NOON)), state.events('m')]).toEqual([
      undefined,
      undefined,
      [],
    ]);
    expect([state.knownAfter(TIME_UNKNOWN - 1), state.newestBut(new Set())]).toEqual([[], TIME_UNKNOWN]);
    state.close();
  });

  it('gives events back in timeline order, whatever came when (EVENT-4)', async () => {
    const state = await home().reset();
    const when = fc.constantFrom<EventRecord['event_time']>(null, NOON, NOON + 1, '2026-01-10Z', -5);
    const one = fc.tuple(when, fc.nat(5), fc.option(fc.integer({ min: -2, max: 2 }), { nil: undefined }), fc.nat(2));
    let entity = 0;
    fc.assert(
      fc.property(fc.array(one, { maxLength: 12 }), fc.nat(12), (drawn, cut) => {
        const events = drawn.map(([at, id, sequence, kind]): EventRecord => {
          const more = { event_id: `e${id}`, ...(sequence === undefined ? {} : { sequence }) } as object;
          if (kind === 0) return item('i', at, more);
          return kind === 1
            ? ({ ...item('i', at, more), op: 'delete', attributes: undefined } as EventRecord)
            : did('viewed', 'i', at, more);
        });
        const own = `entity ${entity++}`;
        state.apply([change(own, events.slice(0, cut))], headAt(1));
        state.apply([change(own, events.slice(cut))], headAt(2));
        const last = new Map(
          events.map((event) => [
            JSON.stringify([event.type, event.event_id, event.event_time, event.sequence, 'op' in event && event.op]),
            event,
          ]),
        );
        // Of one type and id a state holds one event: others are conflicts, which are in none.
        fc.pre(new Set([...last.values()].map(({ type, event_id }) => type + event_id)).size === last.size);
        expect(state.events(own).map(({ event }) => event)).toEqual(
          orderEvents([...last.values()]).map((event) => JSON.parse(JSON.stringify(event))),
        );
      }),
      { numRuns: 300 },
    );
    state.close();
  });

  it('finds an event by type and id in its entity alone, whatever its time', async () => {
    const state = await home().reset();
    const [view, own] = [did('viewed', 'i', NOON, { event_id: 'e' }), profile(NOON, { event_id: 'e' })];
    state.apply([change('m', [view, own]), change('n', [])], headAt(1));
    expect(state.event('m', { type: 'interaction', event_id: view.event_id })?.event).toEqual(view);
    expect(state.event('m', own)?.event).toEqual(own);
    expect([state.event('m', item('e')), state.event('n', view), state.event('m', did('viewed', 'j', NOON))]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    state.close();
  });

  it('replaces an event that comes again, and all of an entity that is begun anew', async () => {
    const state = await home().reset();
    const [view, other] = [did('viewed', 'i', NOON), did('viewed', 'j', NOON + 1)];
    state.apply([change('m', [view, other])], headAt(1));
    const again = { event: { ...view, ingest_time: NOON }, copies: 3 };
    state.apply([{ ...change('m', []), events: [again] }], headAt(2));
    expect(state.events('m')).toEqual([again, { event: other, copies: 0 }]);
    state.apply([change('m', [other], { isAnew: true })], headAt(3));
    expect(state.events('m').map(({ event }) => event)).toEqual([other]);
    state.close();
  });

  it('keeps texts as they are: zero bytes, half pairs, names such as __proto__', async () => {
    const state = await home().reset();
    for (const id of ['a\0b', 'a', '__proto__', 'constructor', 'é', '🙂']) {
      const view = did('viewed', 'i', NOON, { event_id: id, value: `half \ud800 of ${id}` });
      state.apply([change(id, [view])], headAt(1));
      expect(state.events(id)).toEqual([{ event: view, copies: 0 }]);
      expect(state.event(id, view)?.event).toEqual(view);
    }
    state.close();
  });
}

function describeQuestions(home: () => StateHome): void {
  it('tells what is aside of an entity, when all of it was known, and its newest event', async () => {
    const state = await home().reset();
    const aside = {
      copies: [['member:d', 2]],
      dead: [],
      erased: [['a', 'b', 1]],
      deleted: profile(NOON),
      dropped: [],
    } as const;
    const head = { newest: NOON, knownBy: NOON + 5, aside };
    state.apply([change('m', [], { head })], headAt(1));
    expect(state.entity('m')).toEqual(head);
    state.close();
  });

  it('lists entities known after a moment in byte order, and the newest event of all but some', async () => {
    const state = await home().reset();
    const known = { é: 5, b: 9, '🙂': 7, a: 2, '\uffff': 6 };
    const all = Object.entries(known).map(([entity, at]) =>
      change(entity, [], { head: { newest: at, knownBy: at, aside: null } }),
    );
    state.apply(all, headAt(1));
    expect(state.knownAfter(4)).toEqual(['b', 'é', '\uffff', '🙂']);
    expect(state.knownAfter(9)).toEqual([]);
    state.apply([change('b', [], { head: { ...NO_HEAD, knownBy: 3 } })], headAt(2));
    expect(state.knownAfter(5)).toEqual(['\uffff', '🙂']);
    expect([state.newestBut(new Set()), state.newestBut(new Set(['🙂', '\uffff']))]).toEqual([7, 5]);
    state.close();
  });
}

function describeKeeping(home: () => StateHome): void {
  const [view, other] = [did('viewed', 'i', NOON), did('viewed', 'j', NOON + 1)];

  it('is there again with its head when it is opened, and nothing is there before', async () => {
    expect(home().open()).toBeUndefined();
    const state = await home().reset();
    const topics = [{ topic: 'interactions', partition: 3, position: 9, newest: null }];
    state.apply([change('m', [view])], headAt(7, { topics, watermark: NOON }));
    state.close();
    const again = home().open();
    expect(again?.head()).toEqual(headAt(7, { topics, watermark: NOON }));
    expect(again?.events('m')).toEqual([{ event: view, copies: 0 }]);
    again?.close();
  });

  it('is none while more is to come, and none after a reset', async () => {
    const state = await home().reset();
    state.apply([change('m', [view])], null);
    state.close();
    expect(home().open()).toBeUndefined();
    const next = await home().reset();
    next.apply([change('n', [])], headAt(1));
    next.close();
    (await home().reset()).close();
    expect(home().open()).toBeUndefined();
  });

  it('takes all of a change or nothing', async () => {
    const state = await home().reset();
    state.apply([change('m', [view])], headAt(1));
    const broken = function* () {
      yield change('m', [other]);
      throw new Error('half way');
    };
    expect(() => state.apply(broken(), headAt(2))).toThrow('half way');
    expect([state.head()?.seq, state.events('m').length]).toEqual([1, 1]);
    state.close();
    const again = home().open();
    expect([again?.head()?.seq, again?.events('m').length]).toEqual([1, 1]);
    again?.close();
  });

  it('is opened from a snapshot, and goes on from it', async () => {
    const state = await home().reset();
    state.apply(
      [change('m', [view]), change('n', [other], { head: { newest: NOON, knownBy: NOON, aside: null } })],
      headAt(4),
    );
    const bytes = await snapshotOf(state);
    state.apply([change('m', [other])], headAt(5));
    state.close();
    const restored = await home().reset(inPieces(bytes));
    expect([restored?.head(), restored?.events('m').length, restored?.knownAfter(0)]).toEqual([headAt(4), 1, ['n']]);
    restored?.apply([change('m', [other])], headAt(5));
    restored?.close();
    const again = home().open();
    expect([again?.head()?.seq, again?.events('m').length]).toEqual([5, 2]);
    again?.close();
  });

  it.each(['', 'not a snapshot of ours'])('is nothing where the snapshot holds %j', async (text) => {
    const state = await home().reset();
    state.apply([change('m', [view])], headAt(1));
    state.close();
    expect(await home().reset(inPieces(Buffer.from(text)))).toBeUndefined();
    expect(home().open()).toBeUndefined();
  });
}
