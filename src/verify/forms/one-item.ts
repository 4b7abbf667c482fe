/** What forms share that ask about one item: the opening's own, or a drawn one. */
import { DAY_MS } from '../events/raw-times.ts';
import { drawnItem } from '../world/candidates.ts';
import { outcomeOf } from '../world/outcomes.ts';
import type { Vocabulary } from '../world/vocabulary.ts';
import { type Flaw, type FormRules, plainRules } from './form.ts';

/** What a task says of drawn items, in whole millionths; `byDefault` where it says nothing. */
interface DrawnShare {
  readonly written: number | undefined;
  readonly byDefault: number;
}

/** A form's share of questions about a drawn item: only domains without exposures draw (CAND-3). */
export function drawnShareIn({ domain }: Vocabulary, { written, byDefault }: DrawnShare): number {
  return domain.exposures.length > 0 ? 0 : (written ?? byDefault);
}

/**
 * A share above 0 that is written where nothing is drawn is refused (CAND-3), and one of 0 is left
 * out there (NAME-2).
 */
export function drawnFlaws({ domain }: Vocabulary, { written }: Partial<DrawnShare>): readonly Flaw[] {
  if (domain.exposures.length === 0 || written === undefined) return [];
  return [written > 0 ? NEVER_DRAWN : NOTHING_DRAWN];
}

type OneItemRules = Omit<FormRules, 'rule' | 'labels'>;
type LabelOf = FormRules['labelOf'];

/** The rules that say which item is asked about. */
export const OF_THE_ITEM = ['CAND-3', 'CAND-2', 'CAND-1', 'CAND-9'] as const;

/**
 * The rules of a form that asks about one item, drawn in a share of the questions, which is in
 * whole millionths (CAND-3).
 */
export function oneItemRules(vocabulary: Vocabulary, drawnShare: number, labelOf: LabelOf): OneItemRules {
  const draws = drawnShare > 0;
  const plain = plainRules(vocabulary, draws);
  return {
    ...plain,
    answersNone: plain.answersNone || draws,
    othersRandom: draws,
    labelOf,
    flaws: (window) => (draws && window < DAY_MS ? [SHORT_WINDOW] : []),
    ask(moment, own) {
      const { world, opening, key } = moment;
      const drawn = draws && world.draws.within(drawnShare, 'drawn', key);
      const item = drawn ? drawnItem(moment) : opening.event.item;
      if (item === undefined) return undefined;
      // Where items may be drawn, the row says whether this one was.
      const candidates = draws ? [{ item, reason: drawn ? 'random' : 'right' }] : [];
      const outcome = drawn ? outcomeOf(moment, item) : own;
      const measured = drawn ? 'nothing' : 'item';
      return { itemIds: [item], measured, candidates, label: labelOf(outcome), settledAt: outcome.settledAt };
    },
  };
}

const SHORT_WINDOW: Flaw = { rule: 'CAND-3', detail: 'items are drawn with a label window of less than a day' };
const NOTHING_DRAWN: Flaw = { rule: 'NAME-2', detail: 'a share of drawn items is written where none are drawn' };
const NEVER_DRAWN: Flaw = { rule: 'CAND-3', detail: 'a share of drawn items is written in a domain with exposures' };
