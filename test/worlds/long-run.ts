/**
 * How long the comparisons of builder and checker run: a part in `npm test`, all of it where
 * BREWHOUSE_LONG names a folder, into which each then writes what it compared.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Names the folder of a long run. */
export const LONG_VARIABLE = 'BREWHOUSE_LONG';

const folder = process.env[LONG_VARIABLE];

/** What a comparison came to. */
export interface Compared {
  /** What was compared, in the plural. */
  readonly what: string;
  readonly cases: number;
  readonly differences: number;
}

/** How many cases: of the first in `npm test`, of the second in a long run. */
export function casesOf(short: number, long: number): number {
  return folder === undefined ? short : long;
}

/** Tells a long run what was compared. */
export function tell(name: string, compared: Compared): void {
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(compared));
}

/** The first few differences, short enough for a person; all are counted. */
export function sayDifferences(differences: readonly string[]): string {
  const first = differences.slice(0, 8).map((each) => (each.length > 2_500 ? `${each.slice(0, 2_500)}...` : each));
  return first.length < differences.length
    ? [...first, `and ${differences.length - first.length} more`].join('\n')
    : first.join('\n');
}
