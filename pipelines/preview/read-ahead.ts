/** Reads events beside other work: in a thread, where they are many. */
import { type AskedThread, startThread } from '../../src/asked-thread.ts';
import type { Effects } from '../../src/effects.ts';
import { listEvents } from '../../src/sources/event-files.ts';
import type { EventSource } from '../../src/sources/event-source.ts';
import { threadScript } from '../../src/thread-script.ts';
import { lineBytes } from '../take-in/input-files.ts';
import { readSomeMembers, type SomeMembers } from './some-members.ts';

/** What is read, as `readSomeMembers` reads it. */
export interface MembersWish {
  readonly events: EventSource;
  readonly count: number;
}

/** The same for another thread, which opens the events by their location. */
export interface ThreadWish extends Omit<MembersWish, 'events'> {
  readonly location: string;
}

/** Reading that has begun, perhaps. */
export interface ReadAhead {
  /** What was read; asked once. Throws as `readSomeMembers`, here alone. */
  found(): Promise<SomeMembers>;
  /** Ends the reading, whatever it does. */
  end(): Promise<void>;
}

/** From so many bytes of lines on reading them takes longer than starting a thread. */
const THREAD_BYTES = 16 * 1024 * 1024;

/** Begins to read, unless there is no second core or little to read: then `found` reads. */
export function readAhead({ events, count }: MembersWish, cores: number, effects: Effects): ReadAhead {
  const started = startIfWorth(events, cores, effects);
  const asked = started.then((thread) => thread?.ask({ location: events.location, count }));
  // Who asks for what was found hears of it.
  asked.catch(() => {});
  return {
    found: async () => (await asked) ?? readSomeMembers(events, count, effects),
    end: async () => (await started.catch(() => undefined))?.end(),
  };
}

async function startIfWorth(
  events: EventSource,
  cores: number,
  effects: Effects,
): Promise<AskedThread<ThreadWish, SomeMembers> | undefined> {
  if (cores < 2) return undefined;
  const { files } = await listEvents(events, effects);
  return lineBytes(files) < THREAD_BYTES
    ? undefined
    : startThread({ script: threadScript(import.meta.url, 'worker') }, effects);
}
