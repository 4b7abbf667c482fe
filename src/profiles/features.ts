/** Columns as `datasets` calls them. */
import type { ColumnType } from '../shard/parquet-writer.ts';

/** What `datasets` says of a column. */
export interface Feature {
  readonly isList: boolean;
  /** Of its values, or of those in its lists. */
  readonly dtype: string;
}

const DTYPES: Readonly<Record<string, string>> = { utf8: 'string', double: 'float64', float: 'float32' };

/** The feature of a column of this type. */
export function featureOf(type: ColumnType): Feature {
  const [, inList] = /^list<(.*)>$/.exec(type) ?? [];
  const value = inList ?? type;
  return { isList: inList !== undefined, dtype: DTYPES[value] ?? value };
}
