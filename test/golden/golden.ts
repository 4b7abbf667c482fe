/**
 * Golden files beside this one: compared byte for byte, written anew only where UPDATE_GOLDEN=1
 * says so.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

/**
 * Compares `text` with the golden file; a name without a file fails, so that no golden comes to be
 * unseen.
 */
export function expectGolden(name: string, text: string): void {
  const file = join(import.meta.dirname, name);
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, 'utf8'));
}
