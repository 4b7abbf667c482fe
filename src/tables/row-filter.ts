/** Which rows of a table are mapped. */
import type { Condition } from '../../schemas/mapping.ts';
import { type CellReader, type TableRow, textIn } from './cell.ts';
import { numberIn } from './field-source.ts';

/** Whether a row meets every condition. */
export type RowFilter = (row: TableRow) => boolean;

/**
 * Texts and numbers are compared as they are written; a condition on a number never holds of a
 * text.
 */
export function rowFilter(conditions: readonly Condition[], cell: CellReader): RowFilter {
  const tests = conditions.map((condition) => testOf(condition, cell));
  return (row) => tests.every((holds) => holds(row));
}

function testOf(condition: Condition, cell: CellReader): RowFilter {
  const { column } = condition;
  if ('empty' in condition) return (row) => (cell(row, column) === undefined) === condition.empty;
  if ('is' in condition || 'is_not' in condition) {
    const isListed = 'is' in condition;
    const listed = new Set((isListed ? condition.is : condition.is_not).map(String));
    return (row) => {
      const value = textIn(cell(row, column));
      return (value !== undefined && listed.has(value)) === isListed;
    };
  }
  return (row) => {
    const value = cell(row, column);
    const number = value === undefined ? undefined : numberIn(value);
    if (number === undefined) return false;
    return 'below' in condition ? number < condition.below : number >= condition.at_least;
  };
}
