/** Which partitions each member of a group has, whoever deals them out. */
import type { Assignment, GroupWishes } from '../stream/topic-log.ts';

/** Partitions from 0 to all members in turn, in byte order of their ids. */
export function dealPartitions(members: readonly string[], partitions: number): Map<string, number[]> {
  const shares = new Map<string, number[]>([...members].sort().map((member) => [member, []]));
  const hands = [...shares.values()];
  for (let partition = 0; partition < partitions && hands.length > 0; partition++)
    hands[partition % hands.length]?.push(partition);
  return shares;
}

/** Tells a member of each change of its share, and of what came first even if that is nothing. */
export function toldShares(onAssigned: GroupWishes['onAssigned']): (share: readonly number[]) => void {
  let before: readonly number[] | undefined;
  return (share) => {
    const [old, all] = [before ?? [], [...share].sort((a, b) => a - b)];
    const given = all.filter((each) => !old.includes(each));
    const taken = old.filter((each) => !all.includes(each));
    if (before !== undefined && given.length + taken.length === 0) return;
    before = all;
    const assignment: Assignment = { all, given, taken };
    onAssigned(assignment);
  };
}
