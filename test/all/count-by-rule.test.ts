/** The table of what the law changed by rule, on rows made by hand; and the rules that it is of. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../cli/run-cli.ts';
import { type Rows, tableByRule } from './count-by-rule.ts';
import { RULES_BEFORE } from './rules-before.ts';

/** `a1 b` is a row with tokens `a` and `1` beside them, then a row with tokens `b`. */
const rows = (text: string): Rows =>
  new Map(
    text.split(' ').flatMap((row, id) => {
      const [tokens = '', beside = ''] = row;
      return tokens === '-' ? [] : [[String(id), { tokens, beside }] as const];
    }),
  );

describe('The table of changes by rule', () => {
  const law = rows('a b c d e f - h');
  const byRule = new Map([
    ['one', rows('x b c2 d e - g h')],
    ['two', rows('y z c d e f - h')],
    ['none', law],
  ]);

  test('counts a row under every rule that changes it by itself', () => {
    const table = tableByRule('a set', {
      law,
      before: rows('x z c2 w e - g h'),
      byRule,
      untried: [],
      older: undefined,
    });
    expect(table.split('\n')).toEqual([
      '| a set, 7 rows: rule | other tokens | other beside them alone | gone | new | by it alone |',
      '|---|---:|---:|---:|---:|---:|',
      '| one | 1 | 1 | 1 | 1 | 3 |',
      '| two | 2 | 0 | 0 | 0 | 1 |',
      '| none | 0 | 0 | 0 | 0 | 0 |',
      '| all of these together | 3 | 1 | 1 | 1 |  |',
      '',
      '- 1 rows change by all rules together and by no rule alone.',
      '- 0 rows change by a rule alone and not by all together.',
      '- Not compared with rows of 0.1.0 itself.',
      '',
    ]);
  });

  test('says how many rows other rules must have changed, and which cancel each other', () => {
    const older = rows('x z c3 v e f g h');
    const table = tableByRule('a set', {
      law,
      before: rows('a z c2 w e - g h'),
      byRule,
      untried: ['CUT-1', 'CUT-2'],
      older,
    });
    expect(table).toContain('by no rule tried (not tried: CUT-1; CUT-2) alone.');
    expect(table).toContain('- 1 rows change by a rule alone and not by all together.');
    expect(table).toContain(
      '- With all rules as before, 7 of 7 rows are rows of 0.1.0 by id; ' +
        'of these 2 have other tokens than there, and 1 are other beside them alone',
    );
  });
});

describe('The rules that are made what they were', () => {
  test('replace texts that their source files have once, and that do not overlap', () => {
    const planted = RULES_BEFORE.flatMap(({ plantings }) => plantings);
    const sources = new Map(planted.map(({ file }) => [file, readFileSync(join(root, file), 'utf8')]));
    for (const { file, from, to } of planted) {
      const parts = (sources.get(file) ?? '').split(from);
      expect(parts.length, `${file}: ${from}`).toBe(2);
      sources.set(file, parts.join(to));
    }
  });

  test('are named once each', () => {
    const names = RULES_BEFORE.map(({ rule, before }) => `${rule}: ${before}`);
    expect(new Set(names).size).toBe(names.length);
  });
});
