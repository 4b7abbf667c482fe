/**
 * How an item was met when a question opened: what a prompt may show of it, and what the sidecar
 * keeps of it.
 */
import type { InteractionEvent } from '../../schemas/event.ts';
import type { Vocabulary } from './vocabulary.ts';

/** How the item was met when the question opened; of it a prompt may show `pairs` alone. */
export interface Exposure {
  readonly eventId: string;
  /** Surface, and the keys that the domain lists under `at_exposure`. */
  readonly pairs: readonly (readonly [string, string])[];
  readonly surface: string;
  readonly slateId: string;
  /** -1: none. */
  readonly position: number;
  readonly propensity: number;
}

/** VALUE AND POSITION NEVER, UNLESS LISTED: they may tell the answer (OPEN-7). */
export function exposureOf(event: InteractionEvent, { domain }: Vocabulary, drawn: boolean): Exposure {
  const pairs: [string, string][] = event.surface === undefined ? [] : [['surface', event.surface]];
  for (const key of domain.at_exposure) {
    const value = key === 'value' ? event.value : key === 'position' ? event.position : event.context?.[key];
    // What was measured of the opening's item says nothing of a drawn one.
    const isOfItem = key === 'value' || key === 'position';
    if (value !== undefined && key !== 'surface' && !(drawn && isOfItem))
      pairs.push([key, Array.isArray(value) ? value.join(', ') : String(value)]);
  }
  return {
    eventId: event.event_id,
    pairs,
    surface: event.surface ?? '',
    slateId: drawn ? '' : (event.slate_id ?? ''),
    position: drawn ? -1 : (event.position ?? -1),
    propensity: drawn ? -1 : (event.propensity ?? -1),
  };
}
