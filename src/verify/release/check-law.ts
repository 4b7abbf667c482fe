/** Laws of time that every row must keep, held apart from how it is rendered. */

import type { FaultList, FaultPosition, RuleId } from '../fault-list.ts';

/** When a row is asked and closed, and the times of its release. */
export interface LawCase {
  readonly place: Required<FaultPosition>;
  /** When the row says that its label was settled. */
  readonly settledAt: number;
  /** closes_at by the rules (LABEL-3). */
  readonly closesAt: number;
  /** When the release ends, and its train. */
  readonly until: number;
  readonly t1: number;
  readonly list: FaultList;
}

/**
 * What no row may break, whatever else is right of it: its label settled by closes_at (LABEL-5), is
 * mature at `until` (LABEL-4), and of train was closed by t1 (SPLIT-2).
 */
export function checkLaw({ place, settledAt, closesAt, until, t1, list }: LawCase): void {
  list.look('future');
  const wrong = (detail: string, ...rule: RuleId[]) => list.add(place, { check: 'future', rule, detail });
  if (!(settledAt <= closesAt))
    wrong(`the label is settled at ${settledAt}, closes_at is ${closesAt}`, 'LABEL-5', 'LABEL-3');
  if (closesAt > until) wrong(`the label is known at ${closesAt}, the release ends at ${until}`, 'LABEL-4', 'SPLIT-1');
  if (place.split === 'train' && closesAt > t1)
    wrong(`a row of train closes at ${closesAt}, after t1 (${t1})`, 'SPLIT-2');
}
