/** The generator of inputs: whatever it makes parses, and it makes every option there is. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Domain } from '../../schemas/domain.ts';
import { EventRecord } from '../../schemas/event.ts';
import { Duration } from '../../schemas/recipe.ts';
import { Recipe } from '../../src/forms/recipe.ts';
import { Template } from '../../src/forms/template.ts';
import { inputOf } from './from-zod.ts';

const moments = fc.integer({ min: 0, max: 4_000_000_000_000 }).map((ms) => new Date(ms).toISOString());

describe('inputOf', () => {
  it.each([
    ['a domain', Domain],
    ['a template', Template],
    ['an event', EventRecord],
    ['a recipe', Recipe],
  ])('makes of %s what its schema takes', (_, schema) => {
    const made = inputOf(schema, ({ path }) => {
      const isMoment = ['t1', 't2', 'until'].includes(path.at(-1) ?? '');
      return isMoment ? moments : undefined;
    });
    let options = 0;
    fc.assert(
      fc.property(made, (input) => {
        const read = schema.safeParse(input);
        expect(read.error?.issues ?? []).toEqual([]);
        options = Math.max(options, Object.keys(input as object).length);
      }),
      { numRuns: 60, seed: 7 },
    );
    expect(options).toBeGreaterThan(1);
  });

  it('takes transforms by their input, and obeys checks, refinements and names of every kind', () => {
    const schema = z.strictObject({
      length: Duration,
      even: z
        .number()
        .int()
        .min(2)
        .max(40)
        .refine((n) => n % 2 === 0),
      named: z.record(z.string().regex(/^[a-z_]+$/), z.enum(['x', 'y'])),
      kind: z.discriminatedUnion('of', [
        z.strictObject({ of: z.literal('a'), size: z.number().min(0).max(1).default(0.5) }),
        z.strictObject({ of: z.literal('b'), list: z.array(z.string()).min(2).max(3) }),
      ]),
      maybe: z.string().nullable().optional(),
      filled: z.strictObject({ deep: z.boolean().default(true) }).prefault({}),
    });
    const seen = new Set<string>();
    fc.assert(
      fc.property(inputOf(schema), (input) => {
        expect(schema.safeParse(input).success).toBe(true);
        const { kind, maybe, named } = input as z.input<typeof schema>;
        seen.add(kind.of);
        seen.add(`maybe ${maybe === null ? 'null' : typeof maybe}`);
        for (const name of Object.keys(named)) if (name === '__proto__') seen.add(name);
      }),
      { numRuns: 300, seed: 7 },
    );
    expect([...seen].sort()).toEqual(['__proto__', 'a', 'b', 'maybe null', 'maybe string', 'maybe undefined']);
  });

  it('makes again what is likely and refused, also where parts are of several kinds', () => {
    const schema = z.strictObject({ keys: z.array(z.union([z.string().regex(/^a/), z.number()])).min(1) });
    const made = inputOf(schema, ({ path }) => (path.at(-1) === '[]' ? fc.constantFrom('a', 'b', 1, null) : undefined));
    const refused = fc.sample(made, { numRuns: 60, seed: 7 }).filter((input) => !schema.safeParse(input).success);
    expect(refused).toEqual([]);
  });
});
