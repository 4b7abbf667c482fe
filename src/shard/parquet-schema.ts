/**
 * Column types of our Parquet files and their schema elements (parquet-format: LIST in three
 * levels).
 */
import * as thrift from './thrift.ts';

/**
 * The type of a column. Flat columns are required; lists are optional groups as `datasets` writes
 * them, though no row and no element is ever null.
 */
export type ColumnType = keyof typeof COLUMN_TYPES;

/** A column of a file. */
export interface ColumnSpec {
  readonly name: string;
  readonly type: ColumnType;
}

/** The type of the values: that of a flat column, or of the elements of a list. */
export type LeafKind = 'int8' | 'int32' | 'int64' | 'float' | 'double' | 'utf8';

const REQUIRED = 0;
const OPTIONAL = 1;
const REPEATED = 2;
const CONVERTED_LIST = 3;
const LOGICAL_INT8 = thrift.struct({ 10: thrift.struct({ 1: thrift.i8(8), 2: thrift.bool(true) }) });
const LOGICAL_LIST = thrift.struct({ 3: thrift.struct({}) });

/**
 * For each leaf the number of its physical type, and its old (ConvertedType) and new (LogicalType)
 * annotation.
 */
const LEAVES: Record<LeafKind, { physical: number; converted?: number; logical?: thrift.ThriftValue }> = {
  int8: { physical: 1, converted: 15, logical: LOGICAL_INT8 },
  int32: { physical: 1 },
  int64: { physical: 2 },
  float: { physical: 4 },
  double: { physical: 5 },
  utf8: { physical: 6, converted: 0, logical: thrift.struct({ 1: thrift.struct({}) }) },
};

const COLUMN_TYPES = {
  int32: { leaf: 'int32', isList: false },
  int64: { leaf: 'int64', isList: false },
  double: { leaf: 'double', isList: false },
  utf8: { leaf: 'utf8', isList: false },
  'list<int32>': { leaf: 'int32', isList: true },
  'list<int8>': { leaf: 'int8', isList: true },
  'list<int64>': { leaf: 'int64', isList: true },
  'list<float>': { leaf: 'float', isList: true },
  'list<utf8>': { leaf: 'utf8', isList: true },
} as const satisfies Readonly<Record<string, { leaf: LeafKind; isList: boolean }>>;

/** The leaf of a column type, and whether it is in a list. */
export function shapeOf(type: ColumnType): { leaf: LeafKind; isList: boolean } {
  return COLUMN_TYPES[type];
}

/** The number of a leaf's physical type in the format. */
export function physicalType(leaf: LeafKind): number {
  return LEAVES[leaf].physical;
}

/** Names from the root to the leaf, for the column's metadata. */
export function columnPath(spec: ColumnSpec): string[] {
  return shapeOf(spec.type).isList ? [spec.name, 'list', 'element'] : [spec.name];
}

/** The flat list of schema elements of a file with these columns. */
export function schemaElements(columns: readonly ColumnSpec[]): thrift.ThriftValue[] {
  const root = thrift.struct({ 4: thrift.text('schema'), 5: thrift.i32(columns.length) });
  return [root, ...columns.flatMap(columnElements)];
}

function columnElements({ name, type }: ColumnSpec): thrift.ThriftValue[] {
  const { leaf, isList } = shapeOf(type);
  if (!isList) return [leafElement(name, leaf, REQUIRED)];
  return [
    thrift.struct({
      3: thrift.i32(OPTIONAL),
      4: thrift.text(name),
      5: thrift.i32(1),
      6: thrift.i32(CONVERTED_LIST),
      10: LOGICAL_LIST,
    }),
    thrift.struct({ 3: thrift.i32(REPEATED), 4: thrift.text('list'), 5: thrift.i32(1) }),
    leafElement('element', leaf, OPTIONAL),
  ];
}

function leafElement(name: string, leaf: LeafKind, repetition: number): thrift.ThriftValue {
  const { physical, converted, logical } = LEAVES[leaf];
  return thrift.struct({
    1: thrift.i32(physical),
    3: thrift.i32(repetition),
    4: thrift.text(name),
    6: converted === undefined ? undefined : thrift.i32(converted),
    10: logical,
  });
}

/**
 * The columns of a footer's schema. Throws RangeError where `schemaElements` would not have written
 * it.
 */
export function readSchema(elements: readonly thrift.ThriftRead[]): ColumnSpec[] {
  const columns: ColumnSpec[] = [];
  for (let at = 1; at < elements.length; ) {
    const element = thrift.asStruct(elements[at]);
    const isList = !element.has(1);
    const leaf = leafOf(isList ? thrift.asStruct(elements[at + 2]) : element);
    const name = thrift.textField(element, 4);
    const found = Object.entries(COLUMN_TYPES).find(([, shape]) => shape.leaf === leaf && shape.isList === isList);
    if (found === undefined) throw new RangeError(`column "${name}" is of a type that we do not write`);
    columns.push({ name, type: found[0] as ColumnType });
    at += isList ? 3 : 1;
  }
  return columns;
}

function leafOf(element: thrift.ThriftStruct): LeafKind | undefined {
  const physical = thrift.numberField(element, 1);
  const converted = element.get(6);
  const entries = Object.entries(LEAVES) as [LeafKind, (typeof LEAVES)[LeafKind]][];
  return entries.find(([, leaf]) => leaf.physical === physical && leaf.converted === converted)?.[0];
}

/** The names of a column's path, joined by a full stop. */
export function readPath(path: readonly thrift.ThriftRead[]): string {
  return path.map(thrift.asText).join('.');
}
