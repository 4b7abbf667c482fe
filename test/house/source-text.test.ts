/**
 * The scanner of the house tests: it must tell comment, string and code apart in every file of
 * ours.
 */
import { describe, expect, it } from 'vitest';
import { runsOf, textFiles } from './source-text.ts';

describe('the runs of a source file', () => {
  it('are comments, strings and expressions, and the code between', () => {
    const text = "const a = 'x // y'; // said\nconst b = /[/'`]/u; /* two\nlines */ const c = `a // z`;\n";
    expect(runsOf(text).map(({ kind, text: part, line }) => [kind, part, line])).toEqual([
      ['code', 'const a = ', 1],
      ['string', "'x // y'", 1],
      ['code', '; ', 1],
      ['comment', '// said', 1],
      ['code', '\nconst b = ', 1],
      ['string', "/[/'`]/u", 2],
      ['code', '; ', 2],
      ['comment', '/* two\nlines */', 2],
      ['code', ' const c = ', 3],
      ['string', '`a // z`', 3],
      ['code', ';\n', 3],
    ]);
  });

  it('leave no quote and no comment in the code of this repository', () => {
    const files = textFiles(/\.(ts|js)$/);
    expect(files.length).toBeGreaterThan(200);
    const wrong = files.flatMap(({ path, text }) =>
      runsOf(text)
        .filter(({ kind, text: part }) => kind === 'code' && /['"`]|\/\/|\/\*/.test(part))
        .map(({ text: part, line }) => `${path}:${line}: ${part}`),
    );
    expect(wrong).toEqual([]);
    expect(
      files.filter(
        ({ text }) =>
          runsOf(text)
            .map((run) => run.text)
            .join('') !== text,
      ),
    ).toEqual([]);
  });
});
