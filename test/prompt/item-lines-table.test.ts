/** Item lines by number against a plain map, however far apart the versions are. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createItemLines, itemLine, LINES_A_VERSION } from '../../src/prompt/item-lines-table.ts';
import type { Line } from '../../src/prompt/lines.ts';

const VERSIONS = [0, 1, 2, 7, 5_000, 5_001, 2_000_000];
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.tuple(fc.constantFrom(...VERSIONS), fc.nat(9)) },
    { weight: 1, arbitrary: fc.constant('forget' as const) },
  ),
  { maxLength: 20 },
);
const linesOf = (version: number, seed: number): Line[] =>
  Array.from({ length: LINES_A_VERSION }, (_, level) => ({
    ids: Int32Array.from({ length: (seed + level) % 4 }, (_, i) => version + 10 * seed + i),
    fields: `${seed} ${level}`,
  }));

it('holds the lines of each version until it forgets all of them', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const [table, plain] = [createItemLines(), new Map<number, Line[]>()];
      for (const step of all) {
        if (step === 'forget') {
          table.forget();
          plain.clear();
        } else if (!plain.has(step[0])) {
          table.add(step[0], linesOf(...step));
          plain.set(step[0], linesOf(...step));
        }
        for (const version of VERSIONS) {
          const lines = plain.get(version);
          for (let level = 0; level < LINES_A_VERSION; level++) {
            const line = itemLine(version, level);
            expect(table.tokensOf(line)).toBe(lines?.[level]?.ids.length ?? -1);
            if (lines === undefined) continue;
            expect(table.idsOf(line)).toEqual(lines[level]?.ids);
            expect(table.fieldsOf(line)).toBe(lines[level]?.fields);
          }
        }
      }
    }),
    { numRuns: 30, seed: 7 },
  );
});
