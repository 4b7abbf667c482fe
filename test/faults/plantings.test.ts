/** What is switched off is there: a fifth of the planted faults a run would see it too late. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../cli/run-cli.ts';
import { CLOSING } from './closing-rules.ts';
import { CHOSEN, DRAWN } from './drawing-rules.ts';
import { ASKED, EMPTIED, FILLED, PAIRED, RELEASED, SEEN } from './rules.ts';
import { TAKEN_IN } from './taken-in-rules.ts';
import { TAMPERINGS } from './tamperings.ts';
import { SAID } from './text-rules.ts';
import { WEIGHTED } from './weighted-rules.ts';

const planted = [
  SEEN,
  ASKED,
  TAKEN_IN,
  CLOSING,
  CHOSEN,
  DRAWN,
  SAID,
  FILLED,
  RELEASED,
  [EMPTIED],
  PAIRED,
  WEIGHTED,
].flat();

describe('planted faults', () => {
  test('replace a text that their source file has once', () => {
    const lost = planted.filter(({ file, from }) => readFileSync(join(root, file), 'utf8').split(from).length !== 2);
    expect(lost.map(({ builder, file }) => `${builder}: ${file}`)).toEqual([]);
  });

  test('are sixty at least, as many in the builder as in the files of a release', () => {
    expect(planted.length).toBeGreaterThanOrEqual(30);
    expect(TAMPERINGS.length).toBeGreaterThanOrEqual(30);
  });

  test('have names of their own', () => {
    for (const names of [planted.map(({ builder }) => builder), TAMPERINGS.map(({ name }) => name)])
      expect(names.length).toBe(new Set(names).size);
  });
});
