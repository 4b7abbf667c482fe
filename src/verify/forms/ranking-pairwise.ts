/** ranking.pairwise: which of two items of one slate gets the stronger action (PAIR-1)? */
import { z } from 'zod';
import { spokenOf } from '../identity/domain.ts';
import { distinctItems, inDrawOrder, isLive, slateExposures, takeFrom } from '../world/candidates.ts';
import type { MemberOpenings } from '../world/openings.ts';
import { type Outcome, outcomeOf } from '../world/outcomes.ts';
import { type Interaction, inOrder, seen } from '../world/timeline.ts';
import type { Moment } from '../world/view.ts';
import { formOf, letterOf, plainRules, TASK_OPTIONS } from './form.ts';

const options = z.strictObject(TASK_OPTIONS);

/** The form ranking.pairwise. */
export const rankingPairwise = formOf('ranking.pairwise', options, (_, vocabulary) => {
  const { actions, domain, noneRank } = vocabulary;
  const strengths = [...actions, domain.none].map(spokenOf).join(', then ');
  return {
    ...plainRules(vocabulary),
    rule: ['PAIR-2', 'PAIR-1'],
    labels: [letterOf(0), letterOf(1)],
    block: 'candidates',
    hidesAsked: true,
    slots: { letters: `${letterOf(0)} to ${letterOf(1)}`, actions_by_strength: strengths },
    openings: ({ session }) => session.filter(({ event }) => event.slate !== undefined && event.rank === noneRank),
    isOwnSeen: seen,
    ask(moment, own, openings) {
      const other = otherOf(moment, own, openings);
      if (other === undefined) return undefined;
      const { item } = moment.opening.event;
      const candidates = inDrawOrder(moment, new Map([[item, 'own']]).set(other, 'pair'));
      const isOwnStronger = own.rank < outcomeOf(moment, other).rank;
      const label = letterOf(candidates.findIndex(({ reason }) => (reason === 'own') === isOwnStronger));
      const settledAt = moment.opening.askedAt + moment.window;
      return { itemIds: candidates.map((one) => one.item), measured: 'slate', candidates, label, settledAt };
    },
  };
});

/** The other item of the pair, or undefined where the slate has none (PAIR-2). */
function otherOf(moment: Moment, own: Outcome, openings: MemberOpenings): string | undefined {
  const { opening } = moment;
  const openedBefore = (event: Interaction) => {
    const opener = openings.openerOf(event);
    return opener !== undefined && inOrder(opener, opening.event) < 0;
  };
  const eligible = distinctItems(slateExposures(moment).filter(openedBefore)).filter(
    (item) => item !== opening.event.item && isLive(moment, item) && outcomeOf(moment, item).rank !== own.rank,
  );
  return takeFrom(moment, { purpose: 'pair', items: eligible }, 0);
}
