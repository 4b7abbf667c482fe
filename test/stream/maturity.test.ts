/** A member that is passed over when the watermark moves has no question that matures then. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openMemoryState } from '../../src/adapters/memory/memory-state.ts';
import { sha256Hex } from '../../src/content-hash.ts';
import { closingDelayMax, maturingMembers } from '../../src/stream/maturity.ts';
import { createPartition } from '../../src/stream/partition.ts';
import { ask, DAY, did, HOUR, item, NOON, profile, task } from '../timeline/events.ts';

it('finds every member with a question that closes after what is decided, and passes others over', () => {
  let [passed, found] = [0, 0];
  const event = fc.tuple(
    fc.nat(5),
    fc.nat(80),
    fc.constantFrom('viewed', 'applied', 'impression'),
    fc.nat(60),
    fc.boolean(),
  );
  fc.assert(
    fc.property(
      fc.array(event, { maxLength: 20 }),
      fc.nat(90),
      fc.constantFrom(0, HOUR, 7 * DAY),
      fc.constantFrom(0, DAY),
      (drawn, hours, windowMs, latenessMs) => {
        const known = latenessMs === 0 ? 'event_time' : 'ingest_time';
        const events = drawn.map(([member, at, action, late, isDay], i) => {
          const more = { member_id: `m${member}`, event_id: `e${i}`, ingest_time: NOON + (at + late) * HOUR };
          const time = isDay ? `2026-01-${10 + Math.floor(at / 24)}Z` : NOON + at * HOUR;
          return i % 5 === 0 ? profile(time, more) : did(action, 'i', time, more);
        });
        const state = openMemoryState();
        const limits = { rowsMax: 1_000, ageMaxMs: 1 };
        const topics = [{ topic: 'interactions', partition: 0, start: 0 }];
        const partition = createPartition(state, {
          topics,
          holds: 'members',
          allowedLatenessMs: 999 * DAY,
          idleTimeoutMs: 1,
          limits,
        });
        const records = events.map((each, offset) => ({
          offset,
          timestamp: NOON + 99 * DAY,
          content: { event: each },
        }));
        partition.take({ topic: 'interactions', records, explained: [] });
        if (partition.flush() !== undefined) partition.committed({ seq: 1, sha256: sha256Hex('') });
        const tasks = [
          task('ranking.pointwise', { windowMs, latenessMs }),
          task('next-action.action', { windowMs: Math.max(windowMs, HOUR), latenessMs }),
        ];
        const until = NOON + hours * HOUR;
        const listed = maturingMembers(state, { until, closingDelayMs: closingDelayMax(tasks) });
        for (const [member, own] of Map.groupBy(events, ({ member_id }) => member_id)) {
          const open = ask([item('i', 0), ...own], { tasks, known }).filter(({ closesAt }) => closesAt > until);
          if (open.length > 0) expect(listed).toContain(member);
          if (listed.includes(member)) found++;
          else passed++;
        }
        expect(maturingMembers(state, { until: null, closingDelayMs: 1 })).toEqual(
          [...new Set(events.map(({ member_id }) => member_id))].sort(),
        );
      },
    ),
    { numRuns: 500 },
  );
  expect(Math.min(passed, found)).toBeGreaterThan(100);
});
