/** Every random choice of a corpus: a SHA-256 over seed, purpose and key, so that it never depends on order or worker (rules.md 7). */
import { createHash } from 'node:crypto';
import { UNIT_SEPARATOR } from '../../schemas/rows.ts';

/** What a draw decides; each choice has a purpose of its own. */
export type DrawPurpose =
  | 'holdout'
  | 'ask'
  | 'cap'
  | 'template'
  | 'variant'
  | 'variant_template'
  | 'drawn'
  | 'drawn_item'
  | 'order'
  | 'slate'
  | 'shown'
  | 'random'
  | 'thin'
  | 'shuffle'
  | 'label_cap';

/** A draw as a number: the first 6 bytes of the hash, big-endian, so below 2^48 and exact in a double. */
export function draw(seed: number, purpose: DrawPurpose, key: readonly string[]): number {
  const text = `${seed}${UNIT_SEPARATOR}${purpose}${UNIT_SEPARATOR}${key.join(UNIT_SEPARATOR)}`;
  return createHash('sha256').update(text, 'utf8').digest().readUIntBE(0, 6);
}

/** Whether a draw falls into a share of 0 to 1. */
export function inShare(drawn: number, share: number): boolean {
  return drawn < Math.floor(share * 2 ** 48);
}
