/**
 * What the side of the events says beside them: what the source says of itself, and rows that
 * became no event.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { BrewhouseError } from '../../errors.ts';
import { type DEAD_ROWS_IN, type DeadRows, deadRowsSchema, REASONS } from '../dead-rows.ts';

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
 * What lies beside the events of a folder; `sourceFile` is read in place of its `source.yaml`.
 * Throws `input_unreadable` where it cannot be read.
 */
export function eventSideOf(folder: string, sourceFile?: string): EventSide {
  const source = read(sourceFile ?? join(folder, 'source.yaml'), (written) => writtenSchema.parse(parse(written)));
  if (source === undefined && sourceFile !== undefined)
    throw new BrewhouseError('input_unreadable', 'there is no such file', { place: { file: sourceFile } });
  const ledger = join(`${resolve(folder)}.dead`, 'tables.json');
  const files = read(ledger, (written) => ledgerSchema.parse(JSON.parse(written)).files);
  const dead: DeadRows = {};
  for (const reason of REASONS) {
    const rows = files?.reduce((sum, { counts }) => sum + (counts.dead[reason] ?? 0), 0) ?? 0;
    if (rows > 0) dead[reason] = rows;
  }
  const dead_rows_in = files === undefined ? '' : 'tables.json';
  return { source: source ?? NOTHING_SAID.source, dead_rows: dead, dead_rows_in };
}

function read<T>(file: string, as: (written: string) => T): T | undefined {
  if (!existsSync(file)) return undefined;
  if (!statSync(file).isFile())
    throw new BrewhouseError('input_unreadable', 'it is no regular file', { place: { file } });
  try {
    return as(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new BrewhouseError('input_unreadable', 'what lies beside the events cannot be read', {
      place: { file },
      cause,
    });
  }
}
