/** Pieces: runs of tokens of one role and origin, of which a row consists. */
import type { Role } from '../../../schemas/rows.ts';
import type { CutLine } from './cutting.ts';
import type { LevelName } from './line-book.ts';

/** A run of tokens of one role and origin; ids of events as the events have them. */
export interface Piece {
  readonly role: Role;
  /** Lines with their line ends; frames have none here. */
  readonly text: string;
  readonly ids: ArrayLike<number>;
  /** The event that put it there; empty: the template. */
  readonly event: string;
  /** The item version that it shows. */
  readonly version: string;
  readonly level: LevelName | '';
  /** Runs of its tokens that came from a field: `title 2 5;location 7 9`. */
  readonly fields: string;
}

/** A piece of text that no data is in. */
export function plainPiece(role: Role, text: string, ids: ArrayLike<number>): Piece {
  return { role, text, ids, event: '', version: '', level: '', fields: '' };
}

type LineOrigin = Partial<Pick<Piece, 'event' | 'version'>> & { readonly level: LevelName };

/** A piece of data: a line at a level, with the event and the item version that it comes from. */
export function linePiece(role: Role, { text, ids, fields }: CutLine, origin: LineOrigin): Piece {
  return { ...plainPiece(role, `${text}\n`, ids), fields, ...origin };
}

/**
 * Neighbours of one role that are fixed text become one piece; pieces without tokens are dropped
 * (ORIGIN-2).
 */
export function mergeFixed(pieces: readonly Piece[]): Piece[] {
  const isFixed = (piece: Piece) => piece.event === '' && piece.version === '' && piece.level === '';
  const merged: Piece[] = [];
  for (const piece of pieces) {
    if (piece.ids.length === 0) continue;
    const before = merged.at(-1);
    if (before !== undefined && before.role === piece.role && isFixed(before) && isFixed(piece)) {
      const ids = [...Array.from(before.ids), ...Array.from(piece.ids)];
      merged[merged.length - 1] = { ...before, text: before.text + piece.text, ids };
    } else merged.push(piece);
  }
  return merged;
}

/** Tokens of all pieces. */
export function countTokens(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { ids }) => sum + ids.length, 0);
}
