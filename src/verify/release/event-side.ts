/**
 * What the side of the events says beside them: what the source says of itself, and rows that
 * became no event.
 */
import { parse } from 'yaml';
import { z } from 'zod';
import { BrewhouseError } from '../../errors.ts';
import { type DEAD_ROWS_IN, type DeadRows, deadRowsSchema, REASONS } from '../dead-rows.ts';
import { isNamed, type NamedFile, type Reader, readWhole } from '../reader.ts';

const text = z.string();

/** What a source says of itself, with nothing left out that has a default. */
export const sourceSchema = z.strictObject({
  ...{ name: text.optional(), credit: text.optional(), licence: text.optional() },
  assumed: z.array(z.strictObject({ type: text, attribute: text, because: text })),
  dated: z.array(z.strictObject({ by: z.enum(['constant', 'first_seen']), because: text })),
  left_out: z.array(z.strictObject({ type: text, attribute: text, why: text })),
});

/** The same as it is written beside events. */
const writtenSchema = z.strictObject({
  ...sourceSchema.shape,
  assumed: sourceSchema.shape.assumed.prefault([]),
  dated: sourceSchema.shape.dated.prefault([]),
  left_out: sourceSchema.shape.left_out.prefault([]),
});

const ledgerSchema = z.object({ files: z.array(z.object({ counts: z.object({ dead: deadRowsSchema }) })) });

/** What lies beside events, or a lake has kept of it. */
export interface EventSide {
  readonly source: z.infer<typeof sourceSchema>;
  readonly dead_rows: DeadRows;
  /** Which file says so; empty where there is none. */
  readonly dead_rows_in: (typeof DEAD_ROWS_IN)[number];
}

/** Where nothing was said. */
export const NOTHING_SAID: EventSide = {
  source: { assumed: [], dated: [], left_out: [] },
  dead_rows: {},
  dead_rows_in: '',
};

/**
 * What lies beside the events; `sourceFile` is read in place of their `source.yaml`. Throws
 * `input_unreadable` where it cannot be read, and as the reader does.
 */
export async function eventSideOf(events: Reader, sourceFile?: NamedFile): Promise<EventSide> {
  const named = sourceFile ?? { files: events, path: 'source.yaml' };
  const source = await read(named, (written) => writtenSchema.parse(parse(written)));
  if (source === undefined && sourceFile !== undefined) {
    const file = named.files.pathOf(named.path);
    throw new BrewhouseError('input_unreadable', 'there is no such file', { place: { file } });
  }
  const ledger = { files: events.beside('.dead'), path: 'tables.json' };
  const files = await read(ledger, (written) => ledgerSchema.parse(JSON.parse(written)).files);
  const dead: DeadRows = {};
  for (const reason of REASONS) {
    const rows = files?.reduce((sum, { counts }) => sum + (counts.dead[reason] ?? 0), 0) ?? 0;
    if (rows > 0) dead[reason] = rows;
  }
  const dead_rows_in = files === undefined ? '' : 'tables.json';
  return { source: source ?? NOTHING_SAID.source, dead_rows: dead, dead_rows_in };
}

async function read<T>({ files, path }: NamedFile, as: (written: string) => T): Promise<T | undefined> {
  const place = { file: files.pathOf(path) };
  const bytes = await readWhole(files, path);
  if (bytes === undefined) {
    if (!(await isNamed(files, path))) return undefined;
    throw new BrewhouseError('input_unreadable', 'it is no regular file', { place });
  }
  try {
    return as(bytes.toString('utf8'));
  } catch (cause) {
    throw new BrewhouseError('input_unreadable', 'what lies beside the events cannot be read', { place, cause });
  }
}
