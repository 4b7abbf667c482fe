/** The blocks of a template, and what they cost. */
import type { Role } from '../../schemas/rows.ts';

/** A run of fixed lines, or a part that the question fills. */
export type Block =
  | { readonly kind: 'lines'; readonly role: Role; readonly ids: Int32Array }
  | { readonly kind: 'profile'; readonly heading: Int32Array }
  | HistoryBlock
  | { readonly kind: 'shown'; readonly label: string }
  | { readonly kind: 'item' }
  | { readonly kind: 'candidates'; readonly letters: readonly Int32Array[] };

/**
 * Where the history comes: the block's own heading lines, and its headings with their slots open.
 */
export interface HistoryBlock {
  readonly kind: 'history';
  readonly heading: Int32Array;
  readonly group: string;
  readonly dated: string;
  readonly undated: string;
}

/** Tokens of what a question fills in. */
export interface BlockSizes {
  /** Of the profile line; undefined where the block is left out. */
  readonly profile: number | undefined;
  /** Of the exposure line; undefined where it is left out. */
  readonly exposure: number | undefined;
  /** Of the item asked about, or of candidate `i`. */
  itemOf(i: number): number;
}

/** Tokens of all blocks but the history's. */
export function blockTokens(blocks: readonly Block[], { profile, exposure, itemOf }: BlockSizes): number {
  let tokens = 0;
  for (const block of blocks) {
    if (block.kind === 'lines') tokens += block.ids.length;
    else if (block.kind === 'profile' && profile !== undefined) tokens += block.heading.length + profile;
    else if (block.kind === 'shown' && exposure !== undefined) tokens += exposure;
    else if (block.kind === 'item') tokens += itemOf(0);
    else if (block.kind === 'candidates')
      for (const [i, letter] of block.letters.entries()) tokens += letter.length + itemOf(i);
  }
  return tokens;
}
