/** Pseudonyms are HMAC-SHA-256 of kind and id (PSEUDO-1), however they are computed and kept. */
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UNIT_SEPARATOR } from '../../schemas/rows.ts';
import { type PseudonymKind, parsePseudonymKey, pseudonymsOf } from '../../src/release/pseudonyms.ts';

const kinds = fc.constantFrom<PseudonymKind>('member', 'example', 'event');
/** Short and long ones, of one byte a character and of several. */
const ids = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'binary', minLength: 50, maxLength: 400 }),
  fc.constantFrom('m1', 'm2', '__proto__', '東'.repeat(60)),
);
const keys = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'));

const hmac = (key: string, kind: string, id: string) =>
  createHmac('sha256', Buffer.from(key, 'hex'))
    .update(`${kind}${UNIT_SEPARATOR}${id}`, 'utf8')
    .digest('hex')
    .slice(0, 32);

describe('pseudonyms', () => {
  it('are the HMAC of kind and id, in any order and asked again', () => {
    fc.assert(
      fc.property(keys, fc.array(fc.tuple(kinds, ids), { minLength: 1, maxLength: 20 }), (key, asked) => {
        const hide = pseudonymsOf(parsePseudonymKey(key, 'the test'));
        for (const [kind, id] of [...asked, ...asked])
          expect(hide[kind](id)).toBe(id === '' ? '' : hmac(key, kind, id));
      }),
    );
  });

  it('stay what they are when more ids are asked for than are kept', () => {
    const key = 'ab'.repeat(32);
    const hide = pseudonymsOf(parsePseudonymKey(key, 'the test'));
    for (let i = 0; i < 100_500; i++) hide.event(`e${i}`);
    for (const id of ['e0', 'e99999', 'e100000', 'e100499']) expect(hide.event(id)).toBe(hmac(key, 'event', id));
  });
});
