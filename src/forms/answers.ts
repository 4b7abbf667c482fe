/** Labels and answers that several forms have. */
import { present } from '../checked.ts';
import { BrewhouseError } from '../errors.ts';
import type { Vocabulary } from '../timeline/vocabulary.ts';
import type { FormScope, Slots } from './form.ts';

/** Names of all actions in display order (LABEL-1). */
export function actionNames(vocabulary: Vocabulary): string[] {
  return vocabulary.displayOrder.map((rank) => vocabulary.nameOf(rank));
}

/** Names of the actions that are good news, in display order. */
export function positiveNames({ displayOrder, isPositive, nameOf }: Vocabulary): string[] {
  return displayOrder.filter(isPositive).map(nameOf);
}

/** The answer slot {will} for the name of an action or of none (TEMPLATE-3). */
export function willSlot(label: string, { domain }: Vocabulary): Slots {
  const action = domain.actions.find(({ name }) => name === label);
  return { will: () => (action ?? domain.none).will };
}

/** The letter of the candidate at a position, `A` for 0. */
export function letterOf(position: number): string {
  return String.fromCharCode(65 + position);
}

/** The first letters, one a candidate. */
export function lettersOf(count: number): string[] {
  return Array.from({ length: count }, (_, position) => letterOf(position));
}

/** The slot {letters}, first and last (TEMPLATE-2). */
export function lettersSlot(letters: readonly string[]): Slots {
  return { letters: () => `${letters[0]} to ${present(letters.at(-1), 'letter')}` };
}

/** Throws `domain_invalid` where the domain marks no action as positive. */
export function requirePositive(form: string, { vocabulary: { domain } }: FormScope): void {
  if (domain.actions.some((action) => action.positive)) return;
  throw new BrewhouseError(
    'domain_invalid',
    `${form} needs a positive action, and the domain ${domain.name} marks none`,
    { place: { field: 'actions' }, remedy: 'write positive: true at the actions that are good news' },
  );
}

/** Throws `recipe_invalid` where nothing can follow what opens the question; `asker` needs it. */
export function requireWindow(asker: string, { windowMs, field }: FormScope): void {
  if (windowMs > 0) return;
  throw new BrewhouseError('recipe_invalid', `${asker} needs a label window`, {
    place: { field: `${field}.label_window` },
    remedy: 'set label_window: 7d, say',
  });
}
