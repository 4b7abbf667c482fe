/**
 * Tasks that draw: what could not have been drawn is not asked about, and candidates differ in what
 * they say (ASOF-4, CAND-9, HIST-3).
 */

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDomain } from '../../pipelines/corpus-inputs.ts';
import type { EventRecord } from '../../schemas/event.ts';
import { fileAt } from '../../src/adapters/filesystem/event-folder.ts';
import { readEventFile } from '../../src/sources/event-files.ts';
import {
  ask,
  DAY,
  did,
  HOUR,
  historyOf,
  item,
  itemIdsOf,
  lineOf,
  NOON,
  rendered,
  SHOP,
  task,
  type WorldOptions,
} from './events.ts';

const open = did('applied', 'right', NOON, { event_id: 'open' });
const titled = (id: string, title: string, at: number | null = 0, more: object = {}) =>
  item(id, at, { attributes: { title }, ...more });
const choose = (wrong: number, shown = 0) => [task('retrieval.choose', { shown, random: wrong - shown })];
const chosen = (events: readonly EventRecord[], wrong: number, more: Partial<WorldOptions> = {}) => {
  const [outcome] = ask([open, ...events], { tasks: choose(wrong), ...more });
  return outcome?.question === undefined ? outcome?.fate : itemIdsOf(outcome.question).sort().join(' ');
};
const drawn = (events: readonly EventRecord[], opening: EventRecord = open) => {
  const [outcome] = ask([opening, ...events], { tasks: [task('ranking.binary', { drawn: 1 })], domain: SHOP });
  return outcome?.question === undefined ? outcome?.fate : itemIdsOf(outcome.question).join(' ');
};

describe('the own item of a question whose task draws (ASOF-4, OPEN-6)', () => {
  const saw = (id: string) => did('impression', id, NOON - 1, { event_id: `saw-${id}`, slate_id: 's' });
  const fates = (own: EventRecord, known: 'event_time' | 'ingest_time' = 'event_time') => {
    const jobs = ask([own, item('a'), item('b'), open], { tasks: [task('ranking.pointwise'), ...choose(1)], known });
    const shop = ask([own, item('a'), item('b'), open], {
      tasks: [task('ranking.binary', { drawn: 0.000001 })],
      domain: SHOP,
      known,
    });
    return [...jobs, ...shop].map(({ fate }) => fate);
  };

  it('is in the population and live at T, and else unknown, while others read it by event_time <= T', () => {
    expect(fates(item('right', NOON - 1))).toEqual(['rendered', 'rendered', 'rendered']);
    expect(fates(item('right', NOON))).toEqual(['rendered', 'item_unknown', 'item_unknown']);
    expect(fates(item('right', null))).toEqual(['rendered', 'item_unknown', 'item_unknown']);
    expect(fates(item('right', '2026-01-10Z'))).toEqual(['rendered', 'item_unknown', 'item_unknown']);
    const late = item('right', 0, { ingest_time: NOON });
    expect(fates(late, 'ingest_time')).toEqual(['rendered', 'item_unknown', 'item_unknown']);
    expect(fates(late)).toEqual(['rendered', 'rendered', 'rendered']);
  });

  it('is unknown in a pair, and no other half of one, where it could not have been drawn (PAIR-2)', () => {
    const opening = did('impression', 'b', NOON, { event_id: 'saw-b', slate_id: 's' });
    const viewed = did('viewed', 'b', NOON + HOUR);
    const pair = (...items: EventRecord[]) =>
      ask([...items, saw('a'), opening, viewed], { tasks: [task('ranking.pairwise')] }).map(({ fate }) => fate);
    expect(pair(item('a'), item('b'))).toEqual(['too_few_candidates', 'rendered']);
    expect(pair(item('a'), item('b', NOON))).toEqual(['too_few_candidates', 'item_unknown']);
    expect(pair(item('a', null), item('b'))).toEqual(['item_unknown', 'too_few_candidates']);
    expect(pair(titled('a', 'Nurse'), titled('b', 'Nurse'))).toEqual(['too_few_candidates', 'too_few_candidates']);
    expect(pair(titled('a', 'Nurse'), titled('b', 'Cook'))).toEqual(['too_few_candidates', 'rendered']);
  });

  it('is read by known_at < T like all others', () => {
    const versions = [item('right', 0, { event_id: 'old' }), item('right', NOON, { event_id: 'now' }), item('a')];
    const versionIn = (tasks: WorldOptions['tasks']) =>
      rendered(ask([...versions, open], { tasks }), 'open').question.items.find(({ itemId }) => itemId === 'right');
    expect(versionIn(choose(1))?.eventId).toBe('old');
    expect(versionIn([task('ranking.pointwise')])?.eventId).toBe('now');
  });
});

describe('candidates differ in what they say (CAND-9)', () => {
  it('so a twin of the right one, of one taken or of one barred is passed over', () => {
    const right = titled('right', 'Nurse');
    expect(chosen([right, titled('twin', 'Nurse')], 1)).toBe('too_few_candidates');
    expect(chosen([right, titled('twin', 'Nurse'), titled('cook', 'Cook')], 1)).toBe('cook right');
    const twins = [titled('c1', 'Cook'), titled('c2', 'Cook')];
    expect(chosen([right, ...twins], 2)).toBe('too_few_candidates');
    expect(chosen([right, ...twins, titled('clerk', 'Clerk')], 2)).toMatch(/^c[12] clerk right$/);
    const acted = [...twins, titled('clerk', 'Clerk'), did('viewed', 'c1', NOON + 1)];
    expect(chosen([right, ...acted], 1)).toBe('clerk right');
  });

  it('by their lines as of T, not by what else is known of them', () => {
    const right = titled('right', 'Nurse');
    expect(chosen([right, titled('a', 'Nurse'), titled('a', 'Cook', NOON - 1)], 1)).toBe('a right');
    expect(chosen([right, titled('a', 'Nurse'), titled('a', 'Cook', NOON)], 1)).toBe('too_few_candidates');
    const other = titled('a', 'Nurse', 0, { attributes: { title: 'Nurse', company: 'Acme' } });
    expect(chosen([right, other], 1)).toBe('too_few_candidates');
    // One line from other fields is one line all the same.
    const split = (title: string, location: string) => ({ attributes: { title, location } });
    const fields = [item('right', 0, split('A', 'B')), titled('a', 'A, Location: B')];
    expect(chosen(fields, 1)).toBe('too_few_candidates');
  });

  it('while an item without a live version says nothing, barred or not', () => {
    const gone = (id: string) => [titled(id, 'Cook', 0), titled(id, '', NOON - 1, { op: 'delete' })];
    const events = [titled('right', 'Nurse'), ...gone('gone'), titled('cook', 'Cook'), did('viewed', 'gone', NOON + 1)];
    expect(chosen(events, 1)).toBe('cook right');
    expect(chosen([...events, titled('empty', '', NOON - 2), did('viewed', 'never', NOON + 1)], 2)).toBe(
      'cook empty right',
    );
  });

  it('so what the pools of shown ones hold twice is taken once', () => {
    const inSlate = { slate_id: 's' };
    const events = [
      titled('right', 'Nurse'),
      ...['s1', 's2'].map((id) => titled(id, 'Cook')),
      titled('x', 'Clerk'),
      ...['s1', 's2'].map((id) => did('impression', id, NOON - 1, inSlate)),
    ];
    const { question, label } = rendered(ask([{ ...open, ...inSlate }, ...events], { tasks: choose(2, 2) }), 'open');
    expect(itemIdsOf(question)).toHaveLength(3);
    expect(label.reasons.toSorted()).toEqual(['random', 'right', 'slate']);
  });

  it('and a drawn item is no twin of the own one, nor of another item with an action in the window', () => {
    const right = titled('right', 'Nurse');
    expect(drawn([right, titled('twin', 'Nurse')])).toBe('too_few_candidates');
    expect(drawn([right, titled('twin', 'Nurse'), titled('a', 'Cook')])).toBe('a');
    const twins = [titled('a', 'Cook'), titled('b', 'Cook')];
    expect(drawn([right, ...twins, did('viewed', 'a', NOON + 1)])).toBe('a');
    const acted = ['a', 'b'].map((id) => did('viewed', id, NOON + 1));
    expect(drawn([right, ...twins, ...acted])).toBe('too_few_candidates');
    // Its own actions alone bar it as little as they ever did.
    expect(drawn([right, titled('a', 'Cook'), did('viewed', 'a', NOON + 1)])).toBe('a');
  });

  it('and the history holds nothing on an item that says what one of them says (HIST-3)', () => {
    const past = ['right', 'twin', 'a', 'a2', 'other'].map((id) => did('viewed', id, NOON - DAY));
    const events = [
      titled('right', 'Nurse', NOON - 9 * DAY),
      titled('twin', 'Nurse'),
      titled('a', 'Cook', NOON - 9 * DAY),
      titled('a2', 'Clerk'),
      titled('a2', 'Cook', NOON - 1),
      titled('other', 'Clerk', null),
      open,
      ...past,
    ];
    const historyIn = (tasks: WorldOptions['tasks']) => historyOf(rendered(ask(events, { tasks }), 'open').question);
    expect(historyIn(choose(1))).toEqual(['viewed other']);
    expect(historyIn([task('ranking.pointwise')])).toHaveLength(5);
  });
});

it('in the case same-text-candidates no row shows one text twice, and 45 are still asked (CAND-9)', async () => {
  const folder = join(import.meta.dirname, '..', 'cases', 'same-text-candidates');
  const domain = await readDomain(join(folder, 'domain.yaml'));
  const events: EventRecord[] = [];
  for await (const lines of readEventFile(await fileAt(join(folder, 'events', 'e.ndjson'))))
    for (const { outcome } of lines) if (outcome.ok) events.push(outcome.event);
  const tasks = [task('retrieval.choose', { windowMs: HOUR, shown: 2, random: 1 }, domain)];
  const byMember = Map.groupBy(events, (event) => (event.type === 'item' ? '' : event.member_id));
  const says = lineOf(domain);
  let rows = 0;
  for (const [member, own] of byMember) {
    if (member === '') continue;
    for (const { question } of ask([...own, ...(byMember.get('') ?? [])], { tasks, domain })) {
      if (question === undefined) continue;
      rows++;
      expect(new Set(question.items.map(says)).size).toBe(4);
    }
  }
  expect(rows).toBe(45);
});
