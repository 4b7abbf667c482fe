/** ranking.pairwise: which of two items of one slate gets the stronger action (PAIR-1)? */
import { z } from 'zod';
import { spokenOf } from '../identity/domain.ts';
import { distinctItems, inDrawOrder, isDrawable, saidOf, slateExposures } from '../world/candidates.ts';
import type { MemberOpenings } from '../world/openings.ts';
import { type Outcome, outcomeOf } from '../world/outcomes.ts';
import { type Interaction, inOrder } from '../world/timeline.ts';
import type { Moment } from '../world/view.ts';
import { type Flaw, formOf, letterOf, plainRules, TASK_OPTIONS } from './form.ts';

const options = z.strictObject(TASK_OPTIONS);

/** The form ranking.pairwise. */
export const rankingPairwise = formOf('ranking.pairwise', options, (_, vocabulary) => {
  const { actions, domain, noneRank } = vocabulary;
  const strengths = [...actions, domain.none].map(spokenOf).join(', then ');
  return {
    ...plainRules(vocabulary, true),
    rule: ['PAIR-2', 'PAIR-1'],
    labels: [letterOf(0), letterOf(1)],
    block: 'candidates',
    slots: { letters: `${letterOf(0)} to ${letterOf(1)}`, actions_by_strength: strengths },
    flaws: (window) => [...(window === 0 ? [NO_WINDOW] : []), ...(domain.exposures.length === 0 ? [NO_EXPOSURES] : [])],
    openings: ({ session }) => session.filter(({ event }) => event.slate !== undefined && event.rank === noneRank),
    ask(moment, own, openings) {
      const other = otherOf(moment, own, openings);
      if (other === undefined) return undefined;
      const { item } = moment.opening.event;
      const candidates = inDrawOrder(moment, new Map([[item, 'own']]).set(other, 'pair'));
      const isOwnStronger = own.rank < outcomeOf(moment, other).rank;
      const label = letterOf(candidates.findIndex(({ reason }) => (reason === 'own') === isOwnStronger));
      const itemIds = candidates.map((one) => one.item);
      return { itemIds, measured: 'slate', candidates, label, settledAt: moment.closesAt };
    },
  };
});

/** The other item of the pair, or undefined where the slate has none (PAIR-2). */
function otherOf(moment: Moment, own: Outcome, openings: MemberOpenings): string | undefined {
  const { world, opening, key } = moment;
  const openedBefore = (event: Interaction) => {
    const opener = openings.openerOf(event);
    return opener !== undefined && inOrder(opener, opening.event) < 0;
  };
  const said = saidOf(moment, opening.event.item);
  const isEligible = (item: string) =>
    isDrawable(moment, item) && saidOf(moment, item) !== said && outcomeOf(moment, item).rank !== own.rank;
  const eligible = distinctItems(slateExposures(moment).filter(openedBefore)).filter(isEligible);
  return eligible[world.draws.number('pair', [...key, 0]) % eligible.length];
}

const NO_WINDOW: Flaw = { rule: 'PAIR-1', detail: 'pairs are asked with a label window of 0' };
const NO_EXPOSURES: Flaw = { rule: 'PAIR-1', detail: 'pairs are asked in a domain without exposures' };
