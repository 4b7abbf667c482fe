/** The card, byte for byte (PUBLISH-4). */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { FaultList } from '../fault-list.ts';
import { cardText } from './card-text.ts';
import type { OpenRelease } from './release-files.ts';

/** More than any card has. */
const BYTES_MAX = 64 * 1024 * 1024;

/** Compares the card with the one that the manifest makes under the default id of the rows. */
export function checkCard({ dir, manifest }: OpenRelease, id: string, list: FaultList): void {
  list.look('manifest');
  const wanted = cardText(manifest, id);
  const file = join(dir, 'README.md');
  const { size } = statSync(file);
  // Of a greater one nobody need see the text.
  const told = size > BYTES_MAX ? Buffer.from(`${size} bytes`) : readFileSync(file);
  if (told.equals(Buffer.from(wanted))) return;
  const lines = [told.toString('utf8'), wanted].map((text) => text.split('\n'));
  const [is = [], right = []] = lines;
  const index = Array.from({ length: Math.max(is.length, right.length) }, (_, line) => line).find(
    (line) => is[line] !== right[line],
  );
  const line = index ?? 0;
  const detail = `README.md, line ${line + 1}: ${is[line] ?? 'nothing'} instead of ${right[line] ?? 'nothing'}`;
  list.add({}, { check: 'manifest', rule: ['PUBLISH-4'], detail });
}
