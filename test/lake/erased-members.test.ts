/**
 * Who was erased, as runs list it: on drawn members whose records come in two steps, a member who
 * lost something by a delete is told, and one who lost nothing since is not.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventRecord } from '../../schemas/event.ts';
import type { MemberId } from '../../schemas/ids.ts';
import { type ErasedMembers, erasesMore, readErased } from '../../src/lake/erased-members.ts';
import { createRun } from '../../src/lake/runs.ts';
import { keyOf } from '../../src/timeline/copies.ts';
import { type EntityState, NOTHING_TAKEN, takeInto } from '../../src/timeline/entity-state.ts';
import { NOON, written } from '../timeline/events.ts';
import { memoryLake } from './temp-lake.ts';

const FOLDER = 'timelines/0';

/** Few ids and few times, so that copies, conflicts and equal times are drawn. */
const anyRecord: fc.Arbitrary<EventRecord> = fc
  .record({
    kind: fc.constantFrom('viewed', 'viewed', 'viewed', 'upsert', 'upsert', 'delete'),
    id: fc.nat(9),
    at: fc.nat(7),
    content: fc.constantFrom(0, 0, 0, 0, 1),
  })
  .map(({ kind, id, at, content }) => {
    // The time belongs to the content: mostly one of its own for each id.
    const own = { event_id: `${kind}-${id}`, event_time: NOON + (content === 0 ? id % 8 : at), member_id: 'm' };
    if (kind === 'viewed') return written({ ...own, type: 'interaction', item_id: 'i', action: kind });
    if (kind === 'delete') return written({ ...own, type: 'member', op: 'delete' });
    return written({ ...own, type: 'member', op: 'upsert', attributes: {} });
  });

const placed = (events: readonly EventRecord[]) => events.map((event, line) => ({ event, file: 0, line }));

async function listed(state: EntityState): Promise<ErasedMembers> {
  const store = memoryLake().open();
  const run = createRun(store, FOLDER);
  await run.add('m', state);
  return readErased(store, { folder: FOLDER, runs: [await run.finish()] });
}

describe('members whom a delete has erased', () => {
  it('are told apart from those of whom nothing was taken since', async () => {
    const met = { lost: 0, kept: 0, back: 0 };
    const steps = fc.tuple(
      fc.array(anyRecord, { minLength: 1, maxLength: 12 }),
      fc.array(anyRecord, { minLength: 1, maxLength: 6 }),
    );
    await fc.assert(
      fc.asyncProperty(steps, async ([first, more]) => {
        const then = takeInto(NOTHING_TAKEN, placed(first)).state;
        const next = takeInto(then, placed(more));
        const now = next.isUndone ? takeInto(NOTHING_TAKEN, placed([...first, ...more])).state : next.state;
        const member = 'm' as MemberId;
        const [was, is] = [(await listed(then)).get(member), (await listed(now)).get(member)];
        expect(is === undefined).toBe((now.aside?.deleted ?? null) === null);
        const left = new Set([...now.used.map(keyOf), ...(now.aside?.dead ?? []).map(([key]) => key)]);
        const isLost = is !== undefined && then.used.some((event) => !left.has(keyOf(event)));
        const isTold = is !== undefined && erasesMore(is, was);
        if (isLost) expect(isTold).toBe(true);
        const keys = new Set(now.used.map(keyOf));
        // Which of two events of one millisecond comes first their list does not say.
        const isClear = is?.begins !== was?.begins || is?.beginsWith === was?.beginsWith;
        const isSame = was !== undefined && isClear && then.used.every((event) => keys.has(keyOf(event)));
        if (isSame && then.used.length > 0) expect(isTold).toBe(false);
        if (isLost) met.lost++;
        if (isSame) met.kept++;
        if (is !== undefined && is.begins !== null) met.back++;
      }),
      { numRuns: 2_000, seed: 7 },
    );
    expect(Math.min(...Object.values(met)), JSON.stringify(met)).toBeGreaterThan(50);
  });

  it('are those of the newest run that has them', async () => {
    const store = memoryLake().open();
    const runs = [];
    for (const at of [NOON, NOON + 5]) {
      const run = createRun(store, FOLDER);
      const deleted = written({ event_id: `d-${at}`, event_time: at, type: 'member', member_id: 'm', op: 'delete' });
      await run.add('m', takeInto(NOTHING_TAKEN, placed([deleted])).state);
      await run.add('n', NOTHING_TAKEN);
      runs.push(await run.finish());
    }
    const found = await readErased(store, { folder: FOLDER, runs });
    expect([...found]).toEqual([['m', { deletedAt: NOON + 5, begins: null, beginsWith: '' }]]);
  });
});
