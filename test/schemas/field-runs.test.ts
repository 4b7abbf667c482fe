/** ORIGIN-3: runs of tokens by field survive a file, whatever the fields are named. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FIELD_RUNS } from '../../schemas/field-runs.ts';

it('a run of a field named by any text is read as it was written', () => {
  const name = fc.oneof(
    fc.string(),
    fc.constantFrom('a b', 'a;b', 'a%20b', '%', 'Senior Nurse 9 16;x 1 2', '__proto__'),
  );
  const runs = fc.array(fc.record({ field: name, from: fc.nat(), to: fc.nat() }), { minLength: 1 });
  fc.assert(
    fc.property(runs, (all) => {
      expect(FIELD_RUNS.load(FIELD_RUNS.store(all))).toEqual(all);
    }),
  );
  expect(FIELD_RUNS.store([{ field: 'title', from: 2, to: 5 }])).toBe('title 2 5');
});
