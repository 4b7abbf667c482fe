/** Rows of a corpus that lie in memory, shown to a selection as a release reads them from files. */
import type { RowPass, SelectableRow, Selection } from '../../src/release/selection.ts';
import type { RowEnd } from '../../src/release/split-rule.ts';

/** Groups of `groupRows` rows, each row in one object that the next one changes. */
export function passOf(rows: readonly SelectableRow[], groupRows = 1_000): RowPass {
  return async function* () {
    for (let from = 0; from < rows.length; from += groupRows) {
      const group = rows.slice(from, from + groupRows);
      const lent = {} as SelectableRow;
      yield { rows: group.length, at: (row: number) => Object.assign(lent, group[row]) };
    }
  };
}

/** The end of each row. */
export function endsOf(rows: readonly SelectableRow[], { endOf }: Pick<Selection, 'endOf'>): RowEnd[] {
  return rows.map((row) => endOf(row));
}
