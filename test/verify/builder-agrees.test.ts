/**
 * The builder and the reference model were written apart; on any small world they say the same
 * (OPEN-4, DRAW-4, ORIGIN-1, ORIGIN-2).
 */
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { EventRecord } from '../../schemas/event.ts';
import { planOf } from '../prompt/plans.ts';
import { DAY, did, HOUR, item, JOBS, NOON, profile, SHOP } from '../timeline/events.ts';
import { anyRecords, ITEMS } from '../timeline/worlds.ts';
import { qwenTokenizer } from '../tokenize/families.ts';
import { closeReferences, toldByBuilder, toldByReference } from './told.ts';

const tokenizer = qwenTokenizer();
afterAll(closeReferences);

const choose = { form: 'retrieval.choose', candidates: 4 };
const sections = fc
  .record({
    known: fc.constantFrom('event_time', 'ingest_time'),
    label_window: fc.constantFrom('1d', '3d'),
    max_events: fc.constantFrom(undefined, 5),
    ask: fc.constantFrom({ share: 1 }, { share: 0.7, per_member_day: 2 }),
    variants: fc.constantFrom(0.1, 0.6),
    holdout: fc.constantFrom({}, { surfaces: ['email'] }),
    context: fc.constantFrom(512, 1024),
    order: fc.constantFrom('by_action', 'chronological'),
    strategy: fc.constantFrom('chronological', 'balanced'),
    shown: fc.constantFrom(0, 0.5, 1),
    hasExposures: fc.boolean(),
    windowless: fc.boolean(),
  })
  .map(({ order, strategy, shown, hasExposures, windowless, max_events, ...section }) => {
    const shape = { order, strategy };
    const pointwise = { form: 'ranking.pointwise', ...shape };
    const shares = hasExposures ? { shown, random: 1 - shown } : {};
    return {
      domain: hasExposures ? JOBS : SHOP,
      section: {
        ...section,
        ...(max_events === undefined ? {} : { max_events }),
        // A context this short needs a short line for each candidate.
        levels: { full: 40, short: 24, title: 12, question: 30, profile: 40, shown: 24 },
        tasks: [
          windowless ? { ...pointwise, label_window: 0 } : pointwise,
          { form: 'ranking.binary', ...shape },
          { ...choose, ...shape, ...shares },
          { form: 'next-action.action', ...shape },
        ],
      },
    };
  });
const untils = fc.constantFrom(null, NOON + 6 * DAY, NOON + 9 * DAY + 1);

/** Some records come twice, with another ingest_time or without one. */
const doubled = fc
  .tuple(anyRecords, fc.array(fc.tuple(fc.nat(), fc.constantFrom(undefined, NOON, NOON + 5 * DAY)), { maxLength: 12 }))
  .map(([records, copies]) => [
    ...records,
    ...copies.map(([at, ingest_time]): EventRecord => {
      const { ingest_time: _own, ...record } = records[at % records.length]!;
      return (ingest_time === undefined ? record : { ...record, ingest_time }) as EventRecord;
    }),
  ]);

describe('The builder and the reference model', () => {
  it('end every question of any world alike, with the same label, tokens, origins and ledger', async () => {
    let rows = 0;
    await fc.assert(
      fc.asyncProperty(doubled, sections, untils, async (records, { domain, section }, until) => {
        const plan = await planOf(tokenizer, domain, section);
        const told = await toldByBuilder(plan, records, until);
        rows += told.reduce((sum, { rows: own }) => sum + own.length, 0);
        expect(await toldByReference(plan, records, until)).toEqual(told);
      }),
      { numRuns: 30, seed: 20261124 },
    );
    // Worlds in which hardly anything is asked would prove nothing.
    expect(rows).toBeGreaterThan(300);
  });

  it('pair the same items of slates in which many things happen in few minutes (PAIR-2)', async () => {
    const seen = fc.record({
      item_id: fc.constantFrom(...ITEMS),
      // Several at one moment, some a session later, some when the window is about to end.
      event_time: fc
        .tuple(fc.nat(3), fc.constantFrom(0, 0, HOUR, DAY - 1))
        .map(([minute, later]) => NOON + minute * 60_000 + later),
      action: fc.constantFrom('impression', 'impression', 'impression', 'viewed', 'dismissed', 'applied'),
      slate_id: fc.constantFrom('p', 'p', 'q', undefined),
      session_id: fc.constantFrom('s', undefined, undefined),
      surface: fc.constantFrom('feed', 'email', undefined),
    });
    const versions = fc.array(fc.tuple(fc.constantFrom(...ITEMS), fc.nat(3), fc.boolean()), { maxLength: 3 });
    const given = (fields: object) =>
      Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
    let pairs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(seen, { minLength: 8, maxLength: 40 }), versions, async (events, changed) => {
        const records: EventRecord[] = [
          ...ITEMS.map((id) => item(id, NOON - DAY, { event_id: `first-${id}` })),
          ...changed.map(([id, minute, isDelete], i) =>
            item(id, NOON + minute * 60_000, { event_id: `v${i}`, op: isDelete ? 'delete' : 'upsert' }),
          ),
          ...events.map(({ action, item_id, event_time, ...more }, i) =>
            did(action, item_id, event_time, { event_id: `e${(i * 7) % 61}-${i}`, ...given(more) }),
          ),
        ];
        const plan = await planOf(tokenizer, JOBS, {
          context: 512,
          label_window: '1d',
          levels: { full: 40, short: 24, title: 12, question: 30, profile: 40, shown: 24 },
          holdout: { surfaces: ['email'] },
          tasks: [{ form: 'ranking.pairwise' }],
        });
        const told = await toldByBuilder(plan, records, null);
        pairs += told.filter(({ fate }) => fate === 'rendered').length;
        expect(await toldByReference(plan, records, null)).toEqual(told);
      }),
      { numRuns: 400, seed: 20261126 },
    );
    expect(pairs).toBeGreaterThan(100);
  });

  it('agree on items whose text is cut at every level', async () => {
    const words = fc.array(
      fc.constantFrom(
        'hi',
        'Zürich,',
        '東京都',
        '🙂👩‍👩‍👧',
        'a/b',
        'www.example.org/very/long/path?x=1',
        'naïve',
        '[INST]',
        '</s>',
        '—',
        '1,000.50',
        'e\u0301',
      ),
      { minLength: 1, maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(words, { minLength: 4, maxLength: 8 }), words, async (titles, position) => {
        const records: EventRecord[] = [
          profile(NOON - DAY, { event_id: 'p', attributes: { position: position.join(' ') } }),
          ...titles.flatMap((title, i): EventRecord[] => [
            item(`i${i}`, NOON - DAY, {
              event_id: `v${i}`,
              attributes: { title: title.join(' '), location: 'Oslo' },
            }),
            did('viewed', `i${i}`, NOON + i * DAY, { event_id: `e${i}` }),
          ]),
        ];
        const plan = await planOf(tokenizer, JOBS, {
          context: 512,
          label_window: '1d',
          levels: { full: 40, short: 20, title: 10, question: 30, profile: 24, shown: 24 },
          tasks: [{ form: 'ranking.pointwise' }],
        });
        expect(await toldByReference(plan, records, null)).toEqual(await toldByBuilder(plan, records, null));
      }),
      { numRuns: 40, seed: 7 },
    );
  });
});
