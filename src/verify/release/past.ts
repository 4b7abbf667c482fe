/**
 * The train rows of the releases before an increment: of each example the digest that the last of
 * them has (INCREMENT-2).
 */
import type { Manifest } from './manifest.ts';
import { type RowTable, rowTableOf, type SharedRows } from './row-table.ts';
import type { SelectableRow } from './selection.ts';

/** What one release says of train rows: those that it holds, and those that it drops. */
export interface PastLayer {
  readonly rows: SharedRows;
  readonly removed: ReadonlySet<string>;
}

/** What threads share of the past: layers, the newest first. */
export type SharedPast = readonly PastLayer[];

/** The past of an increment. */
export interface Past {
  /** Undefined where no release holds the example, or one dropped it since. */
  digestOf(example: string): Uint8Array | undefined;
  /** All examples that have a digest. */
  examples(): Generator<string>;
}

/** Looks examples up. */
export function pastOf(shared: SharedPast): Past {
  const layers = shared.map(({ rows, removed }) => ({ table: rowTableOf(rows), removed }));
  const find = (example: string): { readonly table: RowTable; readonly row: number } | undefined => {
    for (const { table, removed } of layers) {
      const row = table.find(example);
      if (row >= 0) return { table, row };
      if (removed.has(example)) return undefined;
    }
    return undefined;
  };
  return {
    digestOf(example) {
      const found = find(example);
      return found?.table.digestOf(found.row);
    },
    *examples() {
      for (const { table } of layers) {
        for (let row = 0; row < table.count; row++) {
          const example = table.exampleOf(row);
          if (find(example)?.table === table) yield example;
        }
      }
    },
  };
}

/** Splits of a release whose rows are of the past that increments go on from. */
export function splitsOfPast({ since }: Manifest): readonly string[] {
  return since === undefined ? ['train', 'validation', 'test'] : ['train'];
}

/** Ends of rows of the first release that are of the past, and in none of its files. */
const UNSEEN = ['in_gap', 'remainder'] as const;

/** How many rows of the past the first release does not hold. */
export function unseenRows({ fates }: Manifest): number {
  return fates.values().reduce((sum, ends) => sum + UNSEEN.reduce((own, end) => own + (ends.get(end) ?? 0), 0), 0);
}

/** What decides whether the first release would hold a row. */
export interface FirstRelease {
  readonly manifest: Manifest;
  /** The greatest draw `thin` of its train; undefined where it has none. */
  readonly thinMost: number | undefined;
}

/** What is asked of a row that no release holds. */
export interface UnheldRow extends Pick<SelectableRow, 'thin'> {
  readonly closesAt: number;
  readonly askedAt: number;
}

/**
 * Whether a train row that no release before holds is new: the first one would hold it, or a later
 * one, had it been there. With `known: ingest_time` nobody knows, since a copy may move when it was
 * asked and closed.
 */
export function isNew({ closesAt, askedAt, thin }: UnheldRow, { manifest, thinMost }: FirstRelease): boolean {
  const { release, until, identity } = manifest;
  if (identity.section.known === 'ingest_time') return false;
  if (closesAt > until) return true;
  const { t1, t2, gap } = release.splits;
  if (closesAt <= t1) return thinMost !== undefined && thin <= thinMost;
  return askedAt >= t2 + gap || (askedAt >= t1 + gap && askedAt < t2);
}
