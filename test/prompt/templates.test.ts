/**
 * Templates, recipes and domains together: what ships compiles, and what could not be rendered is
 * refused before a row is.
 */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planCorpus, readRecipe } from '../../pipelines/corpus-inputs.ts';
import type { Domain } from '../../schemas/domain.ts';
import { Template } from '../../schemas/template.ts';
import { shippedFolder } from '../../src/config.ts';
import { FORM_NAMES } from '../../src/forms/forms.ts';
import { contextLadder } from '../../src/forms/identity.ts';
import { QWEN, qwenTokenizer, tokenizerFamilies } from '../tokenize/families.ts';
import { domainOf, planOf, sectionOf, templates } from './plans.ts';

const qwen = qwenTokenizer();
const demo = await domainOf('demo');
const pointwise = { tasks: [{ form: 'ranking.pointwise', templates: ['seed'] }] };

/** A plan with one template of the test's own making. */
const planWith = (template: Partial<Template>, more: Record<string, unknown> = {}, domain: Domain = demo) => {
  const form = template.form ?? 'ranking.pointwise';
  const shipped = templates.find((each) => each.form === form && !each.held_out)!;
  const section = sectionOf({ tasks: [{ form }], ...more });
  return planCorpus({
    section,
    context: 2048,
    domain,
    templates: [{ ...shipped, id: 'own', ...template }],
    tokenizer: qwen,
  });
};

describe('every template that ships', () => {
  const worlds = ['demo', 'ifdb', 'us-senate-rollcalls'].flatMap((name) =>
    FORM_NAMES.map((form) => [name, form] as const),
  );
  it.each(worlds)('compiles for %s, %s', async (name, form) => {
    const domain = await domainOf(name);
    const compiled = planOf(qwen, domain, { label_window: '7d', tasks: [{ form, note: 'A note.' }] });
    if (form === 'ranking.pairwise' && domain.exposures.length === 0) {
      await expect(compiled).rejects.toMatchObject({ code: 'domain_invalid' });
      return;
    }
    const plan = await compiled;
    const [task] = plan.tasks;
    const ids = [...task!.ordinary, ...task!.heldOut].map(({ template }) => template.id).sort();
    expect(ids).toEqual(
      templates
        .filter((each) => each.form === form)
        .map(({ id }) => id)
        .sort(),
    );
    for (const { table, answers } of [...task!.ordinary, ...task!.heldOut]) {
      expect(new Set(table.labels.map(({ token }) => token)).size).toBe(answers.size);
      expect(table.labels.map(({ label }) => label)).toEqual([...answers.keys()]);
    }
  });

  it.each(tokenizerFamilies())('is scored where its rows end, in $name (TOKEN-4)', async ({ tokenizer }) => {
    const tasks = FORM_NAMES.filter((form) => form !== 'ranking.pairwise').map((form) => ({ form }));
    const chats = tokenizer.chatTemplate === null ? [false] : [true, false];
    for (const chat_template of chats) {
      const plan = await planOf(tokenizer, demo, { label_window: '7d', tasks, chat_template });
      // Of a chat template that tells the day there are frames of days that were asked.
      for (const { ordinary, heldOut } of plan.tasks)
        for (const { table, frames } of [...ordinary, ...heldOut])
          expect([table.end]).toEqual([...(frames.at(0)?.end ?? [tokenizer.eosId])]);
    }
  });

  it.each(['demo', 'ifdb', 'us-senate-rollcalls'])('compiles as the recipe %s asks for it', async (name) => {
    const read = await readRecipe(join(shippedFolder('recipes'), `${name}.yaml`));
    const { corpus: section } = read.recipe;
    expect(section.tokenizer).toEqual(QWEN);
    const domain = await domainOf(name);
    for (const context of contextLadder(section))
      await expect(planCorpus({ section, context, domain, templates, tokenizer: qwen })).resolves.toBeDefined();
  });

  it('comes at least twice for training and once held out', () => {
    for (const form of FORM_NAMES) {
      const own = templates.filter((each) => each.form === form);
      expect(own.filter((each) => !each.held_out).length).toBeGreaterThanOrEqual(2);
      expect(own.filter((each) => each.held_out).length).toBeGreaterThanOrEqual(1);
    }
  });
});

describe('what is refused at start', () => {
  const refused = (plan: Promise<unknown>, code: string, ...parts: string[]) =>
    expect(plan).rejects.toMatchObject({
      code,
      message: expect.stringContaining(parts[0]!),
      ...(parts[1] === undefined ? {} : { remedy: expect.stringContaining(parts[1]) }),
    });

  it('a context that the fixed parts at their greatest do not fit', async () => {
    const levels = { question: 120, profile: 160 };
    const choose = { context: 1_500, levels, tasks: [{ form: 'retrieval.choose', candidates: 20 }] };
    await refused(planOf(qwen, demo, choose), 'context_too_short', 'a context of 1500 tokens is too short');
    const longer = { ...choose, context: [4_096, 1_500] };
    await refused(planOf(qwen, demo, longer, 4_096), 'context_too_short', 'a context of 1500 tokens');
    await expect(planOf(qwen, demo, { ...choose, context: 4_096 })).resolves.toBeDefined();
  });

  it('names the context that would do, and that context does', async () => {
    const tasks = [{ form: 'retrieval.choose', candidates: 20 }];
    const error = await planOf(qwen, demo, { context: 512, tasks }).catch((reason: unknown) => reason);
    const enough = Number(/raise context to (\d+)/.exec((error as { remedy: string }).remedy)![1]);
    // The longest template decides; those before it may name less.
    const plan = planOf(qwen, demo, { context: enough + 200, tasks });
    await expect(plan).resolves.toBeDefined();
    await refused(planOf(qwen, demo, { context: enough - 1, tasks }), 'context_too_short', String(enough));
  });

  it('answers whose first differing tokens are the same', async () => {
    const actions = [
      { name: 'yea', will: 'vote yea', past: 'voted yea on', positive: true },
      { name: 'nay', will: 'vote nay', past: 'voted nay on', positive: false },
      { name: 'present', will: 'be there', past: 'was there for', positive: false },
    ];
    const clashing = { ...demo, actions };
    await refused(planOf(qwen, clashing, pointwise), 'label_words_clash', 'vote yea', 'rename one');
  });

  it('a line that begins with white space or /, since token borders are safe only elsewhere', async () => {
    const blocks = [
      { text: ['Instruction:', '{note}'] },
      { history: { heading: ['Past:'], group: '{group}', dated: '{age}', undated: '?' } },
      { item: true as const },
      { text: ['Answer:'] },
    ];
    const noted = (note: string) => ({ tasks: [{ form: 'ranking.pointwise', note }] });
    await refused(planWith({ blocks }), 'template_invalid', 'a line of the template own begins with white space or /');
    await expect(planWith({ blocks }, noted('Mind.'))).resolves.toBeDefined();
    const slashed = [{ text: ['/ Instruction:'] }, ...blocks.slice(1)];
    await refused(planWith({ blocks: slashed }), 'template_invalid', '"/ Instruction:"');
  });

  it('a template without question or history, or with two, or that begins or ends with a question slot', async () => {
    const text = { text: ['Answer:'] };
    const history = { history: { heading: ['Past:'], group: '{group}', dated: '{age}', undated: '?' } };
    const item = { item: true as const };
    await refused(planWith({ blocks: [text, history, text] }), 'template_invalid', '0 blocks of kind item');
    await refused(planWith({ blocks: [text, item, text] }), 'template_invalid', '0 blocks of kind history');
    await refused(planWith({ blocks: [text, history, item, item, text] }), 'template_invalid', '2 blocks of kind item');
    await refused(planWith({ blocks: [item, history, text] }), 'template_invalid', 'must begin and end with a text');
    await refused(planWith({ blocks: [text, history, item] }), 'template_invalid', 'must begin and end with a text');
  });

  it('a mistyped slot, in fixed lines, in headings and in the answer', async () => {
    const text = { text: ['Answer:'] };
    const item = { item: true as const };
    const history = (dated: string) => ({ history: { heading: ['Past:'], group: '{group}', dated, undated: '?' } });
    const own = (dated: string) => planWith({ blocks: [text, history(dated), item, text] });
    await refused(own('{agee}:'), 'template_invalid', 'uses {agee}', 'did you mean {age}?');
    await refused(planWith({ answer: 'It will {wil}' }), 'template_invalid', 'uses {wil}', 'did you mean {will}?');
    await refused(planWith({ answer: '{letter}' }), 'template_invalid', 'uses {letter}', 'known here: will');
  });

  it('templates that a task names and that are not there, or that are held out alone', async () => {
    const named = (...ids: string[]) => planOf(qwen, demo, { tasks: [{ form: 'ranking.pointwise', templates: ids }] });
    await refused(named('sead'), 'recipe_invalid', 'there is no template sead', 'did you mean seed?');
    await refused(named('briefing'), 'recipe_invalid', 'held-out templates alone');
    await expect(named('seed', 'briefing')).resolves.toBeDefined();
  });

  it('tasks that draw where they cannot, of one name, or without a window', async () => {
    const tasks = (...all: Record<string, unknown>[]) => planOf(qwen, demo, { tasks: all });
    await refused(tasks({ form: 'ranking.binary', drawn: 0.5 }), 'recipe_invalid', 'cannot ask about drawn items');
    await refused(
      tasks({ form: 'ranking.binary' }, { form: 'ranking.binary' }),
      'recipe_invalid',
      'two tasks are named',
    );
    await refused(tasks({ form: 'next-action.action', label_window: 0 }), 'recipe_invalid', 'needs a label window');
    const games = await domainOf('ifdb');
    const short = planOf(qwen, games, { label_window: '1h', tasks: [{ form: 'ranking.binary' }] });
    await refused(short, 'recipe_invalid', 'its label window must be a day or more');
    const gloomy = { ...demo, actions: demo.actions.map((action) => ({ ...action, positive: false })) };
    await refused(planOf(qwen, gloomy, { tasks: [{ form: 'ranking.binary' }] }), 'domain_invalid', 'needs a positive');
  });

  it('a domain that names an action twice', async () => {
    const twice = { ...demo, exposures: ['viewed'] };
    await refused(planOf(qwen, twice, pointwise), 'domain_invalid', 'names viewed twice');
  });
});

describe('a template with two `shown` blocks', () => {
  it('is refused: the exposure line is said once', () => {
    const shipped = templates.find(({ form, held_out }) => form === 'ranking.pointwise' && !held_out)!;
    const others = shipped.blocks.filter((block) => !('shown' in block));
    const withShown = (...labels: string[]) => {
      const blocks = [...others.slice(0, -1), ...labels.map((shown) => ({ shown })), ...others.slice(-1)];
      return Template.safeParse({ ...shipped, blocks });
    };
    expect(withShown('Shown:').success).toBe(true);
    const { error } = withShown('Shown:', 'Where:');
    expect(error?.issues.map(({ path, message }) => [...path, message])).toEqual([
      ['blocks', 'two blocks are `shown`; keep one'],
    ]);
  });
});
