/** A serving system's questions: which there are, which are refused, and by which catalogue. */
import { describe, expect, it } from 'vitest';
import { renderPrompt } from '../../pipelines/render/render-question.ts';
import { askCandidates, type CandidatesWish } from '../../pipelines/serve/ask-candidates.ts';
import { takeInItems, takeInMember } from '../../pipelines/serve/take-in-events.ts';
import { Domain } from '../../schemas/domain.ts';
import type { EventRecord } from '../../schemas/event.ts';
import { BrewhouseError } from '../../src/errors.ts';
import type { RenderPlan } from '../../src/prompt/plan.ts';
import type { ItemTable } from '../../src/timeline/item-table.ts';
import { askPlan, planOf } from '../prompt/plans.ts';
import { DAY, did, HOUR, historyOf, item, itemIdsOf, JOBS, NOON, profile, rendered, SHOP } from '../timeline/events.ts';
import { plainQuestion } from '../timeline/outcomes.ts';
import { qwenTokenizer } from '../tokenize/families.ts';

const qwen = qwenTokenizer();
const CHOOSE = { form: 'retrieval.choose', candidates: 3 };
const TASKS = [
  { form: 'ranking.pointwise' },
  { form: 'ranking.binary' },
  { form: 'ranking.pairwise' },
  CHOOSE,
  { form: 'next-action.action' },
];
const plan = await planOf(qwen, JOBS, { tasks: TASKS });
const IDS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const titled = (id: string, at = NOON - 100 * DAY, title = `title of ${id}`) =>
  item(id, at, { attributes: { title, location: 'Oslo' } });
const catalogue = IDS.map((id) => titled(id));
const member = [
  profile(NOON - 50 * DAY),
  did('viewed', 'a', NOON - 3 * DAY),
  did('applied', 'b', NOON - 2 * DAY),
  did('dismissed', 'c', NOON - DAY),
  did('impression', 'd', NOON - 20 * DAY),
];
const { timeline } = takeInMember(plan, 'm', member);
const { items } = takeInItems(plan, catalogue);

type Wish = Omit<CandidatesWish, 'plan'>;
const askBy = (by: RenderPlan, table: ItemTable, wish: Wish) => askCandidates(timeline, table, { plan: by, ...wish });
const askOf = (wish: Partial<Wish>, table = items) =>
  askBy(plan, table, { t: NOON, task: 'ranking.pointwise', candidates: ['e'], ...wish });
/** The prompt of the only question. */
async function promptOf(by: RenderPlan, table: ItemTable, wish: Wish): Promise<string> {
  const [asked, ...more] = askBy(by, table, wish);
  expect(more).toEqual([]);
  if (asked?.question === undefined) throw asked?.refusal;
  return qwen.decode((await renderPrompt(by, asked.template, asked.question)).ids);
}
function refused(work: () => unknown): { code: string; said: string } {
  try {
    work();
  } catch (error) {
    if (error instanceof BrewhouseError) return { code: error.code, said: `${error.message}; ${error.remedy}` };
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('a refreshed catalogue', () => {
  const wishes: Wish[] = [
    ...IDS.map((id) => ({ t: NOON, task: 'ranking.pointwise', surface: 'feed', candidates: [id] })),
    { t: NOON, task: 'ranking.binary', candidates: ['h'] },
    { t: NOON, task: 'ranking.pairwise', candidates: ['g', 'e'] },
    { t: NOON, task: 'retrieval.choose', candidates: ['h', 'd', 'f'] },
    { t: NOON, task: 'next-action.action', candidates: ['a'] },
  ];

  it('is asked about in its own texts, with one plan for both tables, in turns (K8)', async () => {
    // First in every order: by id, by time, by the order of events.
    const newer = [titled('0', NOON - 200 * DAY), ...catalogue, titled('b', NOON - 5 * DAY, 'new title of b')];
    const tables = [items, takeInItems(plan, newer).items];
    // What each prompt is where no other table was ever asked about.
    const alone = await Promise.all(
      tables.map(async (table) => {
        const own = await planOf(qwen, JOBS, { tasks: TASKS });
        return Promise.all(wishes.map((wish) => promptOf(own, table, wish)));
      }),
    );
    for (const [i, wish] of wishes.entries()) {
      for (const [n, table] of [...tables, ...tables].entries()) {
        const prompt = await promptOf(plan, table, wish);
        expect(prompt, `${n} ${JSON.stringify(wish)}`).toBe(alone[n % 2]![i]);
        for (const id of wish.candidates) expect(prompt).toContain(`title of ${id}`);
      }
    }
    expect(alone[0]!.filter((prompt, i) => prompt === alone[1]![i])).not.toHaveLength(wishes.length);
    expect(await promptOf(plan, tables[1]!, { t: NOON, task: 'ranking.pointwise', candidates: ['0'] })).toContain(
      'title of 0',
    );
  });

  it('may be asked about at once with the old one', async () => {
    const other = takeInItems(plan, [titled('0', NOON - 200 * DAY), ...catalogue]).items;
    const own = await planOf(qwen, JOBS, { tasks: TASKS });
    const prompts = await Promise.all(
      wishes.flatMap((wish) => [promptOf(own, items, wish), promptOf(own, other, wish)]),
    );
    expect(prompts.length).toBe(2 * wishes.length);
    for (let i = 0; i < prompts.length; i += 2) expect(prompts[i]).toBe(prompts[i + 1]);
  });
});

describe('a question about named items', () => {
  it('is about each of them and no other, and is the one that training asked', () => {
    const open = did('impression', 'e', NOON, { event_id: 'open', surface: 'feed', context: { device: 'phone' } });
    for (const name of ['ranking.pointwise', 'ranking.binary']) {
      const tasks = plan.rules.tasks.filter((task) => task.name === name);
      const records = [...catalogue, ...member, open, did('applied', 'e', NOON + HOUR)];
      const {
        key: _key,
        exposure,
        ...trained
      } = plainQuestion(rendered(askPlan({ ...plan, rules: { ...plan.rules, tasks } }, records), 'open').question);
      const met = { surface: 'feed', context: { device: 'phone', secret: 'x' } };
      const asked = askOf({ task: name, candidates: ['e', 'a'], ...met }).map(({ question }) => question!);
      expect(asked.map(itemIdsOf)).toEqual([['e'], ['a']]);
      expect(plainQuestion(asked[0]!)).toMatchObject(trained);
      expect(asked[0]!.exposure.pairs).toEqual(exposure.pairs);
    }
  });

  it('leaves what it chooses among out of the history, and in the other forms keeps it', () => {
    const historyIn = (task: string, candidates: string[]) => historyOf(askOf({ task, candidates })[0]!.question!);
    const all = ['did not interact d', 'viewed a', 'applied b', 'dismissed c'];
    expect(historyIn('ranking.pointwise', ['a'])).toEqual(all);
    expect(historyIn('ranking.binary', ['b'])).toEqual(all);
    expect(historyIn('next-action.action', ['c'])).toEqual(all);
    expect(historyIn('ranking.pairwise', ['a', 'e'])).toEqual(all.filter((line) => !line.endsWith('a')));
    expect(historyIn('retrieval.choose', ['e', 'b', 'c'])).toEqual(all.slice(0, 2));
  });

  it('leaves the item out of the history in a ranking task that may draw, and what says the same', async () => {
    const shop = await planOf(qwen, SHOP, { tasks: [{ form: 'ranking.pointwise', drawn: 0.5 }] });
    const twin = titled('twin', NOON - 90 * DAY, 'title of a');
    const own = takeInMember(shop, 'm', [...member, did('viewed', 'twin', NOON - 4 * DAY)]).timeline;
    const table = takeInItems(shop, [...catalogue, twin]).items;
    const wish = { plan: shop, t: NOON, task: 'ranking.pointwise', candidates: ['a', 'h'] };
    const [about, other] = askCandidates(own, table, wish).map(({ question }) => historyOf(question!, SHOP));
    expect(about).toEqual(['applied b', 'dismissed c']);
    expect(other).toEqual(['viewed twin', 'viewed a', 'applied b', 'dismissed c']);
  });

  it('holds nothing that was not known before its moment', () => {
    const [asked] = askOf({ t: NOON - 2 * DAY, candidates: ['e'] });
    expect(historyOf(asked!.question!)).toEqual(['did not interact d', 'viewed a']);
  });

  it('is told in the template that is named, held out or not, or in the first ordinary one', () => {
    const idOf = (template?: string) => askOf(template === undefined ? {} : { template })[0]!.template.template.id;
    expect([idOf(), idOf('seed'), idOf('briefing')]).toEqual(['journal', 'seed', 'briefing']);
  });
});

describe('what training would not have asked', () => {
  const refusals = (wish: Partial<Wish>, table = items) =>
    askOf(wish, table).map(({ itemIds, refusal }) => [itemIds.join(), refusal?.message]);

  it('is refused by itself, with the reason', () => {
    const table = takeInItems(plan, [
      ...catalogue,
      titled('late', NOON + DAY),
      item('gone', NOON - 9 * DAY),
      item('gone', NOON - DAY, { op: 'delete', attributes: undefined } as never),
    ]).items;
    expect(refusals({ candidates: ['e', 'nobody', 'late', 'gone', 'f'] }, table)).toEqual([
      ['e', undefined],
      ['nobody', 'no item event names nobody'],
      ['late', 'late is not known at 2026-01-10T12:00:00.000Z'],
      ['gone', 'gone is deleted at 2026-01-10T12:00:00.000Z'],
      ['f', undefined],
    ]);
    expect(refusals({ task: 'ranking.pairwise', candidates: ['nobody', 'late'] }, table)).toEqual([
      ['nobody,late', 'no item event names nobody; late is not known at 2026-01-10T12:00:00.000Z'],
    ]);
  });

  it('is an item that no draw could have taken, in a task that draws alone (ASOF-4)', () => {
    const table = takeInItems(plan, [...catalogue, titled('undated', null as never)]).items;
    expect(refusals({ candidates: ['undated'] }, table)).toEqual([['undated', undefined]]);
    expect(refusals({ task: 'ranking.pairwise', candidates: ['e', 'undated'] }, table)).toEqual([
      ['e,undated', 'undated has no version with a known time, and the task ranking.pairwise draws items'],
    ]);
  });

  it('is a choice among items that read the same (CAND-9)', () => {
    const table = takeInItems(plan, [...catalogue, titled('twin', 0, 'title of e')]).items;
    expect(refusals({ task: 'retrieval.choose', candidates: ['e', 'f', 'twin'] }, table)).toEqual([
      ['e,f,twin', 'e and twin read the same'],
    ]);
    expect(refusals({ candidates: ['e', 'twin'] }, table).map(([, refusal]) => refusal)).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('is a next action on an item without an action before it (OPEN-2)', () => {
    const what = (id: string) => `the member has no action on ${id} after which the task next-action.action is asked`;
    expect(refusals({ task: 'next-action.action', candidates: ['a', 'b', 'c', 'd', 'e'] })).toEqual([
      ['a', undefined],
      // The strongest action, an exposure, and nothing.
      ['b', what('b')],
      ['c', undefined],
      ['d', what('d')],
      ['e', what('e')],
    ]);
  });
});

describe('what is no question', () => {
  it.each([
    [{ t: Number.NaN }, 'usage', /t is NaN, and a moment is epoch milliseconds; as Date\.parse/],
    [{ t: '2026-01-10T12:00:00Z' as never }, 'usage', /t is 2026-01-10T12:00:00Z/],
    [{ t: 1.5 }, 'usage', /t is 1\.5/],
    [{ device: 'phone' } as never, 'usage', /Unrecognized key: "device"; a question has .*at_exposure/],
    [{ surface: '' }, 'usage', /must not be empty/],
    [{ candidates: ['e', 'e'] }, 'usage', /e is among the candidates twice; name each item once/],
    [{ candidates: [''] }, 'usage', /must not be empty/],
    [{ task: 'ranking.pairwise', candidates: ['e'] }, 'usage', /lists 2 candidates, not 1; name 2 items/],
    [{ task: 'retrieval.choose', candidates: IDS }, 'usage', /lists 3 candidates, not 8; name 3 items/],
    [{ task: 'ranking.pointwize' }, 'not_found', /no task ranking\.pointwize; did you mean ranking\.pointwise\?/],
    [{ task: 'zzz' }, 'not_found', /there are ranking\.pointwise, ranking\.binary/],
    [{ template: 'sead' }, 'not_found', /no template of ranking\.pointwise sead; did you mean seed\?/],
    [{ template: 'shortlist' }, 'not_found', /there are journal, seed, briefing/],
  ] as [Partial<Wish>, string, RegExp][])('is refused by name: %j', (wish, code, said) => {
    const error = refused(() => askOf(wish));
    expect(error.said).toMatch(said);
    expect(error.code).toBe(code);
  });

  it('is what was measured of one item, said of several (OPEN-7)', async () => {
    const shop = Domain.parse({ ...JOBS, at_exposure: ['device', { key: 'price', of: 'item' }] });
    const own = await planOf(qwen, shop, { tasks: [{ form: 'ranking.pointwise' }] });
    const wish = { t: NOON, task: 'ranking.pointwise', context: { price: 7 } };
    expect(await promptOf(own, items, { ...wish, candidates: ['e'] })).toContain('price: 7');
    expect(refused(() => askBy(own, items, { ...wish, candidates: ['e', 'f'] })).said).toMatch(
      /price is that of one item, and 2 are asked; ask about each by itself/,
    );
    expect(askBy(own, items, { ...wish, context: { device: 'tv' }, candidates: ['e', 'f'] })).toHaveLength(2);
  });
});

describe('events in serving', () => {
  it('are taken in as a build takes them: any order, copies, conflicts, what was erased', () => {
    const events: EventRecord[] = [
      ...member,
      did('viewed', 'h', NOON - HOUR, { event_id: 'same' }),
      did('viewed', 'h', NOON - HOUR, { event_id: 'same', ingest_time: 5 }),
      did('viewed', 'f', NOON - HOUR, { event_id: 'two' }),
      did('applied', 'f', NOON - HOUR, { event_id: 'two' }),
      did('viewed', 'g', NOON - HOUR, { member_id: 'somebody' }),
    ];
    for (const order of [events, events.toReversed()]) {
      const taken = takeInMember(plan, 'm', [...order, ...catalogue]);
      expect(taken).toMatchObject({ duplicates: 1, dropped: 0 });
      expect(taken.conflicts.map(({ event_id }) => event_id)).toEqual(['two', 'two']);
      expect(taken.timeline.events.map(({ item_id }) => item_id)).toEqual(['d', 'a', 'b', 'c', 'h']);
      expect(taken.timeline.profiles).toHaveLength(1);
    }
    const left = profile(NOON - 12 * HOUR, { op: 'delete', attributes: undefined } as never);
    const erased = takeInMember(plan, 'm', [...events, left]);
    expect(erased).toMatchObject({ dropped: 7, timeline: { size: 0, profiles: [] } });
  });

  it('of items: versions, copies and conflicts, whoever else the events are about', () => {
    const events = [
      ...catalogue,
      titled('a', NOON - DAY, 'second'),
      titled('a', NOON - DAY, 'second'),
      titled('h', NOON - DAY, 'one'),
      titled('h', NOON - DAY, 'other'),
    ];
    const taken = takeInItems(plan, [...member, ...events].toReversed());
    expect(taken).toMatchObject({ duplicates: 1, dropped: 0 });
    expect(taken.conflicts).toHaveLength(2);
    const titleAt = (id: string, t: number) => taken.items.seen(id as never, t)?.attributes.title;
    expect([titleAt('a', NOON - DAY), titleAt('a', NOON), titleAt('h', NOON)]).toEqual([
      'title of a',
      'second',
      'title of h',
    ]);
  });

  it('stop at an action that the domain does not know, as a build does (EVENT-6)', () => {
    const error = refused(() => takeInMember(plan, 'm', [...member, did('aplied', 'a', NOON)]));
    expect(error).toMatchObject({ code: 'action_unknown', said: expect.stringContaining('did you mean applied?') });
    expect(takeInMember(plan, 'm', [did('scrolled', 'a', NOON)]).timeline.size).toBe(0);
  });
});
