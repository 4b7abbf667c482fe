/** A reader of the checker that answers no more when it comes to one file. */
import { openReader as openFolder } from '../../src/adapters/checker-reader.ts';
import { BrewhouseError } from '../../src/errors.ts';
import type { Reader, ReaderAddress } from '../../src/verify/reader.ts';

/** What is read of one file, by how often it was opened before. */
interface Silence {
  readonly folder: string;
  readonly name: string;
  /** So many times it may be opened and read. */
  readonly opens: number;
}

const opened = new Map<string, number>();

/** The files of a folder, one of which nobody hears of in the end. For one verification. */
export function silentAt(silence: Silence): ReaderAddress {
  const location = JSON.stringify(silence);
  opened.set(location, 0);
  return { module: import.meta.url, location, followsLinks: false };
}

/** As the checker opens it. */
export function openReader({ location, followsLinks }: Omit<ReaderAddress, 'module'>): Reader {
  const { folder, name, opens } = JSON.parse(location) as Silence;
  const reader = openFolder({ location: folder, followsLinks });
  return {
    ...reader,
    async open(path) {
      const file = await reader.open(path);
      if (file === undefined || path !== name) return file;
      const times = (opened.get(location) ?? 0) + 1;
      opened.set(location, times);
      if (times <= opens) return file;
      const read = async () => {
        throw new BrewhouseError('store_busy', `no answer about ${path}`);
      };
      return { ...file, read };
    },
  };
}
