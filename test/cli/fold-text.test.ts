/** A text cut to a screen. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { foldText } from '../../src/cli/fold-text.ts';

const paint = (text: string) => `\u001b[36m${text}\u001b[0m`;
const bare = (text: string) => text.replaceAll('\u001b[36m', '').replaceAll('\u001b[0m', '');

const line = fc
  .array(fc.tuple(fc.stringMatching(/^[a-z ]{0,30}$/), fc.boolean()), { maxLength: 5 })
  .map((parts) => parts.map(([text, isPainted]) => (isPainted ? paint(text) : text)).join(''));

it('fits the screen, colours or not, and leaves alone what fits', () => {
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 30 }), (lines) => {
      const folded = foldText(lines.join('\n'), { columns: 40, lines: 10 });
      const own = folded.split('\n');
      expect(own.length).toBe(Math.min(10, lines.length));
      for (const each of own) expect(bare(each).length).toBeLessThanOrEqual(40);
      expect(foldText(bare(lines.join('\n')), { columns: 40, lines: 10 })).toBe(bare(folded));
      if (lines.length <= 10 && lines.every((each) => bare(each).length <= 40)) expect(folded).toBe(lines.join('\n'));
    }),
  );
});

it('ends every colour that it begins', () => {
  const folded = foldText(`${paint('a'.repeat(50))}b`, { columns: 40, lines: 10 });
  expect(folded).toBe(`\u001b[36m${'a'.repeat(38)} …\u001b[0m`);
});

it('says how many lines it leaves out in the middle', () => {
  const text = Array.from({ length: 20 }, (_, i) => `line ${i}`).join('\n');
  expect(foldText(text, { columns: 40, lines: 4 })).toBe('line 0\nline 1\n    … 17 more lines …\nline 19');
});
