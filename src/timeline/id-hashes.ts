/** Hashes of ids by number, made when they are first asked for. */
import { hash } from 'node:crypto';

/** Hashes by number; eight bytes each. */
export interface IdHashes {
  /** The two halves of the hash of number `at`, at 2 * at and behind it. */
  of(at: number): Int32Array;
}

/**
 * Hashes of the ids that `idOf` names. `room`: where they are kept, zeros at first, which threads
 * may share; it grows where it is too short, and is then this thread's own. Bound: eight bytes up
 * to the greatest number.
 */
export function idHashes(idOf: (number: number) => string, room: Int32Array = new Int32Array(0)): IdHashes {
  let hashes = room;
  return {
    of(at) {
      if (2 * at + 1 >= hashes.length) {
        const larger = new Int32Array(Math.max(2 * at + 2, 2 * hashes.length));
        larger.set(hashes);
        hashes = larger;
      }
      // The first half is never 0, which says that it is not made yet, and is stored last: whoever
      // sees it sees both. Of two threads that make one hash at a time both write the same.
      if (Atomics.load(hashes, 2 * at) === 0) {
        const digest = hash('sha256', idOf(at), 'buffer');
        hashes[2 * at + 1] = digest.readInt32LE(4);
        Atomics.store(hashes, 2 * at, digest.readInt32LE(0) | 1);
      }
      return hashes;
    },
  };
}
