/** The thread that reads events while the plan of a preview is made. */
import { parentPort } from 'node:worker_threads';
import { openEvents } from '../../src/adapters/open-events.ts';
import { answerRequests } from '../../src/asked-thread.ts';
import type { ThreadWish } from './read-ahead.ts';
import { readSomeMembers, type SomeMembers } from './some-members.ts';

if (parentPort !== null) {
  answerRequests<ThreadWish, SomeMembers>(parentPort, ({ location, count }, effects) =>
    readSomeMembers(openEvents(location, effects), count, effects),
  );
}
