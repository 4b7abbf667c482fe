/**
 * The laws of tasks that choose what they ask about: which candidate is right, which item of a pair
 * is the stronger, and what becomes known of an item at or after T change no id of a prompt
 * (CAND-8, PAIR-2, ASOF-4), in worlds of versions at T, of twins and of late knowledge (CAND-9).
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderExamples } from '../../pipelines/render/render-question.ts';
import type { EventRecord, InteractionEvent } from '../../schemas/event.ts';
import { eventTimes } from '../../schemas/event-time.ts';
import { UNIT_SEPARATOR } from '../../schemas/rows.ts';
import type { RenderPlan } from '../../src/prompt/plan.ts';
import { planOf } from '../prompt/plans.ts';
import { DAY, did, HOUR, item, JOBS, MINUTE, NOON, profile, SHOP } from '../timeline/events.ts';
import type { Rendered } from '../timeline/outcomes.ts';
import { qwenTokenizer } from '../tokenize/families.ts';
import { askBuilder } from '../verify/told.ts';
import { casesOf, tell } from './long-run.ts';

const tokenizer = qwenTokenizer();
const ITEMS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
/** Two pairs of twins, one of them only when spaces do not count. */
const TEXTS = ['Nurse', 'Nurse', 'Ward  Sister', 'Ward Sister', 'Cook', 'Baker', '看護師', 'Smith', 'Tailor', 'Judge'];

const moment = fc
  .tuple(fc.nat(10), fc.constantFrom(0, 0, 0, 1, 10 * MINUTE))
  .map(([sixths, ms]) => NOON + sixths * 4 * HOUR + ms);
const late = fc.constantFrom(undefined, undefined, HOUR, DAY, 5 * DAY);
const given = (fields: object) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

const interactions = fc.array(
  fc.record({
    item_id: fc.constantFrom(...ITEMS),
    at: moment,
    later: late,
    action: fc.constantFrom('impression', 'impression', 'impression', 'viewed', 'dismissed', 'applied'),
    slate_id: fc.constantFrom('p', 'p', 'q', undefined),
    surface: fc.constantFrom('feed', undefined),
    context: fc.constantFrom(undefined, { device: 'phone' }),
  }),
  { minLength: 10, maxLength: 40, size: 'max' },
);
const versions = fc.array(
  fc.record({
    item_id: fc.constantFrom(...ITEMS),
    at: moment,
    later: late,
    op: fc.constantFrom('upsert' as const, 'upsert' as const, 'delete' as const),
    title: fc.constantFrom(...TEXTS),
  }),
  { maxLength: 8 },
);
const first = fc.tuple(
  ...ITEMS.map(() => fc.tuple(fc.constantFrom(...TEXTS), fc.constantFrom(-30 * DAY, -30 * DAY, 0))),
);

/** The records of a world, the interactions first. */
const anyRecords: fc.Arbitrary<EventRecord[]> = fc
  .record({ interactions, versions, first })
  .map(({ interactions, versions, first }) => [
    ...interactions.map(({ item_id, at, later, action, ...more }, i) =>
      did(action, item_id, at, {
        event_id: `e${(i * 7) % 61}-${i}`,
        ...given({ ...more, ingest_time: later === undefined ? undefined : at + later }),
      }),
    ),
    ...versions.map(({ item_id, at, later, op, title }, i) =>
      item(item_id, at, {
        ...{ event_id: `v${i}`, op, attributes: { title } },
        ...given({ ingest_time: later === undefined ? undefined : at + later }),
      }),
    ),
    ...first.map(([title, at], i) => item(ITEMS[i]!, NOON + at, { event_id: `first-${i}`, attributes: { title } })),
    profile(NOON - DAY, { event_id: 'p' }),
  ]);

const levels = { full: 40, short: 24, title: 12, question: 30, profile: 40, shown: 24 };
const options = fc.record({
  known: fc.constantFrom('event_time' as const, 'ingest_time' as const),
  label_window: fc.constantFrom('1d', '3d'),
  seed: fc.constantFrom(7, 8),
});

const plans = new Map<string, Promise<RenderPlan>>();

/** A plan whose tasks all draw: choices and pairs, or drawn items. */
function planOfDrawing(isShop: boolean, more: object): Promise<RenderPlan> {
  const name = JSON.stringify([isShop, more]);
  const plan = plans.get(name) ?? makePlan(isShop, more);
  plans.set(name, plan);
  return plan;
}

function makePlan(isShop: boolean, more: object): Promise<RenderPlan> {
  const choices = [
    { form: 'retrieval.choose', candidates: 3 },
    { form: 'retrieval.choose', name: 'shown', candidates: 3, shown: 0.5, random: 0.5 },
  ];
  const drawn = [
    { form: 'ranking.binary', drawn: 0.5 },
    { form: 'ranking.pointwise', drawn: 0.3 },
  ];
  const tasks = isShop ? [...choices.slice(0, 1), ...drawn] : [...choices, { form: 'ranking.pairwise' }];
  return planOf(tokenizer, isShop ? SHOP : JOBS, { context: 768, levels, tasks, variants: 0, ...more });
}

/** A rendered question of any world, and the ids of its prompt. */
interface Asked {
  readonly key: string;
  readonly outcome: Rendered;
  readonly items: readonly string[];
  readonly t: number;
}

function askedOf(plan: RenderPlan, records: readonly EventRecord[]): Map<string, Asked> {
  const rendered = askBuilder(plan, records, null).filter(
    (outcome): outcome is Rendered => outcome.fate === 'rendered',
  );
  const asked = rendered.map((outcome): Asked => {
    const key = [...outcome.opening.reference, outcome.task.name].join(UNIT_SEPARATOR);
    return { key, outcome, items: outcome.question.items.map(({ itemId }) => itemId), t: outcome.opening.t };
  });
  return new Map(asked.map((each) => [each.key, each]));
}

async function promptOf(plan: RenderPlan, { outcome }: Asked): Promise<string> {
  const task = plan.tasks.find(({ rules }) => rules === outcome.task)!;
  const examples = await renderExamples(plan, task, outcome);
  return examples.map(({ ids, promptLength }) => ids.subarray(0, promptLength).join(' ')).join(', ');
}

const opens = ({ outcome }: Asked, event: EventRecord) =>
  event.type === 'interaction' && event.event_id === outcome.question.exposure.eventId;
const isAt = (event: EventRecord, from: number) => eventTimes(event, 'event_time').at >= from;

/** The interactions with two items in each other's place, where the test says so. */
function swapped(
  records: readonly EventRecord[],
  [a, b]: readonly [string, string],
  isSwapped: (event: InteractionEvent) => boolean,
): EventRecord[] {
  const other = new Map([
    [a, b],
    [b, a],
  ]);
  return records.map((event) => {
    if (event.type !== 'interaction' || !isSwapped(event)) return event;
    return { ...event, item_id: other.get(event.item_id) ?? event.item_id } as EventRecord;
  });
}

const runs = casesOf(14, 1_000);
/** Which questions of a world are looked at: each is asked again in a world of its own. */
const picks = fc.array(fc.nat(), { minLength: 4, maxLength: 4 });

function picked(asked: Iterable<Asked>, numbers: readonly number[]): Asked[] {
  const all = [...asked];
  return all.length === 0 ? [] : [...new Set(numbers.map((n) => all[n % all.length]!))];
}

describe('No id of a prompt changes', () => {
  it('with the candidate that is right (CAND-8)', async () => {
    const seen: Record<string, number> = {};
    await fc.assert(
      fc.asyncProperty(anyRecords, options, fc.boolean(), picks, async (records, more, isShop, numbers) => {
        const plan = await planOfDrawing(isShop, more);
        const choices = [...askedOf(plan, records).values()].filter(
          ({ outcome }) => outcome.task.form === 'retrieval.choose',
        );
        for (const asked of picked(choices, numbers)) {
          // Every candidate gets a version at T, which nothing may look at.
          const atT = asked.items.map((id, i) => {
            const title = TEXTS[(numbers[0]! + i) % TEXTS.length]!;
            return item(id, asked.t, { event_id: `at-t-${i}`, attributes: { title } });
          });
          const right = asked.items[asked.outcome.label.reasons.indexOf('right')]!;
          for (const wrong of asked.items.filter((each) => each !== right)) {
            // The opening and all that the member does from T on are on the other item.
            const dated = [...records, ...atT];
            const permuted = swapped(dated, [right, wrong], (event) => opens(asked, event) || isAt(event, asked.t));
            const again = askedOf(plan, permuted).get(asked.key);
            // Draws that pass an item over may draw others; of the same candidates nothing changes.
            if (again === undefined || again.items.toSorted().join() !== asked.items.toSorted().join()) continue;
            expect(again.items, asked.key).toEqual(asked.items);
            expect(await promptOf(plan, again), asked.key).toBe(await promptOf(plan, asked));
            expect(again.outcome.label.label, asked.key).not.toBe(asked.outcome.label.label);
            for (const what of temptations(permuted, asked, plan)) seen[what] = (seen[what] ?? 0) + 1;
          }
        }
      }),
      { numRuns: runs, seed: 20261129 },
    );
    tell('permuted', { what: 'candidates made the right one', cases: seen.any ?? 0, differences: 0 });
    expect(seen.any).toBeGreaterThan(runs);
    for (const what of ['version at T', 'known late', 'met before', 'twins'])
      expect(seen[what] ?? 0, JSON.stringify(seen)).toBeGreaterThan(runs / 10);
  });

  it('with the item of a pair that gets the stronger action (PAIR-2)', async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(anyRecords, options, picks, async (records, more, numbers) => {
        const plan = await planOfDrawing(false, more);
        const pairs = [...askedOf(plan, records).values()].filter(({ items }) => items.length === 2);
        for (const asked of picked(pairs, numbers)) {
          const [a = '', b = ''] = asked.items;
          const isAction = (event: EventRecord) => event.type === 'interaction' && event.action !== 'impression';
          const isOfPair = (event: EventRecord) => event.type === 'interaction' && asked.items.includes(event.item_id);
          // An action at T may open the other's session.
          if (records.some((event) => isAction(event) && isOfPair(event) && event.event_time === asked.t)) continue;
          const permuted = swapped(records, [a, b], (event) => isAction(event) && isAt(event, asked.t));
          const again = askedOf(plan, permuted).get(asked.key);
          if (again === undefined || again.items.toSorted().join() !== asked.items.toSorted().join()) continue;
          expect(await promptOf(plan, again), asked.key).toBe(await promptOf(plan, asked));
          expect(again.outcome.label.label, asked.key).not.toBe(asked.outcome.label.label);
          compared++;
        }
      }),
      { numRuns: runs, seed: 20261130 },
    );
    expect(compared).toBeGreaterThan(runs / 6);
  });

  it('with a version at T or known after it, whosever item it is (ASOF-4)', async () => {
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(
        ...([
          anyRecords,
          options,
          fc.boolean(),
          fc.array(fc.record({ n: fc.nat(), op: fc.boolean(), late: fc.nat(2) })),
          picks,
        ] as const),
        async (records, more, isShop, changes, numbers) => {
          const plan = await planOfDrawing(isShop, more);
          for (const asked of picked(askedOf(plan, records).values(), numbers)) {
            const { reference } = asked.outcome.opening;
            const own = records.find((event) => opens(asked, event)) as InteractionEvent;
            const items = [own.item_id, ...asked.items, 'new'];
            const added = changes.map(({ n, op, late }, i): EventRecord => {
              const title = TEXTS[n % TEXTS.length]!;
              // At T, after it, or known after it.
              const at = late === 0 ? asked.t : late === 1 ? asked.t + 1 : asked.t - HOUR;
              const ingest = late === 2 && plan.section.known === 'ingest_time' ? { ingest_time: asked.t } : {};
              const time = late === 2 && plan.section.known !== 'ingest_time' ? asked.t : at;
              const kind = op ? ('upsert' as const) : ('delete' as const);
              return item(items[n % items.length]!, time, {
                event_id: `x${i}`,
                op: kind,
                attributes: { title },
                ...ingest,
              });
            });
            const again = askedOf(plan, [...records, ...added]).get(asked.key);
            const what = `${asked.outcome.task.form} ${reference.join(' ')}`;
            expect(again?.items, what).toEqual(asked.items);
            expect(await promptOf(plan, again!), what).toBe(await promptOf(plan, asked));
            if (added.length > 0) seen.set(asked.outcome.task.form, (seen.get(asked.outcome.task.form) ?? 0) + 1);
          }
        },
      ),
      { numRuns: runs, seed: 20261131 },
    );
    const forms = ['ranking.binary', 'ranking.pairwise', 'ranking.pointwise', 'retrieval.choose'];
    for (const form of forms) expect(seen.get(form) ?? 0, form).toBeGreaterThan(runs / 6);
  });
});

/**
 * What an item says at T, with white space as one space; undefined where it says nothing, or where
 * versions at one time leave it to their order.
 */
function saidAt(
  records: readonly EventRecord[],
  id: string,
  { t, known }: { t: number; known: RenderPlan['section']['known'] },
) {
  const versions = records.flatMap((event) => {
    if (event.type !== 'item' || event.item_id !== id) return [];
    const { at, knownAt } = eventTimes(event, known);
    return knownAt < t ? [{ at, event }] : [];
  });
  const [newest, next] = versions.toSorted((a, b) => b.at - a.at);
  if (newest === undefined || newest.at === next?.at || newest.event.op === 'delete') return undefined;
  return String(newest.event.attributes?.title).replace(/\s+/g, ' ');
}

/** What of a world might tell which candidate is right, if the builder looked at it. */
function temptations(
  records: readonly EventRecord[],
  { items, t }: Asked,
  { section: { known } }: RenderPlan,
): string[] {
  const ofCandidates = records.filter((event) => event.type !== 'member' && items.includes(event.item_id));
  const is = (event: EventRecord, test: (times: { at: number; knownAt: number }) => boolean) =>
    test(eventTimes(event, known));
  const texts = items.map((id) => saidAt(records, id, { t, known }));
  const others = ITEMS.filter((id) => !items.includes(id)).map((id) => saidAt(records, id, { t, known }));
  const found: Record<string, boolean> = {
    any: true,
    'version at T': ofCandidates.some((event) => event.type === 'item' && is(event, ({ at }) => at === t)),
    'known late': ofCandidates.some((event) => is(event, ({ at, knownAt }) => at <= t && knownAt >= t && knownAt > at)),
    'met before': ofCandidates.some((event) => event.type === 'interaction' && is(event, ({ knownAt }) => knownAt < t)),
    twins: others.some((text) => text !== undefined && texts.includes(text)),
  };
  return Object.keys(found).filter((what) => found[what]);
}

describe('Items that a question shows', () => {
  it('never say the same, nor what a barred item or the own one says (CAND-9)', async () => {
    const seen = { twins: 0, barred: 0, drawn: 0 };
    await fc.assert(
      fc.asyncProperty(anyRecords, options, fc.boolean(), async (records, more, isShop) => {
        const plan = await planOfDrawing(isShop, more);
        const { known } = plan.section;
        for (const asked of askedOf(plan, records).values()) {
          const { key, outcome, items, t } = asked;
          const said = items.map((id) => saidAt(records, id, { t, known }));
          const texts = said.filter((text) => text !== undefined);
          expect(new Set(texts).size, key).toBe(texts.length);
          const own = records.find((event) => opens(asked, event)) as InteractionEvent;
          const others = ITEMS.filter((id) => !items.includes(id)).map((id) => saidAt(records, id, { t, known }));
          if (others.some((text) => text !== undefined && texts.includes(text))) seen.twins++;
          if (outcome.label.reasons.join() === 'random') {
            expect(said, key).not.toEqual([saidAt(records, own.item_id, { t, known }) ?? 'nothing']);
            seen.drawn++;
          }
          if (outcome.task.form !== 'retrieval.choose') continue;
          const barred = records.filter((event): event is InteractionEvent => {
            if (event.type !== 'interaction' || event.action === 'impression') return false;
            const { at, knownAt } = eventTimes(event, known);
            return at >= t && at < t + outcome.task.windowMs && knownAt < t + outcome.task.windowMs;
          });
          for (const { item_id } of barred.filter((event) => event.item_id !== own.item_id)) {
            const text = saidAt(records, item_id, { t, known });
            if (text === undefined) continue;
            const wrong = said.filter((_, i) => outcome.label.reasons[i] !== 'right');
            expect(wrong, `${key}: ${item_id} is barred`).not.toContain(text);
            seen.barred++;
          }
        }
      }),
      { numRuns: runs, seed: 20261132 },
    );
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(runs / 6);
  });
});
