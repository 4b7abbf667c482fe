/**
 * An encoder that a test can see through: tokens of up to three characters, a space before a word
 * belongs to it.
 */
import type { LineEncoder } from '../../src/prompt/levels.ts';

export interface ToyEncoder extends LineEncoder {
  decode(ids: ArrayLike<number>): string;
  size(text: string): number;
}

export function createToyEncoder(): ToyEncoder {
  const pieces: string[] = [];
  const numbers = new Map<string, number>();
  const split = (text: string) => text.match(/ ?[^\s[\],:.]{1,3}|[\s\S]/gu) ?? [];
  const idOf = (piece: string) => {
    const id = numbers.get(piece) ?? pieces.push(piece) - 1;
    numbers.set(piece, id);
    return id;
  };
  return {
    size: (text) => split(text).length,
    count: async (text) => split(text).length,
    decode: (ids) => Array.from(ids, (id) => pieces[id]!).join(''),
    async encodeFields(text, fields) {
      const parts = split(text);
      let from = 0;
      const spans = parts.map((part) => {
        const span = { from, to: from + part.length };
        from = span.to;
        return span;
      });
      const runs = fields.flatMap((field) => {
        const overlaps = spans.map((span) => span.from < field.to && span.to > field.from);
        return [overlaps.indexOf(true), overlaps.lastIndexOf(true) + 1];
      });
      return { ids: Int32Array.from(parts, idOf), runs: Int32Array.from(runs) };
    },
  };
}
