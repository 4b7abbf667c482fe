/** Segments are known by what they say: never by the event or the table that a text comes from. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderExamples } from '../../pipelines/render/render-question.ts';
import type { EventRecord } from '../../schemas/event.ts';
import { FIELD_RUNS } from '../../schemas/field-runs.ts';
import { EventId, ItemId } from '../../schemas/ids.ts';
import { createSegmentStore } from '../../src/prompt/segments.ts';
import { createPromptTexts, type TextRules } from '../../src/prompt/texts.ts';
import type { ItemVersion } from '../../src/timeline/item-table.ts';
import { createSegmentTable } from '../../src/tokenize/segment-table.ts';
import { DAY, did, item, NOON } from '../timeline/events.ts';
import { renderedOf } from '../timeline/worlds.ts';
import { qwenTokenizer } from '../tokenize/families.ts';
import { askPlan, domainOf, planOf, sectionOf } from './plans.ts';
import { createToyEncoder } from './toy-encoder.ts';

const RULES: TextRules = {
  tokenizer: 'toy',
  levels: { full: 30, short: 16, title: 10, question: 30, profile: 20, shown: 20 },
  domain: {
    item: { one: 'job', many: 'jobs', line: '[Title: {title}, Text: {text}]' },
    profile: 'Position: {position}.',
  },
};

/** The rules with other item lines. */
const inItem = (lines: { line?: string; title?: string }): TextRules => ({
  ...RULES,
  domain: { ...RULES.domain, item: { ...RULES.domain.item, ...lines } },
});

let events = 0;
const version = (title: string, text = ''): ItemVersion => ({
  ...{ itemId: ItemId.parse('i'), eventId: EventId.parse(`e${events++}`), at: 0, knownAt: 0, deleted: false },
  number: 0,
  attributes: { title, text },
});

describe('the key of a text', () => {
  const texts = createPromptTexts(RULES);

  it('is that of what it says: not of event, item or position', () => {
    const [one, other] = [version('cook', 'soup'), { ...version('cook', 'soup'), itemId: ItemId.parse('j') }];
    expect(texts.item(one).key).toBe(texts.item(other).key);
    expect(texts.item(one)).toBe(texts.item(one));
    expect(texts.item(version('cook', 'soups')).key).not.toBe(texts.item(one).key);
    expect(texts.item(version('cook, Text: soup')).key).not.toBe(texts.item(one).key);
  });

  it('changes with the tokenizer, the levels and the line', () => {
    const rules: TextRules[] = [
      RULES,
      { ...RULES, tokenizer: 'other' },
      { ...RULES, levels: { ...RULES.levels, title: 9 } },
      inItem({ line: '[Title: {title}, Words: {text}]' }),
      inItem({ title: '[{title}]' }),
      inItem({ title: '[{text}]' }),
    ];
    const keys = rules.map((each) => createPromptTexts(each).item(version('cook', 'soup')).key);
    expect(new Set(keys).size).toBe(rules.length);
  });

  it('of a profile without a field there is none', () => {
    const profile = (position: string) => ({
      eventId: EventId.parse('p'),
      ...{ at: 0, knownAt: 0, sequence: 0 },
      attributes: { position },
    });
    expect(texts.profile(profile(' '))).toBeUndefined();
    expect(texts.profile(profile('cook'))?.key).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('a store of segments', () => {
  const words = fc.array(fc.constantFrom('cook', 'nurse', 'engineering', 'of', '漢字'), { minLength: 1, maxLength: 9 });
  const batches = fc.array(fc.array(words, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 6 });

  it('gives every batch all of its lines, however little it may keep', () => {
    let again = 0;
    fc.assert(
      fc.property(batches, fc.constantFrom(1, 8_000, 2 ** 20), (all, bytesMax) => {
        const toy = createToyEncoder();
        const texts = createPromptTexts(RULES);
        const store = createSegmentStore(undefined, bytesMax);
        for (const batch of all) {
          const wanted = batch.map((title) => texts.item(version(title.join(' '))));
          const { result: found } = toy.find(store.find(wanted));
          for (const [i, { key }] of wanted.entries()) {
            const lines = found.get(key)!;
            const [full] = lines;
            expect(lines).toHaveLength(4);
            const said = toy.decode(full!.ids);
            expect(said.startsWith('[Title: ')).toBe(true);
            for (const { field, from, to } of FIELD_RUNS.load(full!.fields)) {
              expect(field).toBe('title');
              const told = toy.decode(full!.ids.subarray(from, to)).trim();
              expect(batch[i]!.join(' ').startsWith(told.replace(/ ?…$/, ''))).toBe(true);
            }
          }
          const repeated = toy.find(store.find(wanted));
          expect(new Map(repeated.result)).toEqual(new Map(found));
          if (repeated.texts > 0) again++;
          if (bytesMax === 2 ** 20) expect(repeated.texts).toBe(0);
        }
      }),
      { numRuns: 60, seed: 7 },
    );
    expect(again, 'a store that may keep next to nothing must encode again').toBeGreaterThan(10);
  });

  it('keeps what is asked for lately, and forgets the rest', () => {
    const toy = createToyEncoder();
    const texts = createPromptTexts(RULES);
    const store = createSegmentStore(undefined, 40_000);
    const asked = (title: string) => toy.find(store.find([texts.item(version(title))])).texts;
    asked('kept');
    for (let i = 0; i < 200; i++) {
      asked(`job ${i}`);
      expect(asked('kept')).toBe(0);
    }
    expect(asked('job 0')).toBeGreaterThan(0);
    expect(asked('job 199')).toBe(0);
  });

  it('encodes nothing that another thread has put into the table', () => {
    const toy = createToyEncoder();
    const table = createSegmentTable(10);
    const wanted = ['cook', 'nurse of engineering and more words than fit'].map((title) => version(title, 'x'));
    const first = toy.find(createSegmentStore(table).find(wanted.map(createPromptTexts(RULES).item)));
    const second = toy.find(createSegmentStore(table).find(wanted.map(createPromptTexts(RULES).item)));
    expect([first.texts > 0, second.texts]).toEqual([true, 0]);
    expect([...second.result]).toEqual([...first.result]);
  });
});

describe('one plan with two item tables', () => {
  it('shows the texts of the table that is asked: a job more changes nothing of the others', async () => {
    const qwen = qwenTokenizer();
    const demo = await domainOf('demo');
    const more = {
      tasks: [{ form: 'ranking.pointwise' }],
      label_window: '1d',
      levels: sectionOf({ tasks: [{ form: 'ranking.pointwise' }] }).levels,
    };
    const job = (id: string) =>
      item(id, NOON - 90 * DAY, { attributes: { title: `Title of ${id}`, location: 'Lyon' } });
    const past = ['b', 'd', 'f'].map((id, i) => did('viewed', id, NOON - (i + 2) * DAY));
    const records = (ids: readonly string[]): EventRecord[] => [...ids.map(job), ...past, did('viewed', 'h', NOON)];
    const tables = [records(['b', 'd', 'f', 'h']), records(['a', 'b', 'c', 'd', 'f', 'g', 'h'])];
    const told = async (plan: Awaited<ReturnType<typeof planOf>>, table: readonly EventRecord[]) => {
      const asked = renderedOf(askPlan(plan, table));
      const rows = await Promise.all(asked.map((each) => renderExamples(plan, plan.tasks[0]!, each)));
      return rows.flat().map(({ ids }) => qwen.decode(ids));
    };
    const shared = await planOf(qwen, demo, more);
    let compared = 0;
    for (const table of tables) {
      const prompts = await told(shared, table);
      expect(prompts).toEqual(await told(await planOf(qwen, demo, more), table));
      for (const id of ['b', 'd', 'f', 'h']) expect(prompts.at(-1)).toContain(`Title of ${id}`);
      compared += prompts.length;
    }
    expect(compared).toBeGreaterThan(7);
  });
});
