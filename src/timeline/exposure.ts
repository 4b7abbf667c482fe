/** How an item was met when a question opened: what of it a prompt may hold, and the sidecar. */

import type { Attributes, InteractionEvent } from '../../schemas/event.ts';
import type { EventId } from '../../schemas/ids.ts';
import { ownValue } from '../../schemas/names.ts';
import type { Vocabulary } from './vocabulary.ts';

/**
 * What the measures of an opening event are about: the asked item, the slate that several asked
 * items share, or nothing that is asked about.
 */
export type Measured = 'item' | 'slate' | 'nothing';

/** How the item was met when the question opened; of it a prompt may hold `pairs` alone. */
export interface Exposure {
  readonly eventId: EventId;
  /** Surface, and the keys that the domain lists under `at_exposure`. */
  readonly pairs: readonly (readonly [key: string, value: Attributes[string]])[];
  readonly surface: string;
  readonly slateId: string;
  /** -1 where there is none. */
  readonly position: number;
  readonly propensity: number;
}

/** VALUE AND POSITION NEVER, UNLESS LISTED: they may tell the answer (OPEN-7). */
export function exposureOf(event: InteractionEvent, { domain }: Vocabulary, measured: Measured): Exposure {
  const pairs: [string, Attributes[string]][] = event.surface === undefined ? [] : [['surface', event.surface]];
  for (const key of domain.at_exposure) {
    const value = key === 'value' ? event.value : key === 'position' ? event.position : ownValue(event.context, key);
    // Measures of the opening's item say nothing of another item.
    const isOfItem = key === 'value' || key === 'position';
    if (value !== undefined && key !== 'surface' && (measured === 'item' || !isOfItem)) pairs.push([key, value]);
  }
  return {
    eventId: event.event_id,
    pairs,
    surface: event.surface ?? '',
    slateId: measured === 'nothing' ? '' : (event.slate_id ?? ''),
    position: measured === 'item' ? (event.position ?? -1) : -1,
    propensity: measured === 'item' ? (event.propensity ?? -1) : -1,
  };
}
