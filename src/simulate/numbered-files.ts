/** Lines into numbered gzip files of bounded size. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip, type Gzip } from 'node:zlib';
import { writing } from '../adapters/filesystem/user-files.ts';

/** Lines of a file: some tens of megabytes of text, a fair piece of work for one reader. */
const FILE_LINES_MAX = 200_000;
/**
 * Characters gathered before they go to the compressor: so many that waiting for it costs nothing.
 */
const CHUNK_CHARS = 1 << 18;

/** Where lines go, each with its line end. One call at a time; `close` comes last. */
export interface LineSink {
  /** Wait for the promise, where there is one, before the next call. */
  write(line: string): Promise<void> | undefined;
  close(): Promise<void>;
}

/** A sink of numbered files. */
export interface NumberedFiles extends LineSink {
  /** Files begun so far. */
  fileCount(): number;
}

interface OpenFile {
  readonly gzip: Gzip;
  readonly done: Promise<void>;
}

/**
 * Gzip files `{stem}-00000{suffix}`, `{stem}-00001{suffix}` ... in the folder `directory`, of at
 * most FILE_LINES_MAX lines each and none empty. The same lines make the same bytes. Bound:
 * CHUNK_CHARS and what the streams buffer. Throws BrewhouseError `disk_full` or `store_refused`.
 */
export function createNumberedFiles(directory: string, stem: string, suffix: string): NumberedFiles {
  let open: OpenFile | undefined;
  let begun = 0;
  let lines = 0;
  let chunk = '';

  const flush = async (): Promise<void> => {
    const text = chunk;
    chunk = '';
    open ??= openFile(join(directory, `${stem}-${String(begun++).padStart(5, '0')}${suffix}`));
    // A broken file never drains, so its end is awaited beside.
    if (!open.gzip.write(text)) await Promise.race([once(open.gzip, 'drain'), open.done]);
  };
  const endFile = async (): Promise<void> => {
    if (chunk !== '') await flush();
    open?.gzip.end();
    await open?.done;
    open = undefined;
    lines = 0;
  };

  return {
    write(line) {
      chunk += line;
      lines++;
      if (lines === FILE_LINES_MAX) return endFile();
      return chunk.length >= CHUNK_CHARS ? flush() : undefined;
    },
    close: endFile,
    fileCount: () => begun,
  };
}

function openFile(path: string): OpenFile {
  const gzip = createGzip();
  const done = writing(path, () => pipeline(gzip, createWriteStream(path)));
  // Heard at the next flush or end; without a listener until then Node would end the process.
  done.catch(() => undefined);
  return { gzip, done };
}
