/**
 * The name of a corpus is stable: identities of every version keep their names, whatever options
 * come later, and the same corpus written in another way has the same name.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readRecipe } from '../../pipelines/corpus-inputs.ts';
import { canonicalJson } from '../../schemas/canonical-json.ts';
import { StoredIdentity, type TokenizerFacts } from '../../schemas/identity.ts';
import { withoutDefaults } from '../../schemas/without-defaults.ts';
import { shippedFolder } from '../../src/config.ts';
import { BrewhouseError } from '../../src/errors.ts';
import {
  CorpusIdentity,
  corpusIdentity,
  hasSection,
  isOfAnotherVersion,
  readIdentity,
  storedIdentity,
} from '../../src/forms/identity.ts';
import { CorpusSection, Recipe } from '../../src/forms/recipe.ts';
import { Template } from '../../src/forms/template.ts';
import { corpusName } from '../../src/lake/corpus-records.ts';
import { runEncoding } from '../../src/tokenize/encode-rounds.ts';
import { tokenizerFacts } from '../../src/tokenize/tokenizer-facts.ts';
import { domainOf, templates } from '../prompt/plans.ts';
import { QWEN, qwenTokenizer } from '../tokenize/families.ts';
import { defaultsIn, loneUnions } from './defaults.ts';

const FOLDER = join(import.meta.dirname, '..', 'identities');
const SOURCE = { code: 'lake_broken', place: { file: 'corpus.json' } } as const;

/**
 * Identities as a version stored them, by the recipe that made them; the name stands in the file's.
 */
function kept(version: 'format-1' | 'format-2' | 'render-2'): [recipe: string, name: string, stored: unknown][] {
  const folder = join(FOLDER, version);
  return readdirSync(folder).map((file) => {
    const [, recipe = '', name = ''] = /^(.+)-([0-9a-f]{16})\.json$/.exec(file) ?? [];
    return [recipe, name, JSON.parse(readFileSync(join(folder, file), 'utf8')) as unknown];
  });
}

let facts: TokenizerFacts;
beforeAll(async () => {
  const qwen = qwenTokenizer();
  facts = await runEncoding(qwen, tokenizerFacts(qwen, true));
});

async function identityOf(recipe: string) {
  const read = await readRecipe(join(shippedFolder('recipes'), `${recipe}.yaml`));
  const section = read.recipe.corpus;
  const context = z.number().parse(section.context);
  return corpusIdentity({ section, context, domain: await domainOf(recipe), templates, tokenizer: facts });
}

describe.each(kept('render-2'))('the identity of %s, kept as %s,', (recipe, name, stored) => {
  it('is what its recipe makes', async () => {
    const made = storedIdentity(await identityOf(recipe));
    expect(made).toEqual(stored);
    expect(corpusName(made)).toBe(name);
  });

  it('keeps its name when it is read, its defaults are filled in, and it is stored again', () => {
    const read = readIdentity(stored, SOURCE);
    expect(read.section.variants).toBe(0.1);
    expect(corpusName(storedIdentity(read))).toBe(name);
    expect(canonicalJson(storedIdentity(read))).toBe(canonicalJson(stored));
  });

  it('keeps its name under schemas that have new options with defaults, in every part of it', () => {
    const { section, domain } = CorpusIdentity.shape;
    const pace = z.strictObject({ days: z.number().default(7) }).prefault({});
    const levels = section.shape.levels.unwrap().extend({ age: z.number().default(12) });
    const later = CorpusIdentity.extend({
      section: section.extend({ coarse_ages: z.boolean().default(false), pace, levels: levels.prefault({}) }),
      domain: domain.extend({ language: z.string().default('en') }),
      templates: z.array(Template.extend({ tone: z.enum(['plain', 'warm']).default('plain') })),
    });
    const read = later.parse(stored);
    expect(read.section).toMatchObject({ coarse_ages: false, pace: { days: 7 } });
    expect(read.section.levels.age).toBe(12);
    expect(canonicalJson(withoutDefaults(later, read))).toBe(canonicalJson(stored));
    const other = { ...read, section: { ...read.section, coarse_ages: true } };
    expect(withoutDefaults(later, other)).toMatchObject({ section: { coarse_ages: true } });
  });

  it('is refused with an option that nobody knows, or that only another form knows (NAME-3)', () => {
    const whole = readIdentity(stored, SOURCE);
    const withTask = (more: object) => ({ ...whole.section, tasks: [{ ...whole.section.tasks[0], ...more }] });
    for (const section of [{ ...whole.section, colour: 1 }, withTask({ candidates: 4 }), withTask({ form: 'no.form' })])
      expect(() => readIdentity({ ...whole, section }, SOURCE)).toThrow(/the identity of the corpus is broken/);
  });
});

it.each(kept('format-2'))(
  'the identity of %s, kept as %s by a version that rendered other rows, keeps its name and is refused',
  (_recipe, name, stored) => {
    expect(corpusName(StoredIdentity.parse(stored))).toBe(name);
    expect(isOfAnotherVersion(stored)).toBe(true);
    expect(() => readIdentity(stored, SOURCE)).toThrow('of another version of Brewhouse');
  },
);

it.each(kept('format-1'))(
  'the identity of %s, kept as %s by 0.1.0, is refused as of another version',
  (_recipe, name, stored) => {
    expect(createHash('sha256').update(canonicalJson(stored)).digest('hex').slice(0, 16)).toBe(name);
    expect(isOfAnotherVersion(stored)).toBe(true);
    expect(() => readIdentity(stored, SOURCE)).toThrow('of another version of Brewhouse, such as 0.1.0');
    expect(StoredIdentity.safeParse(stored).success).toBe(false);
  },
);

describe('half of a surrogate pair in what was made in code', () => {
  const half = 'x\ud800';
  const made = {
    context: 1024,
    section: CorpusSection.parse({
      seed: 7,
      tokenizer: { path: 'qwen', sha256: '0'.repeat(64) },
      context: 1024,
      label_window: '7d',
      tasks: [{ form: 'ranking.pointwise', templates: ['seed'] }],
    }),
  };
  const refused = async (more: Partial<Parameters<typeof corpusIdentity>[0]>) => {
    const domain = await domainOf('demo');
    const inputs = { ...made, domain, templates, tokenizer: facts, ...more };
    try {
      return corpusIdentity(inputs);
    } catch (error) {
      if (!(error instanceof BrewhouseError)) throw error;
      return [error.code, error.place.field, error.exitCode, error.remedy];
    }
  };
  const remedy = 'write both halves, or the letter itself';

  it('is refused in a domain, a recipe, a note and a template, with the field and what to do', async () => {
    const domain = await domainOf('demo');
    expect(await refused({ domain: { ...domain, name: half } })).toEqual(['domain_invalid', 'name', 2, remedy]);
    const item = { ...domain.item, line: `[{title} ${half}` };
    expect(await refused({ domain: { ...domain, item } })).toEqual(['domain_invalid', 'item.line', 2, remedy]);
    const { section } = made;
    const surfaces = { ...section.holdout, surfaces: ['web', half] };
    expect(await refused({ section: { ...section, holdout: surfaces } })).toEqual([
      ...['recipe_invalid', 'corpus.holdout.surfaces[1]', 2, remedy],
    ]);
    const tasks = section.tasks.map((task) => ({ ...task, note: half }));
    expect(await refused({ section: { ...section, tasks } })).toEqual([
      ...['recipe_invalid', 'corpus.tasks[0].note', 2, remedy],
    ]);
    expect(await refused({ section: { ...section, chat_template: { [half]: true } } })).toEqual([
      ...['recipe_invalid', 'corpus.chat_template', 2, remedy],
    ]);
    const changed = templates.map((template) => ({ ...template, answer: half }));
    expect(await refused({ templates: changed })).toEqual(['template_invalid', 'seed.answer', 2, remedy]);
    expect(await refused({ domain: { ...domain, name: '\u{1f642}' } })).toMatchObject({ context: 1024 });
    const identity = corpusIdentity({ ...made, domain, templates, tokenizer: facts });
    expect([hasSection(identity, section), hasSection(identity, { ...section, tasks })]).toEqual([true, false]);
    const stored = { ...storedIdentity(identity), domain: { ...domain, name: half } };
    expect(() => readIdentity(stored, SOURCE)).toThrow('broken: domain.name holds half of a surrogate pair');
  });
});

describe('the same corpus written in another way', () => {
  const written = {
    seed: 7,
    tokenizer: { path: '/models/qwen', sha256: '0'.repeat(64) },
    context: [1024, 512],
    label_window: '7d',
    tasks: [{ form: 'ranking.pointwise', templates: ['seed', 'journal'] }, { form: 'ranking.binary' }],
    holdout: { surfaces: ['email', 'app'] },
  };
  const identityIn = async (domain: string, more: object) => {
    const section = CorpusSection.parse({ ...written, ...more });
    return corpusIdentity({ section, context: 1024, domain: await domainOf(domain), templates, tokenizer: facts });
  };
  const nameOf = async (more: object, domain = 'demo') => corpusName(storedIdentity(await identityIn(domain, more)));

  it.each([
    ['defaults', { variants: 0.1, levels: { full: 120 }, shares: {}, known: 'event_time', session_gap: '1800s' }],
    ['orders of lists', { context: [512, 1024, 512], holdout: { surfaces: ['app', 'email', 'app'] } }],
    ['where the tokenizer lies', { tokenizer: { path: '../elsewhere/qwen/', sha256: '0'.repeat(64) } }],
    [
      'names and windows of tasks',
      {
        label_window: '1d',
        tasks: [
          {
            form: 'ranking.pointwise',
            name: 'ranking.pointwise',
            label_window: '168h',
            templates: ['journal', 'seed'],
          },
          { form: 'ranking.binary', label_window: '7d', drawn: 0 },
        ],
      },
    ],
  ])('has the same name: %s', async (_what, more) => {
    expect(await nameOf(more)).toBe(await nameOf({}));
  });

  it('has the same name where a default that depends on the domain is written out', async () => {
    const tasks = (drawn: object) => ({ tasks: [{ form: 'ranking.binary', ...drawn }] });
    expect(await nameOf(tasks({ drawn: 0.5 }), 'ifdb')).toBe(await nameOf(tasks({}), 'ifdb'));
    expect(await nameOf(tasks({ drawn: 0 }), 'ifdb')).not.toBe(await nameOf(tasks({}), 'ifdb'));
  });

  it.each([{ seed: 8 }, { context: [1024] }, { variants: 0.2 }, { tasks: written.tasks.slice(0, 1) }])(
    'has another name where a row may differ: %j',
    async (more) => {
      expect(await nameOf(more)).not.toBe(await nameOf({}));
    },
  );

  it('is known by its section again, and by no other', async () => {
    const identity = await identityIn('ifdb', {});
    const section = (more: object) => CorpusSection.parse({ ...written, ...more });
    expect(hasSection(identity, section({ variants: 0.1 }))).toBe(true);
    expect(hasSection(identity, section({ variants: 0.2 }))).toBe(false);
    const drawing = section({ tasks: [{ form: 'ranking.binary', drawn: 0.5 }] });
    // What cannot be asked of the corpus's domain is not its section.
    expect(hasSection(await identityIn('demo', {}), drawing)).toBe(false);
  });
});

describe('a default', () => {
  it('never changes: a new one is a new option or a new render_version (NAME-2)', async () => {
    const told = { recipe: defaultsIn(Recipe), identity: defaultsIn(CorpusIdentity) };
    await expect(`${JSON.stringify(told, null, 2)}\n`).toMatchFileSnapshot(join(FOLDER, 'defaults.json'));
    expect(Object.keys(told.identity).length).toBeGreaterThan(25);
  });

  it('that depends on domain or form is the same for ever, and stands in the identity', async () => {
    const tasks = ['ranking.binary', 'ranking.pointwise', 'retrieval.choose'].map((form) => ({ form }));
    const section = CorpusSection.parse({ seed: 7, tokenizer: QWEN, context: 512, label_window: '1d', tasks });
    const tasksIn = async (name: string) => {
      const inputs = { section, context: 512, domain: await domainOf(name), templates, tokenizer: facts };
      return storedIdentity(corpusIdentity(inputs)).section.tasks;
    };
    const common = (form: string) => ({ form, name: form, label_window: 86_400_000 });
    const choice = { ...common('retrieval.choose'), shown: 0, random: 1 };
    const drawing = [{ drawn: 0.5 }, { drawn: 0 }].map((drawn, i) => ({ ...common(tasks[i]!.form), ...drawn }));
    expect(await tasksIn('ifdb')).toEqual([...drawing, choice]);
    expect(await tasksIn('demo')).toEqual([common('ranking.binary'), common('ranking.pointwise'), choice]);
  });

  it('is in no union whose kinds nothing tells apart: what is stored without it could not be told', () => {
    for (const union of loneUnions(CorpusIdentity)) expect(defaultsIn(union)).toEqual({});
  });
});
