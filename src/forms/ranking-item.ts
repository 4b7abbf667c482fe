/**
 * What the forms that rank one item share: they ask about the opening's own item or, in a domain
 * without exposures, in a share of their questions about a drawn one (CAND-3).
 */
import { DAY_MS } from '../../schemas/durations.ts';
import { Share } from '../../schemas/recipe.ts';
import { BrewhouseError } from '../errors.ts';
import { drawOtherItem } from '../timeline/candidates.ts';
import { draw, inShare } from '../timeline/draws.ts';
import { decidingEvent } from '../timeline/labels.ts';
import { type Asking, rankOf } from './asking.ts';
import { type Asked, defineForm, type Form, type FormRules, type FormScope, type LostFate } from './form.ts';
import { askAbout, ownDrawable, ownItem, strongestSettledAt } from './own-item.ts';

const OPTIONS = {
  drawn: Share.optional().describe(
    'In a domain without exposures: the share of questions that ask about a drawn item (CAND-3).',
  ),
};

/** What tells one ranking form from another. */
export interface RankingSpec<Name extends string> {
  readonly name: Name;
  readonly about: string;
  /** `drawn` in a domain without exposures where the recipe does not say it. */
  readonly drawnDefault: number;
  /** Throws `domain_invalid` where the domain cannot be asked this. */
  readonly requireDomain?: (scope: FormScope) => void;
  /** Labels in display order, which of them are good news, and how they are said. */
  readonly answers: (scope: FormScope, drawsItems: boolean) => Pick<FormRules, 'labels' | 'positive' | 'answerSlots'>;
  /** The label of the strongest action in the window. */
  readonly labelOf: (rank: number, scope: FormScope) => string;
}

/** A form that ranks one item. */
export function defineRanking<const Name extends string>(spec: RankingSpec<Name>): Form<Name, typeof OPTIONS> {
  return defineForm({
    name: spec.name,
    about: spec.about,
    options: OPTIONS,
    resolve({ drawn }, scope) {
      if (!scope.vocabulary.hasExposures) return { drawn: drawn ?? spec.drawnDefault };
      if (drawn !== undefined && drawn > 0) throw cannotDraw(spec.name, scope);
      return { drawn: undefined };
    },
    rules({ drawn = 0 }, scope) {
      if (drawn > 0 && scope.windowMs < DAY_MS) throw windowTooShort(spec.name, scope);
      spec.requireDomain?.(scope);
      const drawsItems = drawn > 0;
      return {
        ...spec.answers(scope, drawsItems),
        block: 'item',
        drawsItems,
        choosesItems: drawsItems,
        randomAlone: drawsItems,
        possible: possibleLabels(spec, scope, drawsItems),
        slots: {},
        openings: (lists) => lists.sessions(),
        ask: (asking) => askOwnOrDrawn(asking, drawn),
        settle(asking, asked) {
          const decidedBy = asked.measured === 'nothing' ? decidingOn(asking, asked) : asking.strongest();
          const label = spec.labelOf(rankOf(asking.past.events, decidedBy), scope);
          return { label, settledAt: strongestSettledAt(asking, decidedBy) };
        },
        lostLabel: (asking) => spec.labelOf(asking.strongestRank(), scope),
      };
    },
  });
}

/** Labels of the actions that there are, and of none where an item may have no action (FORM-1). */
function possibleLabels({ labelOf }: RankingSpec<string>, scope: FormScope, drawsItems: boolean): string[] {
  const { displayOrder, noneRank, hasExposures } = scope.vocabulary;
  const ranks = hasExposures || drawsItems ? [...displayOrder, noneRank] : displayOrder;
  return [...new Set(ranks.map((rank) => labelOf(rank, scope)))];
}

function askOwnOrDrawn(asking: Asking, share: number): Asked | LostFate {
  const { seed, key } = asking;
  const own = share === 0 ? ownItem(asking) : ownDrawable(asking);
  if (own === undefined) return 'item_unknown';
  if (share === 0 || !inShare(draw(seed, 'drawn', key), share)) return askAbout(own);
  const version = drawOtherItem(asking, own);
  return version === undefined ? 'too_few_candidates' : { items: [{ version, reason: 'random' }], measured: 'nothing' };
}

/** The event that decides on the drawn item; the member need not have met it. */
function decidingOn({ timeline, window }: Asking, { items }: Asked): number {
  const [item] = items.map(({ version }) => timeline.itemNumbers.get(version.itemId));
  return decidingEvent(window, item ?? -1);
}

function cannotDraw(form: string, { field }: FormScope): BrewhouseError {
  return new BrewhouseError('recipe_invalid', `${form} cannot ask about drawn items here`, {
    place: { field: `${field}.drawn` },
    remedy: 'leave drawn out: it is for ranking tasks in domains without exposures',
  });
}

function windowTooShort(form: string, { field }: FormScope): BrewhouseError {
  return new BrewhouseError('recipe_invalid', `${form} draws items, so its label window must be a day or more`, {
    place: { field: `${field}.label_window` },
    remedy: 'set label_window: 1d or more, or drawn: 0',
  });
}
