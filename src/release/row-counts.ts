/** How the rows of a corpus end in a release, counted (LEDGER-2). */
import { canonicalJson } from '../../schemas/canonical-json.ts';
import type { Split } from '../../schemas/ledger.ts';
import type { Manifest } from '../../schemas/manifest.ts';
import { addTo } from '../corpus/tally.ts';
import type { RowPass, Selection } from './selection.ts';
import { isSplit } from './split-rule.ts';

/** Counts of rows; the ordinary ones that are mature at `until` by task, end and label. */
export interface RowCounts extends Pick<Manifest, 'fates' | 'labels' | 'variants'> {
  /** Rows and tokens of each split that has any. */
  readonly splits: Readonly<Partial<Record<Split, { rows: number; tokens: number }>>>;
  /** Rows that are not mature at `until`, variants too. */
  readonly afterUntil: number;
}

/** Counts by one pass. */
export async function countRows(pass: RowPass, { endOf, until }: Selection): Promise<RowCounts> {
  const fates: Manifest['fates'] = {};
  const labels: Manifest['labels'] = {};
  const variants: Manifest['variants'] = { test_template: 0, left_out: 0 };
  const splits: Partial<Record<Split, { rows: number; tokens: number }>> = {};
  let afterUntil = 0;
  for await (const group of pass()) {
    for (let i = 0; i < group.rows; i++) {
      const row = group.at(i);
      if (row.closesAt > until) {
        afterUntil++;
        continue;
      }
      const end = endOf(row);
      if (isSplit(end)) {
        splits[end] ??= { rows: 0, tokens: 0 };
        splits[end].rows++;
        splits[end].tokens += row.tokens;
      }
      // Null: a variant that no split holds.
      const name = end ?? 'left_out';
      if (row.variant !== '') addTo(variants, [name], 1);
      else {
        addTo(fates, [row.task, name], 1);
        addTo(labels, [row.task, row.label, name], 1);
      }
    }
  }
  return { fates: inKeyOrder(fates), labels: inKeyOrder(labels), variants, splits, afterUntil };
}

/** Rows come in the order of partitions, which must not show in the card's tables. */
function inKeyOrder<T>(tally: T): T {
  return JSON.parse(canonicalJson(tally)) as T;
}
