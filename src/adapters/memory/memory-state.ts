/** The state of a chain in memory, for tests and simulations. */
import { compareUtf8 } from '../../../schemas/byte-order.ts';
import { TIME_UNKNOWN } from '../../../schemas/event.ts';
import { parsedJson } from '../../parsed-json.ts';
import type {
  EntityChange,
  EntityHead,
  EventName,
  StateHead,
  StateHome,
  StoredEvent,
  StreamState,
} from '../../stream/state.ts';
import { orderEvents } from '../../timeline/order.ts';

interface KeptEntity {
  head: EntityHead;
  readonly events: Map<string, StoredEvent>;
}

/** A state that stays where it is when whoever used it is gone. Bound: all of it in memory. */
export function createMemoryHome(): StateHome {
  let there: StreamState | undefined;
  function reset(): Promise<StreamState>;
  function reset(snapshot: AsyncIterable<Uint8Array>): Promise<StreamState | undefined>;
  async function reset(snapshot?: AsyncIterable<Uint8Array>) {
    there = openMemoryState();
    if (snapshot !== undefined && !(await fill(there, snapshot))) there = undefined;
    return there;
  }
  return { open: () => (there?.head() === null ? undefined : there), reset };
}

/** An empty state. */
export function openMemoryState(): StreamState {
  const entities = new Map<string, KeptEntity>();
  let head: StateHead | null = null;
  const events = (entity: string): StoredEvent[] => {
    const stored = entities.get(entity)?.events ?? new Map<string, StoredEvent>();
    const ordered = orderEvents([...stored.values()].map(({ event }) => event));
    return ordered.flatMap((event) => stored.get(nameOf(event)) ?? []);
  };
  return {
    head: () => head,
    entity: (entity) => entities.get(entity)?.head,
    event: (entity, name) => entities.get(entity)?.events.get(nameOf(name)),
    events,
    knownAfter: (moment) =>
      [...entities].flatMap(([entity, kept]) => (kept.head.knownBy > moment ? entity : [])).sort(compareUtf8),
    newestBut: (but) =>
      [...entities].reduce(
        (most, [entity, kept]) => (but.has(entity) ? most : Math.max(most, kept.head.newest)),
        TIME_UNKNOWN,
      ),
    apply(changes, next) {
      // All of them before any: what fails half way changes nothing.
      for (const change of [...changes]) {
        const before = entities.get(change.entity);
        const kept = before === undefined || change.isAnew ? new Map<string, StoredEvent>() : before.events;
        for (const stored of change.events) kept.set(nameOf(stored.event), stored);
        entities.set(change.entity, { head: change.head, events: kept });
      }
      head = next;
    },
    async *snapshot() {
      const lines: unknown[] = [head];
      for (const [entity, kept] of entities)
        lines.push({ entity, isAnew: true, head: kept.head, events: [...kept.events.values()] });
      yield Buffer.from(JSON.stringify(lines), 'utf8');
    },
    close: () => {},
  };
}

async function fill(state: StreamState, snapshot: AsyncIterable<Uint8Array>): Promise<boolean> {
  const pieces: Uint8Array[] = [];
  for await (const piece of snapshot) pieces.push(piece);
  const lines = parsedJson(Buffer.concat(pieces));
  if (!Array.isArray(lines)) return false;
  const [head, ...changes] = lines as [StateHead, ...EntityChange[]];
  state.apply(changes, head);
  return true;
}

function nameOf({ type, event_id }: EventName): string {
  return `${type}:${event_id}`;
}
