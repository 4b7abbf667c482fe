/** The thread that reads events while the plan of a preview is made. */
import { parentPort } from 'node:worker_threads';
import { answerRequests } from '../../src/asked-thread.ts';
import type { MembersWish } from './read-ahead.ts';
import { readSomeMembers, type SomeMembers } from './some-members.ts';

if (parentPort !== null) {
  answerRequests<MembersWish, SomeMembers>(parentPort, ({ events, count }, effects) =>
    readSomeMembers(events, count, effects),
  );
}
