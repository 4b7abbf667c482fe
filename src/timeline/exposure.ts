/** How an item was met when a question opened: what of it a prompt may hold, and the sidecar. */
import type { Domain } from '../../schemas/domain.ts';
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

/** What an event says of how its item was met. */
export type Met = Pick<
  InteractionEvent,
  'event_id' | 'surface' | 'context' | 'value' | 'position' | 'propensity' | 'slate_id'
>;

/** The key of an entry of `at_exposure`. */
export function exposureKey(entry: Domain['at_exposure'][number]): string {
  return typeof entry === 'string' ? entry : entry.key;
}

/** What the event says under a key of `at_exposure`, if anything. */
export function exposureValue(
  { value, position, context }: Pick<Met, 'context' | 'value' | 'position'>,
  key: string,
): Attributes[string] | undefined {
  return key === 'value' ? value : key === 'position' ? position : ownValue(context, key);
}

/** Whether what the entry of `at_exposure` says was measured of the item (OPEN-7). */
export function isOfItem(entry: Domain['at_exposure'][number]): boolean {
  return typeof entry !== 'string' || entry === 'value' || entry === 'position';
}

/**
 * VALUE AND POSITION NEVER, UNLESS LISTED: they may tell the answer; so tasks that draw are refused
 * where they, or other measures of the item, are (OPEN-7).
 */
export function exposureOf(event: Met, { domain }: Vocabulary, measured: Measured): Exposure {
  const pairs: [string, Attributes[string]][] = event.surface === undefined ? [] : [['surface', event.surface]];
  for (const key of domain.at_exposure.map(exposureKey)) {
    const value = exposureValue(event, key);
    if (value !== undefined && key !== 'surface') pairs.push([key, value]);
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
