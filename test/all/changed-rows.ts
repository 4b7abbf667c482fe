/**
 * What changed in the rows of a release against another one of the same events, such as that of an
 * older version: rows by question and variant, each counted once, under the first reason that
 * holds.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eachRow, shardsOf } from '../integration/release-content.ts';

type Cells = Readonly<Record<string, unknown>>;

/** A row as it is compared: sidecar, origins, ids and labels. */
export interface Row {
  readonly meta: Cells;
  readonly origin: Cells;
  readonly data: Cells;
}

const columns =
  (kind: keyof Row, ...names: string[]) =>
  (row: Row) =>
    names.map((name) => row[kind][name]);
const asSet = (value: unknown) => [...(value as string[])].sort();

/**
 * Reasons for a row that both releases have, each with what it looks at, in the order in which they
 * are tried: what is asked comes before what is known of the member, that before the order and the
 * words of it. A reason says what differs first, not that nothing else differs, nor which rule made
 * it so: that `npm run test:rules` says.
 */
const REASONS: readonly (readonly [reason: string, of: (row: Row) => unknown])[] = [
  ['other candidates, or others first', columns('meta', 'item_ids', 'candidate_reasons')],
  ['another label', columns('meta', 'label')],
  ['settled at another time', columns('meta', 'label_settled_at')],
  ['in another split', columns('meta', 'split')],
  ['more or fewer actions before', columns('meta', 'n_history_available', 'n_actions_before')],
  ['other lines in the prompt', ({ origin }) => [asSet(origin.event), asSet(origin.version)]],
  ['the same lines in another order', columns('origin', 'event', 'version')],
  ['cut otherwise', columns('origin', 'level', 'lowered', 'left_out', 'stopped_at')],
  ['other words', columns('data', 'input_ids', 'labels')],
  ['other draws or shares of a cap', columns('meta', 'keep_share', 'thin')],
  ['other columns of sidecar or origins alone', ({ meta, origin }) => [meta, origin]],
];

/** Why one release alone has a row cannot be read from the releases: the ledgers say it by fate. */
const GONE = 'gone: not asked, of another fate, or in no split';
const NEW = 'new: not asked, of another fate, or in no split before';
const SAME = 'the same';

/**
 * Rows by reason, `the same` among them; the sum is the number of rows that either release has.
 * Bound: a short digest for every reason of every row of `before`.
 */
export async function changedRows(before: string, after: string): Promise<ReadonlyMap<string, number>> {
  const old = new Map<string, string[]>();
  await eachRowOf(before, (id, row) => old.set(id, digestsOf(row)));
  const counts = new Map([SAME, ...REASONS.map(([reason]) => reason), GONE, NEW].map((reason) => [reason, 0]));
  const count = (reason: string, rows = 1) => counts.set(reason, (counts.get(reason) ?? 0) + rows);
  await eachRowOf(after, (id, row) => {
    const was = old.get(id);
    const first = was === undefined ? -1 : digestsOf(row).findIndex((digest, i) => digest !== was[i]);
    count(was === undefined ? NEW : (REASONS[first]?.[0] ?? SAME));
    old.delete(id);
  });
  count(GONE, old.size);
  return counts;
}

const digestsOf = (row: Row) => REASONS.map(([, of]) => digestOf(of(row)));

/** Visits the rows of all splits by example id. Bound: one shard's rows in memory. */
export async function eachRowOf(release: string, visit: (id: string, row: Row) => void): Promise<void> {
  const [metas, origins, datas] = (['meta', 'origin', 'data'] as const).map((kind) =>
    shardsOf(release, kind, '[a-z_]+'),
  );
  for (const [i, meta] of (metas ?? []).entries()) {
    const rows = await Promise.all([meta, origins?.[i], datas?.[i]].map(cellsOf));
    for (const [n, cells] of (rows[0] ?? []).entries()) {
      const row = { meta: cells, origin: rows[1]?.[n] ?? {}, data: rows[2]?.[n] ?? {} };
      visit(String(cells.example_id), row);
    }
  }
}

async function cellsOf(file: string | undefined): Promise<Cells[]> {
  const rows: Cells[] = [];
  if (file !== undefined) await eachRow(file, (row) => rows.push(row));
  return rows;
}

/** A short digest of a cell, or of several. */
export function digestOf(value: unknown): string {
  const text = JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? Number(each) : each));
  return createHash('sha256')
    .update(text ?? '')
    .digest('base64')
    .slice(0, 12);
}

/** Questions of a release's corpus by fate, over all tasks and labels (LEDGER-1). */
export function fatesOf(release: string): ReadonlyMap<string, number> {
  const { questions } = JSON.parse(readFileSync(join(release, 'lineage.json'), 'utf8')) as {
    questions: Record<string, Record<string, Record<string, number>>>;
  };
  const fates = new Map<string, number>();
  for (const [fate, labels] of Object.values(questions).flatMap((task) => Object.entries(task))) {
    const questionsOfFate = Object.values(labels).reduce((sum, each) => sum + each, 0);
    fates.set(fate, (fates.get(fate) ?? 0) + questionsOfFate);
  }
  return fates;
}
