/** One table says what a failure means, and nothing of a failure is lost between threads. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  amendError,
  BrewhouseError,
  describeError,
  ERRORS,
  type ErrorCode,
  type ErrorFacts,
  EXIT,
  nearestName,
  packError,
  unpackError,
} from '../src/errors.ts';

const CODES = Object.keys(ERRORS) as ErrorCode[];
const across = (error: unknown): Error => unpackError(structuredClone(packError(error)));

const anyFacts: fc.Arbitrary<ErrorFacts> = fc.record(
  {
    place: fc.record({ file: fc.string(), line: fc.nat(), field: fc.string() }, { requiredKeys: [] }),
    remedy: fc.string(),
  },
  { requiredKeys: [] },
);
const anyError: fc.Arbitrary<Error> = fc
  .array(fc.tuple(fc.option(fc.constantFrom(...CODES)), fc.string(), anyFacts), { minLength: 1, maxLength: 5 })
  .map((chain) =>
    chain.reduce<Error | undefined>(
      (cause, [code, message, facts]) =>
        code === null ? new TypeError(message, { cause }) : new BrewhouseError(code, message, { ...facts, cause }),
      undefined,
    ),
  )
  .map((error) => error!);

/** All that a person or a program may look at, causes included. */
function factsOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, stack, cause } = error;
  const own =
    error instanceof BrewhouseError
      ? [error.code, error.place, error.remedy, error.exitCode, error.retryable, describeError(error)]
      : [];
  return [name, message, stack, own, factsOf(cause)];
}

describe('an error', () => {
  it('crosses threads with code, place, remedy, stack and all its causes', () => {
    let ours = 0;
    fc.assert(
      fc.property(anyError, (error) => {
        if (error instanceof BrewhouseError) ours++;
        expect(factsOf(across(error))).toEqual(factsOf(error));
      }),
    );
    expect(ours).toBeGreaterThan(20);
  });

  it('that is none, or whose causes make a circle, crosses all the same', () => {
    expect(across('a word').message).toBe('a word');
    const circle = new Error('first');
    circle.cause = new Error('second', { cause: circle });
    expect(across(circle).message).toBe('first');
  });

  it('that somebody amends keeps what it said, and is the cause', () => {
    const error = new BrewhouseError('recipe_invalid', 'wrong', { place: { field: 'corpus' } });
    const amended = amendError(error, { place: { file: 'recipe.yaml' } });
    expect(describeError(amended)).toBe(
      `error: wrong\n  at recipe.yaml, field corpus\n  ${ERRORS.recipe_invalid.remedy}`,
    );
    expect(amended.cause).toBe(error);
    expect(amendError(error, { remedy: 'do this' })).toMatchObject({ place: { field: 'corpus' }, remedy: 'do this' });
  });
});

describe('the table of errors', () => {
  it.each(CODES)('says of %s what to do, without a full stop', (code) => {
    expect(ERRORS[code].remedy).toMatch(/^[a-zA-Z].*[^.]$/);
    expect(Object.values(EXIT)).toContain(new BrewhouseError(code, 'x').exitCode);
  });

  it('says of an interruption in one line that the same command goes on', () => {
    expect(describeError(new BrewhouseError('interrupted', 'interrupted'))).toBe(
      'interrupted: what is committed stays; run the same command again to go on',
    );
  });
});

describe('the nearest name', () => {
  it('is one that a letter was lost, added, changed or doubled in', () => {
    const known = ['--members', 'recipe', 'timeline'];
    expect(['recip', 'reciipe', 'redipe', 'recipes', 'RECIPE'].map((name) => nearestName(name, known))).toEqual(
      Array(5).fill('recipe'),
    );
    expect(nearestName('qqqqqq', known)).toBeUndefined();
    // Two letters of four are another word; two that are swapped are one slip.
    expect(nearestName('nope', ['home'])).toBeUndefined();
    expect(nearestName('hoem', ['home'])).toBe('home');
    expect(nearestName('', known)).toBeUndefined();
  });
});
