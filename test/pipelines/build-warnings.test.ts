/** What a build says of its events though nothing failed. */
import { describe, expect, it } from 'vitest';
import { buildWarnings } from '../../pipelines/build-warnings.ts';
import type { Domain } from '../../schemas/domain.ts';
import type { EventRecord } from '../../schemas/event.ts';
import { CorpusSection } from '../../src/forms/recipe.ts';
import type { TaskRules } from '../../src/forms/task-rules.ts';
import { createTimelineStats } from '../../src/timeline/timeline-stats.ts';
import { DAY, did, HOUR, item, JOBS, NOON, profile, SHOP, task } from '../timeline/events.ts';

const records = { read: 9, used: 9, duplicate: 0, late: 0, dead: 0, dropped: 0 };

function warningsOf(
  events: readonly EventRecord[],
  corpus: object = {},
  tasks: readonly TaskRules[] = [],
  { domain = JOBS, passedOver = [] }: { domain?: Domain; passedOver?: readonly string[] } = {},
): string[] {
  const stats = createTimelineStats();
  for (const event of events) stats.add(event);
  const section = CorpusSection.parse({
    ...{ seed: 7, context: 1024, label_window: '1h', tasks: [{ form: 'ranking.pointwise' }] },
    tokenizer: { package: 'p', sha256: '0'.repeat(64) },
    ...corpus,
  });
  return buildWarnings({ records, stats: stats.finish(), section, domain, events: 'events', passedOver, tasks });
}

describe('a build', () => {
  const known = [item('a', NOON), profile(NOON)].map((event) => ({
    ...event,
    attributes: { title: 'x', location: 'x', position: 'x' },
  }));
  // The case backfilled-version: a title of 15 January that came in on 25 February.
  const backfilled = { ...item('a', NOON + 1, { event_id: 'later' }), ingest_time: NOON + 41 * DAY };
  const events = [...known, backfilled, did('viewed', 'a', NOON, { ingest_time: NOON + HOUR })];

  it('warns of versions and events that came in after their time by more than the label window', () => {
    expect(warningsOf(events)).toEqual([
      expect.stringMatching(/^1 versions and 0 interactions were ingested later .*known: event_time/),
    ]);
    expect(warningsOf(events, { label_window: '30m' })[0]).toMatch(/^1 versions and 1 interactions /);
  });

  it('names a file that may hold events and was not read, and counts the others', () => {
    const said = (...passedOver: string[]) => warningsOf(known, {}, [], { passedOver });
    expect(said('more.jsonl')).toEqual([
      'more.jsonl in events is not read: event files end in .ndjson, .ndjson.gz, .ndjson.zst',
    ]);
    expect(said('a.csv', 'b.json', 'c.json')[0]).toMatch(/^a.csv and 2 more in events are not read: /);
  });

  it('warns of words in prompts that read like names in data', () => {
    const said = (more: object) => {
      const [first, ...others] = JOBS.actions;
      return warningsOf(known, {}, [], { domain: { ...JOBS, actions: [{ ...first!, ...more }, ...others] } });
    };
    expect(said({ name: 'not_voting' })).toEqual([expect.stringContaining('"not_voting"')]);
    expect(said({ name: 'not_voting', spoken: 'did not vote' })).toEqual([]);
    expect(said({ past: 'put_off' })).toEqual([expect.stringContaining('"put_off"')]);
  });

  it('warns where random items alone are beside the right one, since popularity may tell it', () => {
    const said = (...tasks: TaskRules[]) => warningsOf(known, {}, tasks);
    const choose = (shown: number, domain = JOBS) => task('retrieval.choose', { shown, random: 2 - shown }, domain);
    const warning = (name: string) => [
      `popularity may tell the right one in ${name}: all other items are drawn at random`,
    ];
    expect(said(choose(0))).toEqual(warning('retrieval.choose'));
    expect(said(choose(1), task('ranking.pairwise'), task('next-action.action'), task('ranking.binary'))).toEqual([]);
    expect(said(choose(1, SHOP))).toEqual(warning('retrieval.choose'));
    expect(said(task('ranking.binary', { drawn: 0.5, name: 'yes' }))).toEqual(warning('yes'));
  });

  it('warns of none where known: ingest_time looks at it, or no window is that short', () => {
    expect(warningsOf(events, { known: 'ingest_time' })).toEqual([]);
    const longer = [{ form: 'ranking.pointwise', label_window: '41d' }];
    expect(warningsOf(events, { tasks: longer })).toEqual([]);
  });
});
