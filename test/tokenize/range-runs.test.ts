/** ORIGIN-3: a token belongs to every field whose text its characters overlap. */
import { describe, expect, it } from 'vitest';
import { nth } from '../../src/checked.ts';
import { tokenizerFamilies } from './families.ts';

describe.each(tokenizerFamilies())('runs of fields in $name', ({ tokenizer }) => {
  /** Neighbouring fields from the third letter on, each up to the place of the next. */
  const runsOf = async (as: 'continuation' | 'trusted', fields: readonly string[]) => {
    const text = `x: ${fields.join('')}]\n`;
    const startOf = (i: number) => 3 + fields.slice(0, i).join('').length;
    const ranges = fields.map((_, i) => ({ from: startOf(i), to: startOf(i + 1) }));
    const [said] = await tokenizer.encodeRequests([{ as, text, ranges }]);
    const { runs, length, spanOf } = said!;
    const spans = Array.from({ length }, (_, token) => spanOf(token));
    const overlapping = ranges.map((range) => {
      const tokens = spans.flatMap((span, token) =>
        range.from < range.to && span.from < range.to && span.to > range.from ? [token] : [],
      );
      return tokens.length === 0 ? [] : [tokens[0]!, tokens.at(-1)! + 1];
    });
    const found = ranges.map((_, i) => [nth([...runs], 2 * i), nth([...runs], 2 * i + 1)]);
    return { found: found.map(([from, to]) => (from === to ? [] : [from, to])), overlapping };
  };
  const cases = [
    ['F', 'd'],
    ['🙂F', 'd'],
    ['🙂 wor', 'l', 'd and'],
    ['🙂a', '', 'b'],
    ['👩‍👩', '‍👦', '中', '文'],
    ['🙂th', 'e'],
  ];

  it.each(cases)('are those of all tokens that overlap them, also of one over two fields', async (...fields) => {
    for (const as of ['continuation', 'trusted'] as const) {
      const { found, overlapping } = await runsOf(as, fields);
      expect(found).toEqual(overlapping);
    }
  });

  it('share a token over two fields', async () => {
    const { found } = await runsOf('continuation', ['🙂 th', 'e']);
    expect(found[0]![1]).toBe(found[1]![1]);
  });
});
