/** How the rows of a corpus end in a release, counted (LEDGER-2). */
import { canonicalJson } from '../../schemas/canonical-json.ts';
import type { Split } from '../../schemas/ledger.ts';
import type { Manifest } from '../../schemas/manifest.ts';
import { addTo } from '../tally.ts';
import { isSplit, type RowEnd, type SplitFacts } from './split-rule.ts';

/** Counts of rows; the ordinary ones that are mature at `until` by task, end and label. */
export interface RowCounts extends Pick<Manifest, 'fates' | 'labels' | 'variants'> {
  /** Rows and tokens of each split that has any. */
  readonly splits: Readonly<Partial<Record<Split, { readonly rows: number; readonly tokens: number }>>>;
  /** Rows that are not mature at `until`, variants too. */
  readonly afterUntil: number;
}

/** What of a row is counted. */
export type CountedRow = Pick<SplitFacts, 'task' | 'closesAt'> & {
  readonly variant: string;
  readonly label: string;
  readonly tokens: number;
};

/** Counts row after row. Bound: a number for each task, label and end. */
export interface RowCounter {
  add(row: CountedRow, end: RowEnd): void;
  counts(): RowCounts;
}

/** `until` is epoch ms. */
export function rowCounter(until: number): RowCounter {
  /** By task, label and end. */
  const ordinary = new Map<string, Map<string, Map<RowEnd, number>>>();
  const variants = { test_template: 0, left_out: 0 };
  const splits: Partial<Record<Split, { rows: number; tokens: number }>> = {};
  let afterUntil = 0;
  return {
    add({ task, label, variant, closesAt, tokens }, end) {
      if (closesAt > until) {
        afterUntil++;
        return;
      }
      if (isSplit(end)) {
        splits[end] ??= { rows: 0, tokens: 0 };
        splits[end].rows++;
        splits[end].tokens += tokens;
      }
      // Of variants, those that no split holds are left out.
      if (variant !== '') variants[end === 'test_template' ? end : 'left_out']++;
      else {
        const ends = mapAt(mapAt(ordinary, task), label);
        ends.set(end, (ends.get(end) ?? 0) + 1);
      }
    },
    counts() {
      const fates: Manifest['fates'] = {};
      const labels: Manifest['labels'] = {};
      for (const [task, byLabel] of ordinary) {
        for (const [label, ends] of byLabel) {
          for (const [end, rows] of ends) {
            addTo(fates, [task, String(end)], rows);
            addTo(labels, [task, label, String(end)], rows);
          }
        }
      }
      return { fates: inKeyOrder(fates), labels: inKeyOrder(labels), variants, splits, afterUntil };
    },
  };
}

/** The map under a name, made where there is none. */
function mapAt<K, V>(maps: Map<string, Map<K, V>>, name: string): Map<K, V> {
  const found = maps.get(name) ?? new Map<K, V>();
  maps.set(name, found);
  return found;
}

/** Rows come in the order of partitions, which must not show in the card's tables. */
function inKeyOrder<T>(tally: T): T {
  return JSON.parse(canonicalJson(tally)) as T;
}
