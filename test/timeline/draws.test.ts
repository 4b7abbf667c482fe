/**
 * DRAW-1 to DRAW-4: the worked examples of RULES.md, in the builder and in the checker, and the
 * purposes.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compareKeys, draw, inShare } from '../../src/timeline/draws.ts';
import { drawsOf, sortByDraw } from '../../src/verify/world/draws.ts';
import { sourceFiles } from '../source-files.ts';

const EXAMPLE = 40_953_053_938_382;

describe('a draw', () => {
  it('is the first six bytes of a SHA-256 over seed, purpose and key', () => {
    expect(draw(7, 'holdout', ['m1'])).toBe(EXAMPLE);
    expect(drawsOf(7).number('holdout', ['m1'])).toBe(EXAMPLE);
  });

  it.each([
    [1, true],
    [0.2, true],
    [0.02, false],
    [0, false],
  ])('falls into a share of %s: %s', (share, falls) => {
    expect(inShare(EXAMPLE, share)).toBe(falls);
    expect(drawsOf(7).within(Math.round(share * 1_000_000), 'holdout', ['m1'])).toBe(falls);
  });

  it('falls into a share below the numbers of DRAW-2, in whole numbers', () => {
    const border = (share: number, least: number) => [inShare(least - 1, share), inShare(least, share)];
    expect(border(0.2, 56_294_995_342_132)).toEqual([true, false]);
    expect(border(0.02, 5_629_499_534_214)).toEqual([true, false]);
    expect(border(0.000001, 281_474_977)).toEqual([true, false]);
    expect([inShare(2 ** 48 - 1, 1), inShare(0, 0)]).toEqual([true, false]);
  });

  it('that equals another one falls back on the bytes of the key', () => {
    // U+FF5E sorts before U+10000 by bytes, and after it by UTF-16 units.
    const keys = [['\u{10000}'], ['\uff5e'], ['a', 'b'], ['a']];
    const sorted = [['a'], ['a', 'b'], ['\uff5e'], ['\u{10000}']];
    expect(keys.toSorted(compareKeys)).toEqual(sorted);
    const join = (key: string[]) => key.join('\u001f');
    expect(sortByDraw(keys, (key) => ({ draw: 0, key: join(key) }))).toEqual(sorted);
  });
});

describe('purposes', () => {
  const law = readFileSync(new URL('../../RULES.md', import.meta.url), 'utf8');
  const [, rule = ''] = /### DRAW-4[^\n]*\n([\s\S]*?)\n#/.exec(law) ?? [];
  const listed = [...rule.matchAll(/`([a-z_]+)`/g)].map(([, purpose]) => purpose);
  const builder = sourceFiles('src').filter(({ path }) => !path.startsWith('src/verify/'));

  it('that code draws by are those of the law, and no others (DRAW-4)', () => {
    const drawn = builder.flatMap(({ code }) => [...code.matchAll(/\bdraw\([\w.]+, '([a-z_]+)'/g)]);
    expect(drawn.length).toBeGreaterThan(5);
    expect(drawn.map(([, purpose]) => purpose).filter((purpose) => !listed.includes(purpose))).toEqual([]);
    const unused = listed.filter((purpose) => !builder.some(({ code }) => code.includes(`'${purpose}'`)));
    expect(unused).toEqual([]);
  });
});
