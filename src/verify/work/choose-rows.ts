/** Which rows a release should hold, with tokens counted of rows that it does not hold. */
import { choose } from '../release/check-selection.ts';
import type { TableRow } from '../release/expected-table.ts';
import type { Manifest } from '../release/manifest.ts';
import { capLabels } from '../release/selection.ts';
import type { MemberBucket } from './members.ts';
import type { Pool } from './pool.ts';

/**
 * Decides how all rows end (RELEASE-1). Tokens are counted of as few rows as can be: those that the
 * release holds are known, and of the others each task needs the first that does not fit, and the
 * remainder. Returns how many shards train has.
 */
export async function chooseRows(
  rows: readonly TableRow[],
  manifest: Manifest,
  { pool, members }: { readonly pool: Pool; readonly members: readonly MemberBucket[] },
): Promise<number> {
  capLabels(rows, manifest);
  const train = rows.filter(({ end }) => end === 'train');
  for (let more = 0; ; more = 2 * more + 1) {
    const unknown = new Set<TableRow>();
    const shards = choose(rows, manifest, (row) => {
      if (row.tokens === undefined) unknown.add(row);
      // Nobody looks further than a row that does not fit.
      return row.tokens ?? Number.POSITIVE_INFINITY;
    });
    if (unknown.size === 0) return shards;
    await countTokens([...unknown, ...nextOf(train, more)], pool, members);
    for (const row of train) row.end = 'train';
  }
}

/**
 * Of each task the rows without tokens that are asked for next: many are missing where many were.
 */
function nextOf(train: readonly TableRow[], count: number): TableRow[] {
  if (count === 0) return [];
  const unknown = train.filter(({ tokens }) => tokens === undefined).sort((a, b) => a.thin - b.thin);
  return [...Map.groupBy(unknown, ({ task }) => task).values()].flatMap((own) => own.slice(0, count));
}

async function countTokens(rows: readonly TableRow[], pool: Pool, members: readonly MemberBucket[]): Promise<void> {
  const byBucket = Map.groupBy(rows, ({ bucket }) => bucket);
  const counting = members.map(async (bucket) => {
    const own = byBucket.get(bucket.bucket);
    if (own === undefined) return;
    const tokens = await pool.run('countTokens', [bucket], new Set(own.map(({ example }) => example)));
    for (const row of own) row.tokens = tokens.get(row.example);
  });
  await Promise.all(counting);
}
