/** The columns of a row's sidecar that no other check looks at. */
import type { RuleId } from '../fault-list.ts';
import { fault, number, type RowCase, text } from './release-row.ts';

type Fact = readonly [name: string, wanted: string | number, ...rule: RuleId[]];

/**
 * Each column by its rules (ORIGIN-4); `explained`: the history is known to be another, and so are
 * its counts.
 */
export function checkSidecar(rowCase: RowCase, explained: boolean): void {
  const { row } = rowCase;
  rowCase.list.look('sidecar');
  for (const [name, wanted, ...rule] of [...factsOf(rowCase), ...(explained ? [] : historyFacts(rowCase))]) {
    const cell = row.meta[name];
    const actual = typeof wanted === 'number' ? number(cell) : text(cell);
    const detail = `${name} is ${actual} instead of ${wanted}`;
    if (actual !== wanted) fault(rowCase, { check: 'sidecar', rule, detail });
  }
}

function factsOf({ row, expected, pseudonyms }: RowCase): Fact[] {
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
    ['keep_share', expected.keepShare, 'RELEASE-2'],
    ['thin', expected.thin, 'DRAW-1', 'DRAW-4'],
  ];
}

function historyFacts({ reference }: RowCase): Fact[] {
  const { ledger, prompt } = reference;
  return [
    ['n_history_shown', ledger.shown, 'FILL-5'],
    ['n_history_available', ledger.available, 'FILL-5'],
    ['n_actions_before', prompt.past.actionsBefore, 'ORIGIN-4', 'ASOF-7'],
  ];
}
