/** What is against the law in the recipe and domain that a release says it was made by. */
import type { Finding } from '../fault-list.ts';
import { untellable } from './fixed-lines.ts';
import type { Corpus } from './tasks.ts';

/**
 * Every task that the law refuses, of which no row should have been made: one with one answer
 * (FORM-1), pairs without exposures or window (PAIR-1), next actions without a window or with an
 * action named as what their answers call none (NEXT-1), drawn items in less than a day or in a
 * domain with exposures (CAND-3), one that draws where the domain says of the exposure what was
 * measured of the item (OPEN-7), templates that say the exposure twice (TEMPLATE-4), fixed lines
 * and answers that are no line or read as an order (TEMPLATE-5), and names given twice (EVENT-6).
 */
export function recipeFaults({ tasks, vocabulary, identity }: Corpus): Finding[] {
  const measured = vocabulary.domain.at_exposure.filter(({ key, ofItem }) => ofItem || MEASURED.has(key));
  const flaws = tasks.flatMap((task) => [
    ...task.rules.flaws(task.window).map(({ rule, detail }) => ({ rule, detail: `task ${task.name}: ${detail}` })),
    ...(task.rules.draws ? measured : []).map(({ key }) => {
      return { rule: 'OPEN-7' as const, detail: `task ${task.name} draws, and ${key} of at_exposure tells its item` };
    }),
    ...[...task.templates, ...task.heldOut].flatMap((template) =>
      untellable(task, template, vocabulary).map((line) => {
        return {
          rule: 'TEMPLATE-5' as const,
          detail: `template ${task.form}/${template.id} cannot say ${quoted(line)}`,
        };
      }),
    ),
  ]);
  const { actions, exposures, ignored, none } = vocabulary.domain;
  const names = [...actions.map(({ name }) => name), ...exposures, ...ignored, none.name];
  const repeated = names
    .filter((name, index) => names.indexOf(name) < index)
    .map((name) => {
      return { rule: 'EVENT-6' as const, detail: `the domain has ${quoted(name)} twice` };
    });
  const doubled = identity.templates.filter(({ blocks }) => blocks.filter(({ kind }) => kind === 'shown').length > 1);
  const twice = doubled.map(({ form, id }) => {
    return { rule: 'TEMPLATE-4' as const, detail: `template ${form}/${id} has more than one shown block` };
  });
  return [...flaws, ...twice, ...repeated].map(({ rule, detail }) => ({ check: 'manifest', rule: [rule], detail }));
}

/** A line for people, who need not see all of it. */
function quoted(line: string): string {
  return JSON.stringify(line.slice(0, 80));
}

/** What is always measured of the opening's own item. */
const MEASURED: ReadonlySet<string> = new Set(['value', 'position']);
