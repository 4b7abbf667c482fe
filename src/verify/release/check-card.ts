/** The card, byte for byte (PUBLISH-4). */
import type { FaultList } from '../fault-list.ts';
import { type Reader, withFile } from '../reader.ts';
import type { ToldRow } from './card-row.ts';
import { cardText } from './card-text.ts';
import type { OpenRelease } from './release-files.ts';

/** More than any card has. */
const BYTES_MAX = 64 * 1024 * 1024;

/** The text of a card; of one that is too long how long it is, which no card says. */
export async function readCard(files: Reader): Promise<Buffer | undefined> {
  return withFile(files, 'README.md', async ({ size, read }) =>
    size > BYTES_MAX ? Buffer.from(`${size} bytes`) : read(0, size),
  );
}

/** The card of a release, and what one is made of beside the manifest. */
export interface CardCase {
  readonly told: Buffer;
  /** The default id of the rows. */
  readonly id: string;
  /** The row that it tells; undefined where train has none. */
  readonly row: ToldRow | undefined;
  /** The text of tokens. */
  readonly decode: (ids: Int32Array) => string;
}

/** Compares the card with the one that the manifest and the rows make. */
export function checkCard({ manifest }: OpenRelease, { told, ...beside }: CardCase, list: FaultList): void {
  list.look('manifest');
  const { id, row, decode } = beside;
  const wanted = cardText(manifest, id, row && { ...row, text: decode(row.ids) });
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
