/** What changed since the last commit, read through to the state below it. */
import { compareUtf8 } from '../../schemas/byte-order.ts';
import { canonicalEvent } from '../../schemas/event-time.ts';
import { keyOf } from '../timeline/copies.ts';
import type { EntityState } from '../timeline/entity-state.ts';
import { orderEvents } from '../timeline/order.ts';
import type { EntityChange, EntityHead, EventName, StateReader, StoredEvent } from './state.ts';
import { headWith, NO_HEAD, readStored, stateOf, storedOf } from './stored-entity.ts';

/** Changes that are in no commit yet. Bound: who puts changes in looks at `bytes`. */
export interface Overlay {
  /** About how many bytes of memory the changes take. */
  bytes(): number;
  /** Undefined where no record of the entity was taken in. */
  head(entity: string): EntityHead | undefined;
  /** Undefined where it is not used. */
  event(entity: string, name: EventName): StoredEvent | undefined;
  /** The whole entity. */
  read(entity: string): EntityState;
  /** An entity that changed as the state has it, and as it is now. */
  both(entity: string): { readonly before: EntityState; readonly state: EntityState };
  /** An event that is new, or that replaces itself. */
  put(entity: string, stored: StoredEvent): void;
  /** An entity as it is now, after `read`. */
  replace(entity: string, before: EntityState, after: EntityState): void;
  /** Entities that changed, in byte order. */
  entities(): string[];
  change(entity: string): EntityChange;
}

interface ChangedEntity {
  isAnew: boolean;
  head: EntityHead;
  readonly events: Map<string, StoredEvent>;
}

/** What an entity and an event cost beside their text: objects, and their places in maps. */
const ENTITY_BYTES = 500;
const EVENT_BYTES = 300;
/** Of an object of a parsed line, which is larger than its text. */
const BYTES_PER_LETTER = 3;

/** Nothing changed yet. */
export function createOverlay(state: StateReader): Overlay {
  const changed = new Map<string, ChangedEntity>();
  let bytes = 0;
  const open = (entity: string): ChangedEntity => {
    const known = changed.get(entity);
    if (known !== undefined) return known;
    const begun = { isAnew: false, head: state.entity(entity) ?? NO_HEAD, events: new Map() };
    changed.set(entity, begun);
    bytes += ENTITY_BYTES + BYTES_PER_LETTER * entity.length;
    return begun;
  };
  const putInto = ({ events }: ChangedEntity, stored: StoredEvent) => {
    const key = keyOf(stored.event);
    if (!events.has(key)) bytes += EVENT_BYTES + BYTES_PER_LETTER * canonicalEvent(stored.event).length;
    events.set(key, stored);
  };
  const both: Overlay['both'] = (entity) => {
    const known = open(entity);
    const stored = state.events(entity);
    const before = stateOf({ head: state.entity(entity) ?? NO_HEAD, events: stored });
    const events = new Map<string, StoredEvent>();
    if (!known.isAnew) for (const each of stored) events.set(keyOf(each.event), each);
    for (const [key, each] of known.events) events.set(key, each);
    const ordered = orderEvents([...events.values()].map(({ event }) => event));
    const inOrder = ordered.flatMap((event) => events.get(keyOf(event)) ?? []);
    return { before, state: stateOf({ head: known.head, events: inOrder }) };
  };
  return {
    bytes: () => bytes,
    head: (entity) => changed.get(entity)?.head ?? state.entity(entity),
    event(entity, name) {
      const known = changed.get(entity);
      const own = known?.events.get(keyOf(name));
      return own !== undefined || known?.isAnew === true ? own : state.event(entity, name);
    },
    read: (entity) => (changed.has(entity) ? both(entity).state : readStored(state, entity)),
    both,
    put(entity, stored) {
      const known = open(entity);
      known.head = headWith(known.head, stored);
      putInto(known, stored);
    },
    replace(entity, before, after) {
      const known = open(entity);
      const [old, now] = [storedOf(before), storedOf(after)];
      const rest = new Map(old.events.map((stored) => [keyOf(stored.event), stored]));
      const come = now.events.filter(({ event, copies }) => {
        const was = rest.get(keyOf(event));
        rest.delete(keyOf(event));
        return was?.event !== event || was.copies !== copies;
      });
      known.head = now.head;
      bytes += BYTES_PER_LETTER * (JSON.stringify(now.head.aside)?.length ?? 0);
      // Events vanish where a member is erased, and hardly any is left then.
      if (rest.size > 0) {
        known.isAnew = true;
        known.events.clear();
      }
      for (const stored of known.isAnew ? now.events : come) putInto(known, stored);
    },
    entities: () => [...changed.keys()].sort(compareUtf8),
    change(entity) {
      const { isAnew, head, events } = open(entity);
      return { entity, isAnew, head, events: [...events.values()] };
    },
  };
}
