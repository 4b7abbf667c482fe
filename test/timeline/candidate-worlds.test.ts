/**
 * Wrong candidates in any world, with versions at T, twins and late knowledge: those that the words
 * of the rules take, and nothing tells which one is right (ASOF-4, CAND-1 to CAND-9, PAIR-2).
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventRecord, ItemEvent } from '../../schemas/event.ts';
import { draw } from '../../src/timeline/draws.ts';
import { createItemTable } from '../../src/timeline/item-table.ts';
import { jump } from '../../src/timeline/jump.ts';
import { ask, DAY, did, HOUR, item, itemIdsOf, JOBS, lineOf, NOON, task } from './events.ts';
import { plainQuestion } from './outcomes.ts';

const titled = (id: string, title: string, at: number | null = 0, more: object = {}) =>
  item(id, at, { attributes: { title }, ...more });
const choose = (wrong: number, shown = 0) => [task('retrieval.choose', { shown, random: wrong - shown })];

const TITLES = ['Nurse', 'Cook', 'Clerk', 'Smith', 'Baker'];
const IDS = ['a', 'b', 'c', 'd', 'e', 'f'];
const moment = fc.constantFrom(NOON - 2 * DAY, NOON - HOUR, NOON - 1, NOON, NOON + 1);
const versions = fc.array(
  fc
    .record({
      id: fc.constantFrom(...IDS),
      title: fc.constantFrom(...TITLES),
      at: fc.oneof({ weight: 6, arbitrary: moment }, { weight: 1, arbitrary: fc.constant(null) }),
      late: fc.option(moment, { nil: undefined, freq: 3 }),
      gone: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    })
    .map(({ id, title, at, late, gone }) => ({
      id,
      title,
      at,
      late,
      op: gone ? ('delete' as const) : ('upsert' as const),
    })),
  { maxLength: 14 },
);
const itemsOf = (drawnVersions: typeof versions extends fc.Arbitrary<infer T> ? T : never): ItemEvent[] => [
  ...IDS.map((id, i) => titled(id, TITLES[i % 5]!, NOON - 9 * DAY + i)),
  ...drawnVersions.map(({ id, title, at, late, op }, i) =>
    titled(id, title, at, { event_id: `v${i}`, op, ...(late === undefined ? {} : { ingest_time: late }) }),
  ),
];
const past = fc.array(
  fc.record({
    id: fc.constantFrom(...IDS),
    action: fc.constantFrom('viewed', 'dismissed', 'impression'),
    at: fc.integer({ min: 1, max: 200 }).map((hours) => NOON - hours * HOUR),
    slate: fc.option(fc.constant('s'), { nil: undefined, freq: 2 }),
  }),
  { maxLength: 12 },
);
const known = fc.constantFrom('event_time' as const, 'ingest_time' as const, 'ingest_time' as const);
const historyEvents = (events: typeof past extends fc.Arbitrary<infer T> ? T : never) =>
  events.map(({ id, action, at, slate }, i) =>
    did(action, id, at, { event_id: `h${i}`, ...(slate === undefined ? {} : { slate_id: slate }) }),
  );

describe('permute which candidate is right', () => {
  it('and nothing in the question changes, with versions at T, twins and late knowledge (ASOF-4, CAND-8)', () => {
    let compared = 0;
    const labels = new Set<string>();
    fc.assert(
      fc.property(
        versions,
        past,
        known,
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        (drawnOnes, before, how, wrong, isShown) => {
          const world = [...itemsOf(drawnOnes), ...historyEvents(before)];
          const bySet = new Map<string, Set<string>>();
          for (const right of IDS) {
            const opening = did('applied', right, NOON, { event_id: 'open', session_id: 'now', slate_id: 's' });
            const tasks = choose(wrong, isShown ? wrong : 0);
            const [outcome] = ask([...world, opening], { tasks, known: how }).filter(
              ({ opening: { t } }) => t === NOON,
            );
            if (outcome?.question === undefined) continue;
            const set = itemIdsOf(outcome.question).toSorted().join(' ');
            labels.add(outcome.label!.label);
            const same = bySet.get(set);
            if (same !== undefined) compared++;
            bySet.set(set, (same ?? new Set()).add(JSON.stringify(outcome.question)));
          }
          for (const questions of bySet.values()) expect(questions.size).toBe(1);
        },
      ),
      { numRuns: 80, seed: 7 },
    );
    expect(compared).toBeGreaterThan(100);
    expect(labels.size).toBe(4);
  });

  it('swap the labels of a pair and nothing in the question changes (PAIR-2)', () => {
    let compared = 0;
    fc.assert(
      fc.property(versions, past, known, (drawnOnes, before, how) => {
        const shown = ['a', 'b'].map((id, i) =>
          did('impression', id, NOON - 1 + i, { event_id: `saw-${id}`, slate_id: 'pair', session_id: 'now' }),
        );
        const world = [...itemsOf(drawnOnes), ...historyEvents(before), ...shown];
        const [one, other] = ['a', 'b'].map((id) =>
          ask([...world, did('viewed', id, NOON + HOUR, { event_id: 'act' })], {
            tasks: [task('ranking.pairwise')],
            known: how,
          }).find(({ opening, question }) => opening.t === NOON && question !== undefined),
        );
        expect(one === undefined).toBe(other === undefined);
        if (one?.question === undefined || other?.question === undefined) return;
        expect(plainQuestion(other.question)).toEqual(plainQuestion(one.question));
        expect(other.label!.label).not.toBe(one.label!.label);
        compared++;
      }),
      { numRuns: 100, seed: 7 },
    );
    expect(compared).toBeGreaterThan(50);
  });
});

/** The wrong candidates by the words of CAND-2, CAND-5, CAND-6, CAND-7 and CAND-9. */
function wrongByTheRules(
  items: readonly ItemEvent[],
  of: {
    readonly key: readonly string[];
    readonly right: string;
    readonly barred: readonly string[];
    readonly pools: Readonly<Record<'slate' | 'shown', readonly string[]>>;
    readonly shown: number;
    readonly wrong: number;
    readonly known: 'event_time' | 'ingest_time';
  },
): string[] | undefined {
  const table = createItemTable(items, of.known);
  const says = lineOf(JOBS);
  const textOf = (id: string) => {
    const version = table.seen(id as ItemEvent['item_id'], NOON);
    return version === undefined || version.deleted ? undefined : says(version);
  };
  const size = table.population.sizeAt(NOON);
  const population = Array.from({ length: size }, (_, k): string => table.population.at(k));
  const taken: string[] = [];
  const isTaken = (id: string) => {
    const out = [of.right, ...of.barred, ...taken];
    const text = textOf(id);
    return text !== undefined && population.includes(id) && !out.includes(id) && !out.some((o) => textOf(o) === text);
  };
  const fill = (purpose: string, most: number, itemOf: (drawn: number) => string, isUsedUp: () => boolean) => {
    for (let counter = 0; counter < 1_000 && taken.length < most && !isUsedUp(); counter++) {
      const id = itemOf(draw(7, purpose, [...of.key, String(counter)]));
      if (isTaken(id)) taken.push(id);
    }
  };
  for (const purpose of ['slate', 'shown'] as const) {
    const pool = [...new Set(of.pools[purpose])].sort();
    fill(
      purpose,
      of.shown,
      (drawn) => pool[drawn % pool.length]!,
      () => !pool.some(isTaken),
    );
  }
  fill(
    'random',
    of.wrong,
    (drawn) => population[jump(drawn, size)]!,
    () => !population.some(isTaken),
  );
  return taken.length < of.wrong ? undefined : taken;
}

it('wrong candidates are those that the words of the rules take, in any world', () => {
  const ends = new Map<string, number>();
  const after = fc.array(fc.constantFrom(...IDS), { maxLength: 2 });
  fc.assert(
    fc.property(
      versions,
      past,
      after,
      known,
      fc.tuple(fc.integer({ min: 1, max: 3 }), fc.nat(3)),
      (drawnOnes, before, acted, how, [wrong, most]) => {
        const shown = Math.min(wrong, most);
        const items = itemsOf(drawnOnes);
        const opening = did('applied', 'a', NOON, { event_id: 'open', session_id: 'now', slate_id: 's' });
        const later = acted.map((id, i) => did('viewed', id, NOON + 1 + i, { event_id: `l${i}`, session_id: 'now' }));
        const world = [...items, ...historyEvents(before), opening, ...later];
        const [outcome] = ask(world, { tasks: choose(wrong, shown), known: how }).filter(
          ({ opening: { t } }) => t === NOON,
        );
        const exposures = before.filter(({ action }) => action === 'impression');
        const expected = wrongByTheRules(items, {
          key: ['event', 'm', 'open', 'retrieval.choose', 'retrieval.choose'],
          right: 'a',
          barred: ['a', ...acted],
          pools: {
            slate: exposures.filter(({ slate }) => slate === 's').map(({ id }) => id),
            shown: exposures.map(({ id }) => id),
          },
          shown,
          wrong,
          known: how,
        });
        ends.set(outcome!.fate, (ends.get(outcome!.fate) ?? 0) + 1);
        if (outcome!.fate === 'item_unknown') return;
        const chosenOnes = outcome!.question && itemIdsOf(outcome!.question).filter((id) => id !== 'a');
        expect(chosenOnes?.sort()).toEqual(expected?.sort());
      },
    ),
    { numRuns: 250, seed: 7 },
  );
  expect(ends.get('rendered')).toBeGreaterThan(50);
  expect(ends.get('too_few_candidates')).toBeGreaterThan(20);
});

it('an item that is known late changes only draws that fall on items known after it (CAND-2)', () => {
  let same = 0;
  let changed = 0;
  for (let i = 0; i < 120; i++) {
    const opening = did('applied', 'right', NOON, { event_id: `o${i}` });
    const items = [item('right'), ...Array.from({ length: 30 }, (_, k) => item(`i${k}`, k + 1))];
    const asked = (more: EventRecord[]) =>
      itemIdsOf(ask([...items, ...more, opening], { tasks: choose(1) })[0]!.question!);
    const [before, after] = [asked([]), asked([item('late', NOON - 1)])];
    if (after.includes('late')) changed++;
    else {
      expect(after).toEqual(before);
      same++;
    }
  }
  expect(same).toBeGreaterThan(100);
  expect(changed).toBeGreaterThan(0);
});
