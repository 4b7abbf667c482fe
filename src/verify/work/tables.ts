/** Reads the tables that origins number, and checks the form of their files on the way. */
import { type CheckedParquet, type OpenParquet, unreadable, type WalkedGroup } from '../parquet/check-parquet.ts';
import { isFile } from '../reader.ts';
import { TABLES, tableOf } from '../release/manifest.ts';
import { eventsOf, type SharedOrigins, segmentsOf } from '../release/origin-tables.ts';
import { openFile } from './shards.ts';

/** What was found of the tables. */
export interface FoundTables {
  /** Undefined where a file of theirs is missing or cannot be read: no row can be, then. */
  readonly origins: SharedOrigins | undefined;
  readonly forms: ReadonlyMap<string, CheckedParquet>;
}

type ReadScope = Parameters<typeof openFile>[0];

/** Rows of a file at most (ORIGIN-6). */
const FILE_ROWS_MAX = 2_097_152;

/** Reads both tables. Bound: a row group, and the tables as `segmentsOf` and `eventsOf` say. */
export async function readTables(scope: ReadScope): Promise<FoundTables> {
  const { files, manifest } = scope.release;
  const forms = new Map<string, CheckedParquet>();
  const named = TABLES.map(async (table) => {
    const paths = manifest.files.map(({ path }) => path).filter((path) => tableOf(path) === table);
    const areFiles = await Promise.all(paths.map((path) => isFile(files, path)));
    return areFiles.every(Boolean) ? paths : undefined;
  });
  const [segments, events] = await Promise.all(named);
  const read = {
    segments: segments && (await readTable({ ...scope, forms }, segments, segmentsOf)),
    events: events && (await readTable({ ...scope, forms }, events, eventsOf)),
  };
  const origins = read.segments && read.events && { segments: read.segments, events: read.events };
  return { origins, forms };
}

type Columns = WalkedGroup['columns'];

async function readTable<T>(
  { forms, ...scope }: ReadScope & { readonly forms: Map<string, CheckedParquet> },
  paths: readonly string[],
  tableFrom: (groups: AsyncIterable<Columns>, count: number) => Promise<T>,
): Promise<T | undefined> {
  const opened: { readonly path: string; readonly file: OpenParquet }[] = [];
  let reading = '';
  async function* groups(): AsyncGenerator<Columns> {
    for (const { path, file } of opened) {
      reading = path;
      const walked: Pick<WalkedGroup, 'spans' | 'wrong'>[] = [];
      for (const index of file.groups.keys()) {
        const { columns, spans, wrong } = await file.walk(index);
        walked.push({ spans, wrong });
        yield columns;
      }
      forms.set(path, file.finished(walked));
    }
  }
  try {
    for (const path of paths) {
      reading = path;
      opened.push({ path, file: await openFile(scope, path) });
    }
    const sizes = opened.map(({ file }) => file.groups.reduce((sum, rows) => sum + rows, 0));
    if (sizes.some((rows) => rows > FILE_ROWS_MAX)) throw new RangeError('it has more rows than a file of a table');
    const others = opened.filter(({ file }) => !file.hasColumns);
    for (const { path, file } of others) forms.set(path, file.finished([]));
    if (others.length > 0) return undefined;
    return await tableFrom(
      groups(),
      sizes.reduce((sum, rows) => sum + rows, 0),
    );
  } catch (error) {
    forms.set(reading, unreadable(error));
    return undefined;
  } finally {
    for (const { file } of opened) await file.close();
  }
}
