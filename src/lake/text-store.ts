/**
 * THE TEXT STORE, a cache of encoded item lines in the lake: what one build has encoded the next
 * one finds, of whatever corpus with the same tokenizer. Losing it loses nothing.
 */
import { sha256Hex } from '../content-hash.ts';
import { PROCESS_EFFECTS } from '../effects.ts';
import { BrewhouseError } from '../errors.ts';
import type { ObjectStore } from './object-store.ts';
import { type KeptText, packTexts, readTextSpots, readTexts, TEXTS_ENDING, type TextSpot } from './text-files.ts';

/** Encoded texts by the SHA-256 of what they say; of no member, since a member can leave. */
export interface TextStore {
  /** What is kept of the keys, by key: those that read as they were written. */
  find(keys: readonly string[]): Promise<ReadonlyMap<string, Int32Array>>;
  /** Keeps a text for later builds; it is written once enough came together. */
  keep(text: KeptText): Promise<void>;
  /** Writes what is left. */
  finish(): Promise<void>;
}

/** What of a build decides the numbers of a text beside what it says. */
export interface TextsOf {
  /** SHA-256 of tokenizer.json. */
  readonly tokenizer: string;
  /** Of the native library. */
  readonly tokenizersVersion: string;
  readonly renderVersion: number;
}

/** Layout of the files; raised whenever one is to be read in another way. */
const TEXTS_FORMAT = 1;
/** Numbers lie in the byte order of the machine. */
const IS_LITTLE = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
/** Bytes of one file, all of them held until it is written; what a crash loses at most. */
const FILE_BYTES_MAX = 8 * 1024 * 1024;
/** Texts that a store knows of: about 100 MB. What lies in further files is encoded again. */
const TEXTS_MAX = 1_000_000;
/** Hexadecimal digits of a key that a number holds exactly. */
const KEY_DIGITS = 13;
const FOLDER_DIGITS = 32;

/** The folder of the texts of a tokenizer. */
export function textFolder({ tokenizer, tokenizersVersion, renderVersion }: TextsOf): string {
  const of = [TEXTS_FORMAT, IS_LITTLE, tokenizer, tokenizersVersion, renderVersion];
  return `texts/${sha256Hex(JSON.stringify(of)).slice(0, FOLDER_DIGITS)}`;
}

/** Where a text lies: the number of its file. */
interface Found extends TextSpot {
  readonly file: number;
}

/**
 * Opens the store of a folder; its files are looked through when the first text is looked for. What
 * cannot be read is not there. What cannot be written is said once, as a warning, and is not kept.
 */
export function openTextStore(store: ObjectStore, folder: string, effects = PROCESS_EFFECTS): TextStore {
  let index: Promise<TextIndex> | undefined;
  let pending: KeptText[] = [];
  let bytes = 0;
  let isOff = false;
  const write = async () => {
    const texts = pending;
    pending = [];
    bytes = 0;
    if (texts.length === 0 || isOff) return;
    try {
      const file = store.create();
      const packed = packTexts(texts);
      file.write(packed.subarray(0, packed.length >> 1));
      await effects.reach('texts-upload');
      file.write(packed.subarray(packed.length >> 1));
      await file.finish(folder, TEXTS_ENDING);
    } catch (error) {
      if (!(error instanceof BrewhouseError)) throw error;
      isOff = true;
      effects.observe({ kind: 'warning', message: `encoded texts are not kept for later builds: ${error.message}` });
    }
  };
  return {
    async find(keys) {
      index ??= readIndex(store, folder);
      return findTexts(store, await index, keys);
    },
    async keep(text) {
      pending.push(text);
      bytes += text.numbers.byteLength;
      if (bytes >= FILE_BYTES_MAX) await write();
    },
    finish: write,
  };
}

interface TextIndex {
  readonly files: readonly string[];
  /** By the first digits of a key. */
  readonly places: ReadonlyMap<number, Found>;
}

async function readIndex(store: ObjectStore, folder: string): Promise<TextIndex> {
  const files: string[] = [];
  const places = new Map<number, Found>();
  for (const name of await namesIn(store, folder)) {
    if (!name.endsWith(TEXTS_ENDING)) continue;
    const file = files.push(`${folder}/${name}`) - 1;
    for (const place of await readTextSpots(store, `${folder}/${name}`)) {
      if (places.size >= TEXTS_MAX) return { files, places };
      places.set(numberOf(place.key), { ...place, file });
    }
  }
  return { files, places };
}

async function findTexts(store: ObjectStore, { files, places }: TextIndex, keys: readonly string[]) {
  const wanted = new Map<number, Found[]>();
  for (const key of keys) {
    const place = places.get(numberOf(key));
    if (place?.key !== key) continue;
    const of = wanted.get(place.file) ?? [];
    of.push(place);
    wanted.set(place.file, of);
  }
  const found = new Map<string, Int32Array>();
  for (const [file, of] of wanted) {
    for (const { key, numbers } of await readTexts(store, files[file] ?? '', of)) found.set(key, numbers);
  }
  return found;
}

async function namesIn(store: ObjectStore, folder: string): Promise<string[]> {
  try {
    return await store.list(`${folder}/`);
  } catch (error) {
    if (error instanceof BrewhouseError) return [];
    throw error;
  }
}

function numberOf(key: string): number {
  return Number.parseInt(key.slice(0, KEY_DIGITS), 16);
}
