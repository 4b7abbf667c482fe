/** Dead letters of a chain: what is said of each, and the files that they are parked in. */
import type { FileRef } from '../../schemas/commit.ts';
import { canonicalEvent } from '../../schemas/event-time.ts';
import { type DeadLetter, writeDeadLetters } from '../../src/adapters/parquet/dead-letters.ts';
import { nth } from '../../src/checked.ts';
import { quotedName } from '../../src/errors.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import type { Conflict } from '../../src/timeline/entity-state.ts';
import type { InputFile } from './input-files.ts';

/** Letters of the first dead record's message that the stats keep. */
const MESSAGE_LETTERS_MAX = 200;
/** Raw bytes of dead letters held before a file of them is written. */
const DEAD_BYTES_MAX = 16 * 1024 * 1024;

/** A dead letter as the stats keep the first of them. */
export function toldLetter({ source, line, reason, message }: DeadLetter): string {
  const place = line > 0 ? `${source}:${line}` : source;
  return `${place}, ${reason}: ${quotedName(message, MESSAGE_LETTERS_MAX)}`;
}

/** Dead letters on their way into files. */
export interface DeadFiles {
  add(letter: DeadLetter): Promise<void>;
  finish(): Promise<FileRef[]>;
}

/** Dead letters in files of bounded size. */
export function createDeadFiles(store: ObjectStore, folder: string): DeadFiles {
  const files: FileRef[] = [];
  let letters: DeadLetter[] = [];
  let bytes = 0;
  const flush = async () => {
    if (letters.length > 0) files.push(await writeDeadLetters(store, folder, letters));
    letters = [];
    bytes = 0;
  };
  return {
    async add(letter) {
      letters.push(letter);
      bytes += letter.raw.length;
      if (bytes > DEAD_BYTES_MAX) await flush();
    },
    async finish() {
      await flush();
      return files;
    },
  };
}

/** What a record that was taken in before has for a place. */
const TAKEN_IN_BEFORE = 'taken in before';

/** What is said of a dead record. */
type Why = Pick<DeadLetter, 'reason' | 'field' | 'message'>;
/** A second content of an id (EVENT-3). */
export const CONFLICT: Why = {
  reason: 'id_conflict',
  field: 'event_id',
  message: 'another record of this event id has other content',
};
/** Left out by a build that was told to. */
export const LEFT_OUT: Why = {
  reason: 'left_out',
  field: '',
  message: 'it is among the dead letters that --without names',
};

/** The letter of a record that is an event. */
export function letterOf(record: Conflict, why: Why, inputs: readonly Pick<InputFile, 'name'>[]): DeadLetter {
  const at =
    record.file === undefined
      ? { source: TAKEN_IN_BEFORE, line: 0 }
      : { source: nth(inputs, record.file).name, line: record.line };
  return { ...at, ...why, raw: Buffer.from(canonicalEvent(record.event), 'utf8') };
}
