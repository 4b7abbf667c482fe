/** What a release takes for known at its time, and nobody knew until long after. */

import type { EventRecord } from '../../schemas/event.ts';
import { timeSpan } from '../../schemas/event-time.ts';
import type { CorpusSection } from '../../schemas/recipe.ts';
import type { Lake } from '../lake/lake.ts';
import { itemFilesOf, type PartitionTimeline } from '../lake/timeline-records.ts';
import { countLater, type LateEvents, latenessMs } from '../timeline/lateness.ts';

/** What decides which events are late ones. */
export interface LateRules extends Pick<CorpusSection, 'known'> {
  /** The longest label window of the tasks, ms. */
  readonly longestWindow: number;
  /** Of the release, epoch ms: what happens from then on does not show in it. */
  readonly until: number;
}

/**
 * Used events before `until` that came in later than their time by more than the longest label
 * window; none where `known` looks at it. Timelines are read where the stats have any such event
 * alone. Bound: the item events, and one member.
 */
export async function countLateEvents(
  lake: Lake,
  timelines: readonly PartitionTimeline[],
  rules: LateRules,
): Promise<LateEvents> {
  const late = { versions: 0, interactions: 0 };
  if (rules.known === 'ingest_time') return late;
  const stats = await lake.stats(timelines);
  const count = (event: EventRecord) => {
    if (!isLate(event, rules)) return;
    if (event.type === 'interaction') late.interactions++;
    else late.versions++;
  };
  const some = [stats.late_versions, stats.late_interactions].map((of) => countLater(of, rules.longestWindow));
  if (some.every((of) => of === 0)) return late;
  for (const event of await lake.items(itemFilesOf(timelines))) count(event);
  for (const { partition, record } of timelines)
    for await (const { records } of lake.members({ partition, files: record.files.raw })) records.forEach(count);
  return late;
}

function isLate(event: EventRecord, { longestWindow, until }: LateRules): boolean {
  return latenessMs(event) > longestWindow && timeSpan(event.event_time).first < until;
}
