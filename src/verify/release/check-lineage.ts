/** The sums of a lineage, as far as the events tell them (PUBLISH-7). */
import type { FaultList, RuleId } from '../fault-list.ts';
import type { EventSide } from './event-side.ts';
import type { Lineage } from './lineage.ts';
import { compareTallies, type Tally, tallyOf } from './tallies.ts';

/** How the records of the events' side end, as far as they can be counted there. */
export interface RecordCounts {
  readonly used: number;
  /** Undefined where a lake tells what is used alone. */
  readonly others:
    | { readonly read: number; readonly duplicate: number; readonly dead: number; readonly dropped: number }
    | undefined;
}

/** What a lineage is held against. */
export interface LineageCase {
  readonly manifestSha256: string;
  readonly until: number;
  readonly records: RecordCounts;
  /** Rows of tables by the reason for which they became no event. */
  readonly deadRows: EventSide['dead_rows'];
  /** Questions by task, fate and label, as of how far the corpus was built. */
  readonly questions: Tally;
  /** Rendered questions by task whose candidates read alike once they are cut. */
  readonly alike: Tally;
  readonly afterUntil: number;
  readonly list: FaultList;
}

/** Compares names and sums of a lineage with the release and the events (LEDGER-1, LEDGER-2). */
export function checkLineage(
  lineage: Lineage,
  { manifestSha256, until, records, deadRows, questions, alike, afterUntil, list }: LineageCase,
): void {
  const wrong = (detail: string, ...rule: RuleId[]) =>
    list.add({}, { check: 'manifest', rule: [...rule, 'PUBLISH-7'], detail: `lineage: ${detail}` });
  const { records: told, timelines, partitions, corpus_until: corpusUntil } = lineage;
  if (lineage.manifest_sha256 !== manifestSha256) wrong('it names another manifest');
  if (corpusUntil !== null && corpusUntil < until) wrong(`the corpus ends at ${corpusUntil}, the release at ${until}`);
  for (const [what, records] of [['timelines', timelines] as const, ['corpus chains', lineage.corpus] as const])
    if (records.length !== partitions || records.some(({ partition }, index) => partition !== index))
      wrong(`${partitions} partitions have other ${what}`);
  const { read, used, duplicate, late, dead, dropped } = told;
  if (read !== used + duplicate + late + dead + dropped) wrong(`${read} records are not the sum of their fates`);
  // In files nothing is late; what a lake has put aside it alone knows (EVENT-8).
  const right = { used: records.used, ...(records.others && { late: 0, ...records.others }) };
  for (const [fate, number] of Object.entries(right)) {
    list.look('ledger');
    const is = told[fate as keyof typeof told];
    if (is !== number) wrong(`${is} records ${fate} instead of ${number}`, 'EVENT-3', 'EVENT-5');
  }
  compareTallies(list, 'LEDGER-1', {
    what: 'dead_rows',
    told: tallyOf(new Map(Object.entries(lineage.dead_rows))),
    wanted: tallyOf(new Map(Object.entries(deadRows))),
  });
  compareTallies(list, 'LEDGER-1', {
    what: 'questions',
    told: tallyOf(lineage.questions),
    wanted: questions,
  });
  compareTallies(list, 'LEDGER-1', {
    what: 'alike_after_cut',
    told: tallyOf(lineage.alike_after_cut),
    wanted: alike,
  });
  if (lineage.after_until === afterUntil) return;
  const detail = `lineage: after_until is ${lineage.after_until} instead of ${afterUntil}`;
  list.add({}, { check: 'ledger', rule: ['LEDGER-2', 'PUBLISH-7'], detail });
}
