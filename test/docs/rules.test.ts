/** RULES.md as a text that code can cite: ids without gaps, one form, lines of 100 columns. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const lines = readFileSync(new URL('../../RULES.md', import.meta.url), 'utf8').split('\n');
const headings = lines.filter((line) => line.startsWith('### '));

describe('RULES.md', () => {
  it('names every rule by a subject and a number, counted from 1 without gaps', () => {
    const numbers = new Map<string, number[]>();
    for (const heading of headings) {
      const [, subject, number] = /^### ([A-Z]+)-([1-9]\d*) \S/.exec(heading) ?? [];
      expect(subject, heading).toBeDefined();
      numbers.set(subject!, [...(numbers.get(subject!) ?? []), Number(number)]);
    }
    expect(numbers.size).toBeGreaterThan(15);
    for (const [subject, own] of numbers) expect(own, subject).toEqual(own.map((_, i) => i + 1));
  });

  it('gives every rule at least one sentence, and names rules that are there', () => {
    const ids = new Set(headings.map((heading) => heading.split(' ')[1]));
    for (const heading of headings) expect(lines[lines.indexOf(heading) + 1], heading).toMatch(/^\S.*/);
    const cited = lines.slice(13).flatMap((line) => line.match(/\b[A-Z]{3,}-\d+\b/g) ?? []);
    expect(cited.filter((id) => !ids.has(id) && !/^(SHA|UTF|ISO|HMAC)-/.test(id))).toEqual([]);
  });

  it('has no line over 100 columns', () => {
    expect(lines.filter((line) => [...line].length > 100)).toEqual([]);
  });
});
