/**
 * Column types of our Parquet files and their schema elements (parquet-format: LIST in three
 * levels).
 */
import {
  asStruct,
  asText,
  bool,
  i8,
  i32,
  numberField,
  struct,
  type ThriftRead,
  type ThriftStruct,
  type ThriftValue,
  text,
  textField,
} from './thrift.ts';

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
const LOGICAL_LIST = struct({ 3: struct({}) });

/**
 * For each leaf the number of its physical type, and its old (ConvertedType) and new (LogicalType)
 * annotation.
 */
const LEAVES: Record<LeafKind, { physical: number; converted?: number; logical?: ThriftValue }> = {
  int8: { physical: 1, converted: 15, logical: struct({ 10: struct({ 1: i8(8), 2: bool(true) }) }) },
  int32: { physical: 1 },
  int64: { physical: 2 },
  float: { physical: 4 },
  double: { physical: 5 },
  utf8: { physical: 6, converted: 0, logical: struct({ 1: struct({}) }) },
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
export function schemaElements(columns: readonly ColumnSpec[]): ThriftValue[] {
  const root = struct({ 4: text('schema'), 5: i32(columns.length) });
  return [root, ...columns.flatMap(columnElements)];
}

function columnElements({ name, type }: ColumnSpec): ThriftValue[] {
  const { leaf, isList } = shapeOf(type);
  if (!isList) return [leafElement(name, leaf, REQUIRED)];
  return [
    struct({ 3: i32(OPTIONAL), 4: text(name), 5: i32(1), 6: i32(CONVERTED_LIST), 10: LOGICAL_LIST }),
    struct({ 3: i32(REPEATED), 4: text('list'), 5: i32(1) }),
    leafElement('element', leaf, OPTIONAL),
  ];
}

function leafElement(name: string, leaf: LeafKind, repetition: number): ThriftValue {
  const { physical, converted, logical } = LEAVES[leaf];
  return struct({
    1: i32(physical),
    3: i32(repetition),
    4: text(name),
    6: converted === undefined ? undefined : i32(converted),
    10: logical,
  });
}

/**
 * The columns of a footer's schema. Throws RangeError where `schemaElements` would not have written
 * it.
 */
export function readSchema(elements: readonly ThriftRead[]): ColumnSpec[] {
  const columns: ColumnSpec[] = [];
  for (let at = 1; at < elements.length; ) {
    const element = asStruct(elements[at]);
    const isList = !element.has(1);
    const leaf = leafOf(isList ? asStruct(elements[at + 2]) : element);
    const name = textField(element, 4);
    const found = Object.entries(COLUMN_TYPES).find(([, shape]) => shape.leaf === leaf && shape.isList === isList);
    if (found === undefined) throw new RangeError(`column "${name}" is of a type that we do not write`);
    columns.push({ name, type: found[0] as ColumnType });
    at += isList ? 3 : 1;
  }
  return columns;
}

function leafOf(element: ThriftStruct): LeafKind | undefined {
  const physical = numberField(element, 1);
  const converted = element.get(6);
  const entries = Object.entries(LEAVES) as [LeafKind, (typeof LEAVES)[LeafKind]][];
  return entries.find(([, leaf]) => leaf.physical === physical && leaf.converted === converted)?.[0];
}

/** The names of a column's path, joined by a full stop. */
export function readPath(path: readonly ThriftRead[]): string {
  return path.map(asText).join('.');
}
