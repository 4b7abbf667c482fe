/** Rows of tables that became no event, as a lineage and a certificate count them. */
import { z } from 'zod';
import { count } from './read-json.ts';

/** The reasons for which a row or a record is no event. */
export const REASONS = [
  ...(['not_json', 'not_utf8', 'line_too_long', 'too_deep', 'not_an_object', 'type_unknown'] as const),
  ...(['field_missing', 'field_unknown', 'field_invalid', 'time_invalid', 'id_conflict'] as const),
];

/** Rows by the reason for which they became no event. */
export const deadRowsSchema = z.partialRecord(z.enum(REASONS), count);

/** As parsed. */
export type DeadRows = z.infer<typeof deadRowsSchema>;

/** Files that count them; empty where there is none. */
export const DEAD_ROWS_IN = ['tables.json', 'lake.json', ''] as const;
