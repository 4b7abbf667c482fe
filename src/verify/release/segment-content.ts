/**
 * What a segment says, its tokens included, as one digest: a row is compared by those of its
 * segments, each of which many rows have.
 */
import { hash } from 'node:crypto';
import type { OriginSegment } from './origin-row.ts';

/** 32-bit words of a segment's digest, and of the event that put it into a row, behind it. */
export const [SEGMENT_WORDS, EVENT_WORDS] = [4, 4];
/** Words of a segment in a row. */
export const WORDS_EACH = SEGMENT_WORDS + EVENT_WORDS;

/** The SHA-256 of ids, 32 bytes as Latin-1. */
export function hashOfIds(ids: Int32Array): string {
  return hash('sha256', ids, 'binary');
}

/** The first words of a SHA-256 over all that it says; `ofIds` is the hash of its tokens. */
export function segmentDigest(
  { role, level, version, fields }: Pick<OriginSegment, 'role' | 'level' | 'version' | 'fields'>,
  ofIds: string,
): Int32Array {
  const told = [role, level, version, fields].map((text) => `${text.length}:${text}`).join(' ');
  return wordsIn(hash('sha256', `${told} ${ofIds}`, 'binary'));
}

/** The words of 16 bytes that are written as Latin-1. */
export function wordsIn(latin1: string): Int32Array {
  const words = new Int32Array(SEGMENT_WORDS);
  Buffer.from(words.buffer).write(latin1, 'latin1');
  return words;
}
