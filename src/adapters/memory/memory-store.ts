/** A lake in memory: the whole contract of a store without a disk, for tests and simulations. */

import { compareUtf8 } from '../../../schemas/byte-order.ts';
import type { Sha256 } from '../../../schemas/ids.ts';
import { sha256Hex } from '../../content-hash.ts';
import { brokenFile, requireRange } from '../../lake/broken-file.ts';
import {
  assertFolder,
  assertKey,
  type FileUnderWay,
  type ObjectStore,
  type RangeReader,
} from '../../lake/object-store.ts';

/**
 * Opens an empty lake, which ends with the process and which no other thread sees. Bound: all its
 * bytes in memory.
 */
export function openMemoryStore(): ObjectStore {
  const objects = new Map<string, Uint8Array>();
  const set = (key: string, bytes: Uint8Array) => {
    assertKey(key);
    objects.set(key, Uint8Array.from(bytes));
  };
  return {
    location: 'memory',
    async get(key) {
      assertKey(key);
      const bytes = objects.get(key);
      return bytes === undefined ? null : Uint8Array.from(bytes);
    },
    async openRead(key) {
      assertKey(key);
      const bytes = objects.get(key);
      if (bytes === undefined) throw brokenFile(key, 'is missing');
      return openReader(key, bytes);
    },
    async putIfAbsent(key, bytes) {
      if (objects.has(key)) return false;
      set(key, bytes);
      return true;
    },
    put: async (key, bytes) => set(key, bytes),
    create: () => createFile(set),
    async list(folder) {
      assertFolder(folder);
      const below = [...objects.keys()].filter((key) => key.startsWith(folder)).map((key) => key.slice(folder.length));
      const names = below.map((key) => (key.includes('/') ? key.slice(0, key.indexOf('/') + 1) : key));
      return [...new Set(names)].sort(compareUtf8);
    },
    sweepLeftovers: async () => 0,
  };
}

function openReader(key: string, bytes: Uint8Array): RangeReader {
  let isOpen = true;
  return {
    name: key,
    size: bytes.length,
    async read(from, to) {
      if (!isOpen) throw new Error(`the reader of ${key} is closed`);
      requireRange({ key, size: bytes.length }, from, to);
      return bytes.slice(from, to);
    },
    async close() {
      isOpen = false;
    },
  };
}

function createFile(set: (key: string, bytes: Uint8Array) => void): FileUnderWay {
  let pieces: Uint8Array[] | null = [];
  const name = (keyOf: (sha256: Sha256) => string) => {
    if (pieces === null) throw new Error('the file is finished or aborted');
    const content = Buffer.concat(pieces);
    pieces = null;
    const sha256 = sha256Hex(content);
    set(keyOf(sha256), content);
    return { key: keyOf(sha256), sha256, bytes: content.length };
  };
  return {
    write(chunk) {
      if (pieces === null) throw new Error('the file is finished or aborted');
      pieces.push(Uint8Array.from(chunk));
    },
    finish: async (folder, ending = '') => name((sha256) => `${folder}/${sha256}${ending}`),
    async finishAs(key) {
      const { sha256, bytes } = name(() => key);
      return { sha256, bytes };
    },
    abort() {
      pieces = null;
    },
  };
}
