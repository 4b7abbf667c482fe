/** What is against the law in the recipe and domain that a release says it was made by. */
import type { Finding } from '../fault-list.ts';
import type { Corpus } from './tasks.ts';

/**
 * Every task that the law refuses, of which no row should have been made: one with one answer
 * (FORM-1), pairs without exposures or window (PAIR-1), next actions without a window or with an
 * action named as what their answers call none (NEXT-1), drawn items in less than a day or in a
 * domain with exposures (CAND-3), one that draws where the domain says of the exposure what was
 * measured of the item (OPEN-7), and templates that say the exposure twice (TEMPLATE-4).
 */
export function recipeFaults({ tasks, vocabulary, identity }: Corpus): Finding[] {
  const measured = vocabulary.domain.at_exposure.filter(({ key, ofItem }) => ofItem || MEASURED.has(key));
  const flaws = tasks.flatMap(({ name, rules, window }) => [
    ...rules.flaws(window).map(({ rule, detail }) => ({ rule, detail: `task ${name}: ${detail}` })),
    ...(rules.draws ? measured : []).map(({ key }) => {
      return { rule: 'OPEN-7' as const, detail: `task ${name} draws, and ${key} of at_exposure tells its item` };
    }),
  ]);
  const doubled = identity.templates.filter(({ blocks }) => blocks.filter(({ kind }) => kind === 'shown').length > 1);
  const twice = doubled.map(({ form, id }) => {
    return { rule: 'TEMPLATE-4' as const, detail: `template ${form}/${id} has more than one shown block` };
  });
  return [...flaws, ...twice].map(({ rule, detail }) => ({ check: 'manifest', rule: [rule], detail }));
}

/** What is always measured of the opening's own item. */
const MEASURED: ReadonlySet<string> = new Set(['value', 'position']);
