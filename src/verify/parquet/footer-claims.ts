/** What the footer of a file says of the whole of it: schema, key-values and writer. */
import type { Footer } from './metadata.ts';
import { PHYSICAL, type Physical } from './page-values.ts';

/** What the values of a column are. */
export type ColumnType = 'int8' | 'int32' | 'int64' | 'float' | 'double' | 'text';

/** A column that a file should have. */
export interface WantedColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly isList: boolean;
  /** Whether a list may have no value; default: none may. */
  readonly mayBeEmpty?: boolean;
}

/** What a file should say of itself. */
export interface WantedFile {
  readonly columns: readonly WantedColumn[];
  /**
   * In order; a file of another writer may have them in another. A value that is undefined is
   * compared elsewhere.
   */
  readonly keyValues: readonly (readonly [key: string, value: string | undefined])[];
  /** Whether another library may have written it anew. */
  readonly mayBeRewritten: boolean;
}

/** Physical type, ConvertedType and LogicalType of a leaf, as `schemaElement` says them. */
export const LEAVES: Readonly<Record<ColumnType, { physical: Physical; converted: string; logical: string }>> = {
  int8: { physical: 'INT32', converted: '15', logical: 'INT_8' },
  int32: { physical: 'INT32', converted: '-', logical: '-' },
  int64: { physical: 'INT64', converted: '-', logical: '-' },
  float: { physical: 'FLOAT', converted: '-', logical: '-' },
  double: { physical: 'DOUBLE', converted: '-', logical: '-' },
  text: { physical: 'BYTE_ARRAY', converted: '0', logical: 'STRING' },
};

/** The builder's own writer. */
export const OWN_WRITER = 'brewhouse';
/** Others that write such files, with a version that has no room for more. */
const OTHER_WRITERS = /^(parquet-cpp-arrow version|parquet-rs version) \d{1,3}\.\d{1,2}\.\d{1,2}$|^Polars$/;

/** Where a footer has other columns than are wanted. */
export function wrongColumns(footer: Footer, { columns }: WantedFile): string[] {
  const wrong: string[] = [];
  const [root = '', ...elements] = footer.schema;
  // The repetition of the root means nothing, and other libraries write it.
  if (root.replace(' 0 - - ', ' - - - ') !== `schema - - - - ${columns.length}`)
    wrong.push(`the root of its schema is ${root}`);
  if (elements.join('; ') !== columns.flatMap(elementsOf).join('; '))
    wrong.push(`its columns are ${elements.join('; ')}`);
  if (footer.orders !== columns.length) wrong.push(`it has ${footer.orders} orders of columns`);
  return wrong;
}

function elementsOf({ name, type, isList }: WantedColumn): string[] {
  const { physical, converted, logical } = LEAVES[type];
  const leaf = (own: string, repetition: number) =>
    `${own} ${PHYSICAL[physical]} ${repetition} ${converted} ${logical} -`;
  return isList ? [`${name} - 1 3 LIST 1`, 'list - 2 - - 1', leaf('element', 1)] : [leaf(name, 0)];
}

/** Where a footer has another writer or other key-values than are wanted. */
export function wrongKeyValues({ createdBy, keyValues: told }: Footer, wanted: WantedFile): string[] {
  const { keyValues, mayBeRewritten } = wanted;
  const isOwn = createdBy === OWN_WRITER;
  const wrong = isOwn || (mayBeRewritten && OTHER_WRITERS.test(createdBy)) ? [] : [`its writer is ${createdBy}`];
  const left = new Map(keyValues);
  for (const [key, value] of told) {
    const isWanted = left.has(key);
    const right = left.get(key) ?? value;
    left.delete(key);
    if (!isWanted) wrong.push(`footer ${key} is there, with ${value}`);
    else if (right !== value) wrong.push(`footer ${key} is ${value} instead of ${right}`);
  }
  for (const key of left.keys()) wrong.push(`footer ${key} is missing`);
  const isInOrder = told.every(([key], index) => key === keyValues[index]?.[0]);
  return wrong.length > 0 || isInOrder || !isOwn ? wrong : ['the keys of its footer are in another order'];
}
