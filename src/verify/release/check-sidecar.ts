/** The columns of a row's sidecar that no other check looks at. */
import type { Finding, RuleId } from '../fault-list.ts';
import { fault, number, type RowCase, text } from './release-row.ts';

/** A column, its value, and the rules that make it. */
export type Fact = readonly [name: string, wanted: string | number, ...rule: RuleId[]];

/**
 * Each column by its rules (ORIGIN-4); `explained`: the history is known to be another, and so are
 * its counts.
 */
export function checkSidecar(rowCase: RowCase, explained: boolean): void {
  const { row } = rowCase;
  rowCase.list.look('sidecar');
  const facts = sidecarFacts(rowCase);
  const isOfHistory = (name: string) => HISTORY_FACTS.has(name);
  for (const [name, wanted, ...rule] of facts) {
    if (explained && isOfHistory(name)) continue;
    const cell = row.meta[name];
    const actual = typeof wanted === 'number' ? number(cell) : text(cell);
    const detail = `${name} is ${actual} instead of ${wanted}`;
    if (actual !== wanted) fault(rowCase, { check: 'sidecar', rule, detail });
  }
}

/** What the rules write into a sidecar but ids, items and label; `row` says where it lies. */
export function sidecarFacts({ row, expected, pseudonyms, reference }: FactCase): Fact[] {
  const { question } = expected;
  const { event } = question.opening;
  // What was measured of the opening's item says nothing of another one.
  const measured = question.measured === 'item' ? event : undefined;
  const slate = question.measured === 'nothing' ? '' : (event.slate ?? '');
  return [
    ['task', question.task.name, 'OPEN-4'],
    ['form', question.task.form, 'OPEN-4'],
    ['template', expected.template.id, 'TEMPLATE-1'],
    ['template_version', expected.template.version, 'TEMPLATE-1'],
    ['variant', expected.variant, 'TEMPLATE-1'],
    ['asked_at', question.askedAt, 'ORIGIN-4'],
    ['label_settled_at', question.settledAt, 'LABEL-3'],
    ['turn_times', '', 'PUBLISH-1'],
    ['surface', event.surface ?? '', 'ORIGIN-4'],
    // Slate ids are made by the source and may say the member's: they are pseudonyms too.
    ['slate_id', pseudonyms.of('event', slate), 'ORIGIN-4', 'CAND-3', 'PSEUDO-2'],
    ['position', measured?.position ?? -1, 'ORIGIN-4', 'CAND-3'],
    ['propensity', measured?.propensity ?? -1, 'ORIGIN-4', 'CAND-3'],
    ['split', row.place.split, 'SPLIT-1'],
    ['n_tokens', row.ids.length, 'FRAME-4'],
    ['n_loss_tokens', row.ids.length - row.answerFrom, 'FRAME-4'],
    ['thin', expected.thin, 'DRAW-1', 'DRAW-4'],
    ...historyFacts(reference),
  ];
}

/** What facts follow from. */
type FactCase = Pick<RowCase, 'expected' | 'pseudonyms' | 'reference'> & {
  readonly row: Pick<RowCase['row'], 'ids' | 'answerFrom'> & { readonly place: { readonly split: string } };
};

function historyFacts({ ledger, prompt }: RowCase['reference']): Fact[] {
  return [
    ['n_history_shown', ledger.shown, 'FILL-5'],
    ['n_history_available', ledger.available, 'FILL-5'],
    ['n_actions_before', prompt.past.actionsBefore, 'ORIGIN-4', 'ASOF-7'],
  ];
}

const HISTORY_FACTS = new Set(['n_history_shown', 'n_history_available', 'n_actions_before']);

/** The share kept of a label, which is known when all rows are (RELEASE-2). */
export function shareFinding(told: number, wanted: number): Finding | undefined {
  const detail = `keep_share is ${told} instead of ${wanted}`;
  return told === wanted ? undefined : { check: 'sidecar', rule: ['RELEASE-2'], detail };
}
