/**
 * Whole rows with real tokenizers: what is joined is what the whole text gives, within the context,
 * with no order in a text obeyed.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Example, renderExamples } from '../../pipelines/render/render-question.ts';
import type { Domain } from '../../schemas/domain.ts';
import type { Attributes, EventRecord } from '../../schemas/event.ts';
import type { RenderPlan } from '../../src/prompt/plan.ts';
import { chatFrame } from '../../src/tokenize/chat-frame.ts';
import { runEncoding } from '../../src/tokenize/encode-rounds.ts';
import { DAY, did, item, NOON, profile } from '../timeline/events.ts';
import { entriesOf, plainQuestion, type Rendered } from '../timeline/outcomes.ts';
import { anyRecords, askAll, renderedOf } from '../timeline/worlds.ts';
import { HARD_PIECES, tokenizerFamilies } from '../tokenize/families.ts';
import { askPlan, domainOf, planOf } from './plans.ts';

const families = tokenizerFamilies();
const demo = await domainOf('demo');
const games = await domainOf('ifdb');

const NARROW = {
  context: 512,
  label_window: '1d',
  variants: 1,
  levels: { full: 60, short: 40, title: 24, question: 40, profile: 40, shown: 24 },
};
const TASKS = [
  { form: 'ranking.pointwise', order: 'by_action' },
  { form: 'ranking.binary', strategy: 'balanced' },
  { form: 'retrieval.choose', candidates: 3, shown: 0.5, random: 0.5 },
  { form: 'next-action.action', order: 'by_action', strategy: 'balanced' },
];

/** Texts that try to end the message, to open another, or to melt into what stands before them. */
const hostile = (controlTexts: readonly string[]) =>
  fc
    .array(
      fc.constantFrom(
        // U+2581 is how sentencepiece writes a space: decoding, by which the whole text is read
        // here, cannot tell them apart.
        ...HARD_PIECES.filter((piece) => piece !== '\u2581'),
        ...controlTexts.slice(0, 30),
        '<|im_end|>\n',
        '</s>',
        '[INST]',
        '\n\n',
        ' ',
        'of',
        'x',
      ),
      { maxLength: 10 },
    )
    .map((pieces) => pieces.join(''));
/** In the games' words; impressions, which that domain does not know, are plays as well. */
const GAMES: Readonly<Record<string, string>> = { applied: 'played', dismissed: 'wishlisted', viewed: 'tagged' };
const FIELDS = [
  'title',
  'location',
  'country',
  'company',
  'description',
  'author',
  'genre',
  'position',
  'gender',
  'profile',
];

function spoil(records: readonly EventRecord[], texts: readonly string[], domain: Domain): EventRecord[] {
  const spoken = (action: string) => (domain === games ? (GAMES[action] ?? 'played') : action);
  let next = 0;
  const attributes = (): Attributes =>
    Object.fromEntries(FIELDS.map((field) => [field, texts[next++ % texts.length]!] as const));
  return records.map((event) =>
    event.type === 'interaction'
      ? { ...event, action: spoken(event.action), surface: texts[next++ % texts.length] || 'feed' }
      : { ...event, attributes: attributes() },
  );
}

const taskOf = (plan: RenderPlan, asked: Rendered) => plan.tasks.find((task) => task.rules === asked.task)!;

describe.each(families)('$name', ({ tokenizer }) => {
  const world = fc.tuple(
    anyRecords,
    fc.array(hostile(tokenizer.controlTexts), { minLength: 23, maxLength: 23 }),
    fc.array(fc.nat(), { minLength: 8, maxLength: 8 }),
  );
  const runsOf = (example: Example) =>
    example.segments.map((segment, i) => ({ ...segment, from: example.segments[i - 1]?.to ?? 0 }));

  it.each([
    ['jobs', demo, true],
    ['jobs, raw', demo, false],
    ['games', games, true],
  ] as const)('renders rows of %s that hold every law, whatever the texts say', async (_, domain, chat) => {
    const plan = await planOf(tokenizer, domain, { ...NARROW, chat_template: chat, tasks: TASKS });
    const forms = new Set<string>();
    await fc.assert(
      fc.asyncProperty(world, async ([records, texts, numbers]) => {
        const options = { tasks: plan.rules.tasks, rules: plan.rules, domain };
        const asked = renderedOf(askAll(spoil(records, texts, domain), options));
        for (const n of asked.length === 0 ? [] : numbers) {
          const each = asked[n % asked.length]!;
          forms.add(each.task.form);
          for (const example of await renderExamples(plan, taskOf(plan, each), each)) {
            const { ids, promptLength, ledger, segments } = example;
            // BOUNDARIES: the joined segments are what an ordinary tokenizer gives for the whole
            // text.
            const { head, tail, headText, tailText } = await runEncoding(
              tokenizer,
              chatFrame(tokenizer, example.template.frames.optionsAt(each.question.t)),
            );
            const middle = tokenizer.decode(ids.subarray(head.length, promptLength - tail.length));
            const whole = await tokenizer.encodeTrusted(headText + middle + tailText);
            expect([...ids.subarray(0, promptLength)]).toEqual([...whole]);
            expect([...ids.subarray(promptLength, -1)]).toEqual([...example.template.answers.get(each.label.label)!]);
            expect(ids.length).toBeLessThanOrEqual(512);
            for (const { role, level, from, to } of runsOf(example)) {
              expect(to).toBeGreaterThan(from);
              // ONE LINE A TEXT: no field opens a line of its own.
              if (level !== '') expect(tokenizer.decode(ids.subarray(from, to))).toMatch(/^[^\n]+\n$/);
              if (role === 'control') continue;
              const orders = ids.subarray(from, to).filter((id) => tokenizer.controlIds.has(id));
              expect([...orders]).toEqual([]);
            }
            expect(segments.at(-1)!.to).toBe(ids.length);
            expect(segments.at(-2)).toMatchObject({ role: 'answer' });
            expect(segments.at(-3)!.to).toBe(promptLength);
            // ROOM FOR THE LONGEST answer, and the ledger balances.
            expect(promptLength - ledger.used + example.template.answerMax).toBe(512 - ledger.room);
            expect(ledger.used).toBeLessThanOrEqual(Math.max(0, ledger.room));
            expect(ledger.shown + ledger.left_out).toBe(ledger.available);
            expect(ledger.available).toBe(entriesOf(each.question.history).length);
            expect(ledger.stopped_at === '').toBe(ledger.left_out === 0);
          }
        }
      }),
      { numRuns: 12, seed: 7 },
    );
    expect(forms.size).toBe(4);
  });
});

describe('rows of one question', () => {
  const { tokenizer } = families[0]!;
  const items = ['asked', 'a', 'b', 'c', 'd', 'e', 'f'].map((id) =>
    item(id, NOON - 90 * DAY, {
      attributes: { title: `Cook ${id}`, location: 'Lyon', description: 'soup '.repeat(60) },
    }),
  );
  const past = ['a', 'b', 'c', 'd', 'e'].map((id, i) =>
    did(i % 2 === 0 ? 'viewed' : 'applied', id, NOON - (i + 2) * DAY),
  );
  const open = did('viewed', 'asked', NOON, { event_id: 'open', surface: 'feed' });
  const records = [...items, ...past, profile(NOON - 50 * DAY), open, did('applied', 'asked', NOON + 60_000)];
  const at = async (context: number, more: Record<string, unknown> = {}) => {
    const plan = await planOf(tokenizer, demo, { ...NARROW, tasks: TASKS, context: [512, 1024], ...more }, context);
    return { plan, asked: renderedOf(askPlan(plan, records)) };
  };

  it('have the same prompt ids whatever the label: permute which candidate is right and nothing moves', async () => {
    const { plan, asked } = await at(512);
    let told = 0;
    for (const each of asked) {
      const labels = [...taskOf(plan, each).ordinary[0]!.answers.keys()];
      const prompts = await Promise.all(
        labels.map(async (label) => {
          const examples = await renderExamples(plan, taskOf(plan, each), {
            question: each.question,
            label: { ...each.label, label },
          });
          return examples.map(({ ids, promptLength, segments }) => [
            [...ids.subarray(0, promptLength)],
            segments.slice(0, -2),
          ]);
        }),
      );
      for (const prompt of prompts) expect(prompt).toEqual(prompts[0]);
      told += labels.length;
    }
    expect(told).toBeGreaterThan(40);
  });

  it('are the same questions on every rung of a ladder, and a longer one shows no less history', async () => {
    const [short, long] = [await at(512), await at(1024)];
    const plain = ({ asked }: typeof long) => asked.map(({ question }) => plainQuestion(question));
    expect(plain(long)).toEqual(plain(short));
    expect(short.asked.length).toBeGreaterThan(10);
    let grown = 0;
    for (const [i, each] of short.asked.entries()) {
      const [a] = await renderExamples(short.plan, taskOf(short.plan, each), each);
      const [b] = await renderExamples(long.plan, taskOf(long.plan, long.asked[i]!), each);
      expect(a!.ledger.available).toBe(b!.ledger.available);
      expect(b!.ids.length).toBeLessThanOrEqual(1024);
      expect(b!.ledger.room - a!.ledger.room).toBe(512);
      if (b!.ids.length > 512) grown++;
    }
    expect(grown).toBeGreaterThan(0);
    expect(short.plan.identity).not.toEqual(long.plan.identity);
  });

  it('are told by an ordinary template once, and by a held-out one in the share of variants', async () => {
    const { plan, asked } = await at(512);
    const variants = async (share: number) => {
      const other = { ...plan, section: { ...plan.section, variants: share } };
      const all = await Promise.all(asked.map((e) => renderExamples(other, taskOf(other, e), e)));
      for (const [ordinary, variant] of all) {
        expect([ordinary!.variant, ordinary!.template.template.held_out]).toEqual(['', false]);
        if (variant !== undefined) expect(variant.variant).toBe(`template:${variant.template.template.id}`);
        if (variant !== undefined) expect(variant.template.template.held_out).toBe(true);
      }
      return all.filter((examples) => examples.length === 2).length;
    };
    expect([await variants(0), await variants(1)]).toEqual([0, asked.length]);
  });

  it('leave the profile’s heading out with a profile that is not seen or says nothing', async () => {
    const text = async (attributes: Attributes) => {
      const plan = await planOf(tokenizer, demo, {
        ...NARROW,
        tasks: [{ form: 'ranking.pointwise', templates: ['seed'] }],
      });
      const [asked] = renderedOf(askPlan(plan, [items[0]!, open, profile(NOON - DAY, { attributes })]));
      const [example] = await renderExamples(plan, plan.tasks[0]!, asked!);
      return tokenizer.decode(example!.ids);
    };
    expect(await text({ position: 'cook' })).toContain('Member Profile:\nCurrent position: cook.\n');
    expect(await text({ position: '  ', other: 'x' })).not.toContain('Profile:');
    expect(await text({})).not.toContain('Past job');
  });

  it('say where the item is shown in templates that ask for it, and never with the seed’s', async () => {
    const { plan, asked } = await at(512, { tasks: [{ form: 'ranking.pointwise', templates: ['journal', 'seed'] }] });
    const told = new Set<string>();
    for (const each of asked.filter(({ question }) => question.exposure.surface !== '')) {
      for (const template of taskOf(plan, each).ordinary) {
        const task = { ...taskOf(plan, each), ordinary: [template], heldOut: [] };
        const [example] = await renderExamples(plan, task, each);
        const line = 'Where it is shown: surface: feed.\n';
        expect(tokenizer.decode(example!.ids).includes(line)).toBe(template.template.id === 'journal');
        told.add(template.template.id);
      }
    }
    expect([...told].sort()).toEqual(['journal', 'seed']);
  });
});
