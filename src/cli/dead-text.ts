/** Dead letters of a lake as lines that a person corrects records by. */
import { openStore } from '../adapters/open-store.ts';
import { type DeadLetter, readDeadLetters } from '../adapters/parquet/dead-letters.ts';
import type { Effects } from '../effects.ts';
import { BrewhouseError } from '../errors.ts';
import { brokenFile } from '../lake/broken-file.ts';
import { openLake } from '../lake/lake.ts';
import { deadFolder } from '../lake/timeline-records.ts';
import type { Range } from './flag-kinds.ts';

/** A dead letter as it is printed; `record` are its bytes as far as they are UTF-8. */
export interface DeadLine extends Omit<DeadLetter, 'source' | 'raw'> {
  readonly file: string;
  readonly record: string;
}

/** Bytes of letters that are printed at once: they are in memory until then. */
export const PRINTED_BYTES_MAX = 256 * 1024 * 1024;

/**
 * The letters of all chains, oldest first within each. Throws `usage` where there are more than
 * PRINTED_BYTES_MAX, and as the lake does.
 */
export async function deadLines(
  location: string,
  { rows }: { readonly rows: Range | undefined },
  effects: Effects,
): Promise<DeadLine[]> {
  const store = openStore(location, effects);
  const lake = await openLake(store, effects);
  const { first = 0, last = Number.POSITIVE_INFINITY } = rows ?? {};
  const lines: DeadLine[] = [];
  let [number, bytes] = [0, 0];
  for await (const { folder, dead } of lake.aside()) {
    for (const { sha256 } of dead) {
      const key = `${deadFolder(folder)}/${sha256}.parquet`;
      const file = await store.get(key);
      if (file === null) throw brokenFile(key, 'is missing');
      for await (const letter of readDeadLetters(file, key)) {
        if (number >= first && number <= last) lines.push(lineOf(letter));
        if (number >= first && number <= last) bytes += letter.raw.length;
        number++;
        if (bytes > PRINTED_BYTES_MAX) throw tooMany(first, number);
      }
    }
  }
  return lines;
}

function lineOf({ source: file, raw, ...letter }: DeadLetter): DeadLine {
  return { file, ...letter, record: Buffer.from(raw).toString('utf8') };
}

function tooMany(first: number, number: number): BrewhouseError {
  return new BrewhouseError('usage', 'the dead letters are too long to be printed at once', {
    remedy: `name some of them: --rows ${first}..${Math.max(first, number - 2)} and so on`,
  });
}
