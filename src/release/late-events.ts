/** What a release takes for known at its time, and nobody knew until long after. */

import type { EventRecord, ItemEvent } from '../../schemas/event.ts';
import { timeSpan } from '../../schemas/event-time.ts';
import type { CorpusSection } from '../../schemas/recipe.ts';
import type { Lake } from '../lake/lake.ts';
import { runsOf } from '../lake/timeline-events.ts';
import type { Timelines } from '../lake/timeline-records.ts';
import { countLate, type LateEvents, latenessMs } from '../timeline/lateness.ts';

/** What decides which events are late ones. */
export interface LateRules extends Pick<CorpusSection, 'known'> {
  /** The longest label window of the tasks, ms. */
  readonly longestWindow: number;
  /** Of the release, epoch ms: what happens from then on does not show in it. */
  readonly until: number;
}

/** Where the events of a release are. */
export interface LateSource {
  readonly lake: Lake;
  readonly timelines: Timelines;
  /** All item events of the timelines; read where any may be late. */
  readonly items: AsyncIterable<readonly ItemEvent[]>;
}

/**
 * Used events before `until` that came in later than their time by more than the longest label
 * window; none where `known` looks at it. Timelines are read where the stats have any such event
 * alone. Bound: one member.
 */
export async function countLateEvents({ lake, timelines, items }: LateSource, rules: LateRules): Promise<LateEvents> {
  const late = { versions: 0, interactions: 0 };
  if (rules.known === 'ingest_time') return late;
  const possible = countLate(await lake.stats(timelines), rules.longestWindow);
  if (possible.versions + possible.interactions === 0) return late;
  const count = (event: EventRecord) => {
    if (!isLate(event, rules)) return;
    if (event.type === 'interaction') late.interactions++;
    else late.versions++;
  };
  for await (const batch of items) batch.forEach(count);
  for (const timeline of timelines.members)
    for await (const member of lake.members(runsOf(timeline))) (await member.read()).records.forEach(count);
  return late;
}

function isLate(event: EventRecord, { longestWindow, until }: LateRules): boolean {
  return latenessMs(event) > longestWindow && timeSpan(event.event_time).first < until;
}
