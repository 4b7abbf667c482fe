/** What is said where topics are not as they were, whoever finds out. */
import { BrewhouseError, quotedName } from '../errors.ts';
import type { OffsetRange } from '../stream/offsets.ts';
import type { TopicOffset } from '../stream/topic-log.ts';

/** There is no topic of the name. */
export function missingTopic(name: string): BrewhouseError {
  return new BrewhouseError('topic_missing', `there is no topic ${quotedName(name)}`);
}

/** There is another topic of the name. */
export function changedTopic(name: string): BrewhouseError {
  return new BrewhouseError('topic_changed', `topic ${quotedName(name)} was made anew while it was read`);
}

/** The offset that is to be read is not within what the partition has. */
export function missingOffsets({ topic, partition, offset }: TopicOffset, { from, to }: OffsetRange): BrewhouseError {
  const name = `partition ${partition} of ${quotedName(topic)}`;
  return new BrewhouseError(
    'offsets_missing',
    offset < from
      ? `offsets ${offset} to ${from - 1} of ${name} are gone: it begins at ${from} now`
      : `offset ${offset} of ${name} is to be read, and it ends at ${to}: it lost what was read before`,
  );
}

/** Throws Error, a bug of ours, where a partition is to be read twice. */
export function readTwice(starts: readonly TopicOffset[]): void {
  const names = starts.map(({ topic, partition }) => `${topic}/${partition}`);
  if (new Set(names).size < names.length) throw new Error(`a partition is to be read twice: ${names.join(', ')}`);
}
