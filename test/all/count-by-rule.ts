/**
 * Counts by rule what the law changed in rows: the rows of a release against those of builders that
 * follow one rule of 0.1.0 each, all else by the law, and of one that follows all of them.
 */
import { grouped } from '../../src/grouped.ts';
import { digestOf, eachRowOf } from './release-rows.ts';

/** Digests of one row by kind: its ids and labels, and its sidecar and origins. */
export interface RowDigest {
  readonly tokens: string;
  readonly beside: string;
}

/** Rows by example id. */
export type Rows = ReadonlyMap<string, RowDigest>;

/** Bound: two short digests a row. */
export async function rowsOf(release: string): Promise<Rows> {
  const rows = new Map<string, RowDigest>();
  await eachRowOf(release, (id, { data, meta, origin }) =>
    rows.set(id, { tokens: digestOf([data.input_ids, data.labels]), beside: digestOf([meta, origin]) }),
  );
  return rows;
}

const CHANGES = ['tokens', 'beside', 'gone', 'new'] as const;
/**
 * What became of a row: other tokens; the same tokens, but another sidecar or origins; no row any
 * more; or a row that there was not.
 */
export type Change = (typeof CHANGES)[number];

/** Rows that changed from one to the other, by id. */
export function changesOf(before: Rows, after: Rows): ReadonlyMap<string, Change> {
  const changes = new Map<string, Change>();
  for (const [id, was] of before) {
    const is = after.get(id);
    if (is === undefined) changes.set(id, 'gone');
    else if (is.tokens !== was.tokens) changes.set(id, 'tokens');
    else if (is.beside !== was.beside) changes.set(id, 'beside');
  }
  for (const id of after.keys()) if (!before.has(id)) changes.set(id, 'new');
  return changes;
}

/** Releases of one set by builders that differ in the rules alone. */
export interface Builders {
  /** All rules by the law. */
  readonly law: Rows;
  /** All rules of the table as 0.1.0 had them. */
  readonly before: Rows;
  /** Rule -> that rule alone as 0.1.0 had it. */
  readonly byRule: ReadonlyMap<string, Rows>;
  /** Rules that are among those of `before` and were not tried alone. */
  readonly untried: readonly string[];
  /** What 0.1.0 itself made, perhaps of more questions; undefined where nobody kept it. */
  readonly older: Rows | undefined;
}

const count = (changes: ReadonlyMap<string, Change>, wanted: Change) =>
  grouped([...changes.values()].filter((change) => change === wanted).length);

/**
 * The table of one set. CAUSES ARE SHOWN: a row counts under a rule when that rule alone, made what
 * it was, makes the row another one; so a row may count under several rules, and one that any of
 * two rules changes counts under neither.
 */
export function tableByRule(set: string, { law, before, byRule, untried, older }: Builders): string {
  const together = changesOf(before, law);
  const alone = new Map([...byRule].map(([rule, rows]) => [rule, changesOf(rows, law)] as const));
  const causes = new Map<string, number>();
  for (const id of [...alone.values()].flatMap((changes) => [...changes.keys()]))
    causes.set(id, (causes.get(id) ?? 0) + 1);
  const line = (name: string, changes: ReadonlyMap<string, Change>, only: string) =>
    `| ${name} | ${CHANGES.map((change) => count(changes, change)).join(' | ')} | ${only} |`;
  const onlyBy = (changes: ReadonlyMap<string, Change>) => [...changes.keys()].filter((id) => causes.get(id) === 1);
  const noneAlone = [...together.keys()].filter((id) => !causes.has(id)).length;
  const cancelled = [...causes.keys()].filter((id) => !together.has(id)).length;
  const tried = untried.length === 0 ? '' : `tried (not tried: ${untried.join('; ')}) `;
  return [
    `| ${set}, ${grouped(law.size)} rows: rule | other tokens | other beside them alone | gone | new | by it alone |`,
    '|---|---:|---:|---:|---:|---:|',
    ...[...alone].map(([rule, changes]) => line(rule, changes, grouped(onlyBy(changes).length))),
    line('all of these together', together, ''),
    '',
    `- ${grouped(noneAlone)} rows change by all rules together and by no rule ${tried}alone.`,
    `- ${grouped(cancelled)} rows change by a rule alone and not by all together.`,
    older === undefined ? '- Not compared with rows of 0.1.0 itself.' : olderLine(before, older),
    '',
  ].join('\n');
}

/** Whether the rules of the table are all that changed rows: else they are not the whole cause. */
function olderLine(before: Rows, older: Rows): string {
  const common = new Map([...before].filter(([id]) => older.has(id)));
  const of = new Map([...older].filter(([id]) => common.has(id)));
  const changes = changesOf(of, common);
  const [tokens, beside] = [count(changes, 'tokens'), count(changes, 'beside')];
  return (
    `- With all rules as before, ${grouped(common.size)} of ${grouped(before.size)} rows are rows of 0.1.0 by id; ` +
    `of these ${tokens} have other tokens than there, and ${beside} are other beside them alone: what rules not in ` +
    'the table changed.'
  );
}
