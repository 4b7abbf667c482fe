/**
 * Questions asked by tables against questions asked in plain lists that scan everything, in worlds
 * drawn from the schemas and in dense ones: all forms, both strategies, held-out surfaces,
 * ingest_time, max_events, unknown times, ties, caps.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Domain } from '../../schemas/domain.ts';
import type { EventRecord, InteractionEvent, ItemEvent, MemberEvent } from '../../schemas/event.ts';
import type { MemberId } from '../../schemas/ids.ts';
import { BrewhouseError } from '../../src/errors.ts';
import { CorpusSection, Recipe } from '../../src/forms/recipe.ts';
import { corpusRules, resolveTasks } from '../../src/forms/task-rules.ts';
import { createPromptTexts } from '../../src/prompt/texts.ts';
import { parseEvent } from '../../src/sources/validate-event.ts';
import { draw, inShare } from '../../src/timeline/draws.ts';
import { entryHash } from '../../src/timeline/entry-sums.ts';
import { idHashes } from '../../src/timeline/id-hashes.ts';
import { createItemTable } from '../../src/timeline/item-table.ts';
import { createMemberTimeline } from '../../src/timeline/member-timeline.ts';
import { createVocabulary } from '../../src/timeline/vocabulary.ts';
import { usedRecords } from '../verify/told.ts';
import { casesOf } from '../worlds/long-run.ts';
import { anyWorld } from '../worlds/worlds.ts';
import { DAY, HOUR, JOBS, MINUTE, NOON, SHOP } from './events.ts';
import { entriesOf, everyOutcome, type Outcome } from './outcomes.ts';
import { plainAsk, type Told } from './plain-ask.ts';
import { plainDraw, plainInShare } from './plain-timeline.ts';

interface Asked {
  readonly domain: Domain;
  readonly section: CorpusSection;
  readonly records: readonly EventRecord[];
  readonly from: number | null;
  readonly until: number | null;
}

/** What a build asks, and what the model asks, member by member. Throws where a build refuses. */
function bothOf({ domain, section, records, from, until }: Asked): { built: Told[]; plain: Told[] } {
  const vocabulary = createVocabulary(domain);
  const tasks = resolveTasks(section, vocabulary);
  const rules = corpusRules({ ...section, tasks }, vocabulary);
  const used = usedRecords(records);
  const isItem = (event: EventRecord): event is ItemEvent => event.type === 'item';
  const items = createItemTable(used.filter(isItem), section.known);
  const { says } = createPromptTexts({ tokenizer: 'none', levels: section.levels, domain });
  const heldOut = new Set(section.holdout.surfaces);
  const own = used.filter((event): event is MemberEvent | InteractionEvent => event.type !== 'item');
  const both = [...Map.groupBy(own, (event) => event.member_id)].map(([member, events]) => {
    const options = { vocabulary, known: section.known, heldOutSurfaces: heldOut };
    const timeline = createMemberTimeline(member as MemberId, events, options);
    const scope = { timeline, items, says, heldOut, seed: section.seed, maxEvents: section.max_events };
    return {
      built: everyOutcome(timeline, { rules, vocabulary, items, says, from, until }).map(toldOf),
      plain: plainAsk({
        ...{ scope, tasks, vocabulary, from, until, ask: rules.ask },
        sessionGapMs: section.session_gap,
        latenessMs: section.label_lateness,
      }),
    };
  });
  return { built: both.flatMap(({ built }) => built), plain: both.flatMap(({ plain }) => plain) };
}

function toldOf({ task, opening, fate, closesAt, question, label, lostLabel }: Outcome): Told {
  const key = [...opening.reference, task.name, task.form].join('\u001f');
  const end = { key, fate, t: opening.t, closesAt };
  if (question === undefined || label === undefined) return { ...end, label: lostLabel ?? '' };
  const sum = question.history.sum();
  const history = listed(question.history, opening.event);
  expect(sum).toEqual(sumOf(question.history));
  return {
    ...end,
    ...label,
    items: question.items.map(({ eventId }) => eventId),
    history,
    actionsBefore: question.actionsBefore,
  };
}

/** The sum of the hashes of all entries, one by one. */
function sumOf(history: Parameters<typeof entriesOf>[0]): number[] {
  const events = idHashes((i) => history.eventIdAt(i));
  const versions = idHashes((i) => history.versionAt(i).eventId);
  const sum = [0, 0];
  for (let i = 0; i < history.available; i++) {
    const [first, second] = entryHash({ events, versions }, i, i);
    sum[0] = (sum[0]! + first) | 0;
    sum[1] = (sum[1]! + second) | 0;
  }
  return sum;
}

/** Listed in steps, since most of a history is never listed. */
function listed(history: Parameters<typeof entriesOf>[0], step: number) {
  for (let count = 1; count < history.available; count += 1 + (step % 5)) history.list(count);
  return entriesOf(history);
}

/** Whether the build refuses the world, which then says nothing. */
function compare(asked: Asked, seen: Map<string, number>): void {
  try {
    const { built, plain } = bothOf(asked);
    expect(built).toEqual(plain);
    for (const { key, fate, history = [] } of plain) {
      const name = `${key.split('\u001f').at(-1)} ${fate}`;
      seen.set(name, (seen.get(name) ?? 0) + 1);
      if (history.length > 3) seen.set('history', (seen.get('history') ?? 0) + 1);
    }
  } catch (error) {
    if (!(error instanceof BrewhouseError)) throw error;
  }
}

const FORMS = [
  'ranking.pointwise',
  'ranking.binary',
  'ranking.pairwise',
  'retrieval.choose',
  'next-action.action',
] as const;

describe('questions are those of the plain model', () => {
  it('in worlds drawn from the schemas', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(anyWorld, ({ domain, recipe, lines, until }) => {
        const [read, section] = [Domain.safeParse(domain), Recipe.safeParse(recipe)];
        if (!read.success || !section.success) return;
        const records = lines.flatMap((line) => {
          const parsed = parseEvent(line);
          return parsed.ok ? [parsed.event] : [];
        });
        compare({ domain: read.data, section: section.data.corpus, records, from: null, until }, seen);
      }),
      { numRuns: casesOf(60, 10_000), seed: 20261126 },
    );
    for (const form of FORMS) expect(seen.get(`${form} rendered`), form).toBeGreaterThan(5);
  });

  it('in dense worlds of few items', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(denseRecords, denseRules, (records, { isShop, bounds, ...rules }) => {
        const domain = isShop ? SHOP : JOBS;
        const section = CorpusSection.parse({ ...BASE, ...rules, tasks: isShop ? SHOP_TASKS : JOBS_TASKS });
        compare({ domain, section, records, ...bounds }, seen);
      }),
      { numRuns: casesOf(60, 10_000), seed: 20261126 },
    );
    for (const form of FORMS) expect(seen.get(`${form} rendered`), form).toBeGreaterThan(20);
    for (const fate of ['capped', 'pending']) expect(seen.get(`ranking.binary ${fate}`), fate).toBeGreaterThan(50);
    expect(seen.get('retrieval.choose too_few_candidates')).toBeGreaterThan(10);
    expect(seen.get('history')).toBeGreaterThan(500);
  });
});

const BASE = { seed: 7, tokenizer: { path: 'none', sha256: '0'.repeat(64) }, context: 2048 };
const JOBS_TASKS = [
  { form: 'ranking.pointwise', order: 'chronological' },
  { form: 'ranking.binary', strategy: 'balanced' },
  { form: 'ranking.pairwise', label_window: '1d' },
  { form: 'retrieval.choose', candidates: 4, shown: 0.7, random: 0.3 },
  { form: 'next-action.action', label_window: '2d', strategy: 'balanced' },
];
const SHOP_TASKS = [
  { form: 'ranking.pointwise', drawn: 0.4, label_window: '1d' },
  { form: 'ranking.binary', label_window: '2d' },
  { form: 'retrieval.choose', candidates: 3, strategy: 'balanced' },
  { form: 'next-action.action', label_window: '1d' },
];

const ITEMS = ['a', 'b', 'c', 'd', 'e', 'f'];
const moment = fc
  .tuple(fc.nat(30), fc.constantFrom(0, 0, 0, 1, 10 * MINUTE, 30 * MINUTE))
  .map(([quarter, ms]) => NOON + (quarter * DAY) / 4 + ms);
const seldom = <T>(...values: T[]) => fc.constantFrom(undefined, undefined, ...values);
const given = (fields: object) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
const interactions = fc.array(
  fc.record({
    event_time: fc.oneof(
      { weight: 20, arbitrary: moment },
      { weight: 1, arbitrary: fc.constantFrom('2026-01-12Z', '2026-01Z', null) },
    ),
    late: fc.constantFrom(undefined, undefined, 0, HOUR, 3 * DAY, 20 * DAY),
    sequence: seldom(-1, 1),
    item_id: fc.constantFrom(...ITEMS, 'a', 'b', 'never'),
    action: fc.constantFrom('applied', 'dismissed', 'viewed', 'viewed', 'impression', 'impression'),
    surface: seldom('feed', 'email'),
    session_id: seldom('s', 't'),
    slate_id: seldom('p', 'q'),
    isRow: fc.boolean(),
  }),
  { minLength: 20, maxLength: 90, size: 'max' },
);
const versions = fc.array(
  fc.record({
    item_id: fc.constantFrom(...ITEMS),
    event_time: fc.oneof(moment, fc.constant(null)),
    op: fc.constantFrom('upsert', 'upsert', 'delete'),
    title: fc.constantFrom('Nurse', 'Cook', 'Baker', 'Judge'),
    late: fc.constantFrom(undefined, 0, 2 * DAY),
  }),
  { maxLength: 10, size: 'max' },
);
const lateBy = (at: unknown, late: number | undefined) =>
  late === undefined || typeof at !== 'number' ? {} : { ingest_time: at + late };
const denseRecords = fc.tuple(interactions, versions).map(([done, changed]): EventRecord[] => {
  const standing = [...ITEMS, 'g', 'h'].map((item_id, i) => ({
    ...{ type: 'item', event_id: `first-${item_id}`, event_time: NOON - DAY, item_id, op: 'upsert' },
    attributes: { title: i % 4 === 3 ? 'Nurse' : `The ${item_id}` },
  }));
  const items = changed.map(({ title, late, ...fields }, i) => ({
    ...{ type: 'item', event_id: `v${i}`, ...fields, attributes: { title } },
    ...lateBy(fields.event_time, late),
  }));
  const events = done.map(({ isRow, late, ...fields }, i) => ({
    ...{ type: 'interaction', member_id: 'm', event_id: `${isRow ? 'row:' : 'e'}${(i * 7) % 61}-${i}` },
    ...given(fields),
    ...lateBy(fields.event_time, late),
  }));
  return [...standing, ...items, ...events].map((record) => {
    const parsed = parseEvent(JSON.stringify(record));
    if (!parsed.ok) throw new Error(parsed.message);
    return parsed.event;
  });
});
const denseRules = fc.record({
  isShop: fc.boolean(),
  bounds: fc.constantFrom(
    { from: null, until: null },
    { from: null, until: null },
    { from: NOON + 3 * DAY, until: NOON + 6 * DAY },
  ),
  known: fc.constantFrom('event_time', 'ingest_time'),
  label_window: fc.constantFrom('0', '1d', '2d'),
  label_lateness: fc.constantFrom('0', '0', '12h'),
  ask: fc.constantFrom({ share: 1 }, { share: 1 }, { share: 0.6 }, { share: 1, per_member_day: 2 }),
  max_events: fc.constantFrom(undefined, undefined, 1, 4, 15),
  holdout: fc.constantFrom(
    { surfaces: [] },
    { surfaces: [] },
    { surfaces: ['email'] },
    { surfaces: ['email', 'feed'] },
  ),
});

describe('draws are those of the plain model', () => {
  it('as numbers, of keys in parts and joined alike', () => {
    const parts = fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.string()), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.string(), parts, (seed, purpose, key) => {
        expect(draw(seed, purpose, key)).toBe(plainDraw(seed, purpose, key));
        expect(draw(seed, purpose, key.join('\u001f'))).toBe(plainDraw(seed, purpose, key));
      }),
      { numRuns: 100, seed: 7 },
    );
  });

  it('in a share, also at its very border', () => {
    const millionth = fc.oneof(fc.nat(1_000_000), fc.constantFrom(0, 1, 999_999, 1_000_000));
    fc.assert(
      fc.property(millionth, fc.integer({ min: -2, max: 2 }), fc.nat(2 ** 48 - 1), (m, beside, anywhere) => {
        const border = Math.round((m * 2 ** 48) / 1_000_000) + beside;
        for (const drawn of [Math.min(2 ** 48 - 1, Math.max(0, border)), anywhere])
          expect(inShare(drawn, m / 1_000_000)).toBe(plainInShare(drawn, m / 1_000_000));
      }),
      { numRuns: 5_000, seed: 7 },
    );
  });
});
