/** Items that nobody dated against a count of all at once, however little memory there is. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openMemoryScratch } from '../../src/adapters/memory/memory-scratch.ts';
import { countUntimedItems } from '../../src/release/untimed-items.ts';
import { item, NOON } from '../timeline/events.ts';

const versions = fc.array(
  fc.record({
    id: fc.constantFrom('a', 'ab', 'a\u0000', 'b', 'é', '\uffff', '\u{10000}'),
    at: fc.constantFrom(null, null, NOON, '2026-01-10Z'),
  }),
  { maxLength: 20 },
);

it('an item is counted where none of its versions has a time', async () => {
  await fc.assert(
    fc.asyncProperty(versions, fc.constantFrom(1, 1 << 20), async (drawn, bytesMax) => {
      const scratch = openMemoryScratch();
      const events = async function* () {
        for (const { id, at } of drawn) yield [item(id, at)];
      };
      const ids = [...new Set(drawn.map(({ id }) => id))];
      const undated = ids.filter((id) => drawn.every((version) => version.id !== id || version.at === null));
      expect(await countUntimedItems(events(), scratch, bytesMax)).toBe(undated.length);
      expect(scratch.files.size).toBe(0);
    }),
    { numRuns: 100, seed: 7 },
  );
});
