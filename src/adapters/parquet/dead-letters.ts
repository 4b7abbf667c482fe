/**
 * Dead letters as a Parquet file, and back: the records that were parked, with where they stood,
 * why, and their raw bytes.
 */
import parquet, { type ParquetSink, type ParquetWriter } from 'parquetjs-lite';
import { loadRow, type RowOf, type StoredRow, storeRow } from '../../../schemas/columns.ts';
import type { FileRef } from '../../../schemas/commit.ts';
import { DEAD_LETTER } from '../../../schemas/rows.ts';
import { BrewhouseError } from '../../errors.ts';
import type { FileUnderWay, ObjectStore } from '../../lake/object-store.ts';

/** How the name of the file ends. */
export const DEAD_LETTERS_ENDING = '.parquet';
// parquetjs-lite counts rows where others count bytes, and encodes a row group in one go: these
// keep the event loop alive.
const GROUP_ROWS_MAX = 256;
const PAGE_ROWS_MAX = 64;
/** Raw bytes of a row group: records of a megabyte each must not wait for 256 of their kind. */
const GROUP_BYTES_MAX = 8 * 1024 * 1024;

/** One record that was not used. */
export type DeadLetter = RowOf<typeof DEAD_LETTER>;

const FIELD_TYPES = { utf8: 'UTF8', int64: 'INT64', bytes: 'BYTE_ARRAY' } as const;

/**
 * Writes the letters in the order given, below `folder` under their content's name; equal letters
 * have equal bytes. No value is in the footer. Bound: one row group in memory. Throws as the
 * store does.
 */
export async function writeDeadLetters(
  store: ObjectStore,
  folder: string,
  letters: Iterable<DeadLetter>,
): Promise<FileRef> {
  const file = store.create();
  try {
    const rows = await encode(file, letters);
    const { sha256, bytes } = await file.finish(folder, DEAD_LETTERS_ENDING);
    return { sha256, bytes, rows };
  } catch (cause) {
    file.abort();
    // The package throws strings; nothing that a person did makes it do so.
    throw cause instanceof Error ? cause : new Error(`parquetjs-lite: ${String(cause)}`);
  }
}

/**
 * The letters of a file that `writeDeadLetters` wrote, in order. `name` is for messages. Bound: the
 * file, and a row group. Throws `input_unreadable` where it is no such file.
 */
export async function* readDeadLetters(bytes: Uint8Array, name: string): AsyncGenerator<DeadLetter> {
  try {
    const reader = await parquet.ParquetReader.openBuffer(Buffer.from(bytes));
    const rows = reader.getCursor();
    for (let row = await rows.next(); row !== null; row = await rows.next())
      yield loadRow(DEAD_LETTER, { ...row, line: Number(row.line) } as StoredRow<typeof DEAD_LETTER>);
    await reader.close();
  } catch (cause) {
    throw new BrewhouseError('input_unreadable', `${name} does not read as a file of dead letters`, {
      place: { file: name },
      remedy: 'name a .parquet file below dead/ of a lake, or the lake',
      cause,
    });
  }
}

async function encode(file: FileUnderWay, letters: Iterable<DeadLetter>): Promise<number> {
  const sink = sinkOf(file);
  const fields = Object.entries(DEAD_LETTER).map(
    ([name, { type }]) => [name, { type: FIELD_TYPES[type], compression: 'GZIP', statistics: false }] as const,
  );
  const schema = new parquet.ParquetSchema(Object.fromEntries(fields));
  const writer = await parquet.ParquetWriter.openStream(schema, sink, {
    rowGroupSize: GROUP_ROWS_MAX,
    pageSize: PAGE_ROWS_MAX,
    useDataPageV2: false,
    pageIndex: false,
  });
  const rows = await appendAll(writer, letters, sink);
  await writer.close();
  sink.check();
  return rows;
}

async function appendAll(writer: ParquetWriter, letters: Iterable<DeadLetter>, sink: CheckedSink): Promise<number> {
  let rows = 0;
  let groupRows = 0;
  let groupBytes = 0;
  for (const letter of letters) {
    groupRows++;
    groupBytes += letter.raw.length + letter.message.length;
    const isLast = groupRows === GROUP_ROWS_MAX || groupBytes >= GROUP_BYTES_MAX;
    // A row group ends with the row after which it has that many: this row, or one that does not
    // come.
    writer.setRowGroupSize(isLast ? groupRows : GROUP_ROWS_MAX + 1);
    await writer.appendRow({ ...storeRow(DEAD_LETTER, letter) });
    sink.check();
    rows++;
    if (isLast) {
      groupRows = 0;
      groupBytes = 0;
    }
  }
  return rows;
}

interface CheckedSink extends ParquetSink {
  /** Throws what a write has thrown. */
  check(): void;
}

/**
 * The package awaits not all of its writes, so an error must not come out of them: it waits for
 * `check`.
 */
function sinkOf(file: FileUnderWay): CheckedSink {
  let failure: unknown;
  return {
    write(bytes, done) {
      try {
        if (failure === undefined) file.write(bytes);
      } catch (error) {
        failure = error;
      }
      done();
    },
    end: (done) => done(),
    check() {
      if (failure === undefined) return;
      throw failure instanceof BrewhouseError ? failure : new Error('cannot write dead letters', { cause: failure });
    },
  };
}
