/**
 * What the law refuses of a task and a domain the builder refuses, and it is a fault to the
 * checker; what it allows both take (FORM-1, OPEN-7, CAND-3, PAIR-1, NEXT-1).
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Domain } from '../../schemas/domain.ts';
import { BrewhouseError } from '../../src/errors.ts';
import { Recipe } from '../../src/forms/recipe.ts';
import { corpusRules, resolveTasks } from '../../src/forms/task-rules.ts';
import { createVocabulary } from '../../src/timeline/vocabulary.ts';
import { identitySchema } from '../../src/verify/identity/identity.ts';
import { readAs } from '../../src/verify/read-json.ts';
import { recipeFaults } from '../../src/verify/reference/recipe-law.ts';
import { corpusOf } from '../../src/verify/reference/tasks.ts';
import { storedIdentity, wordTokenizer } from '../verify/toy-world.ts';
import { buildWorld } from '../verify/whole-world.ts';
import { anyDomain } from './drawn-domain.ts';
import { anyRecipe } from './drawn-recipe.ts';
import { casesOf, compareAll } from './long-run.ts';

/** Every action with a name of its own, and one of them now and then that of `nothing more`. */
const domains = fc.tuple(anyDomain(fc.constant(true)), fc.nat(9), fc.boolean()).map(([domain, n, hasGood]): Domain => {
  const { actions, none, ...rest } = Domain.parse(domain);
  const named = actions.map((action, i) => ({
    ...action,
    name: i === n ? 'nothing more' : action.name,
    positive: action.positive && hasGood,
  }));
  return { ...rest, none: { ...none, name: `no ${none.name}` }, actions: named };
});

/**
 * The laws of a task in a domain. How an identity is stored (NAME-2) and what its lines read like
 * (TEMPLATE-5) the builder sees to elsewhere; whole worlds are compared by those.
 */
const LAWS: readonly string[] = ['FORM-1', 'OPEN-7', 'CAND-3', 'PAIR-1', 'NEXT-1'];

const tokenizer = wordTokenizer();

it('is refused, or taken, by builder and checker alike', async () => {
  const seen = { taken: 0, refused: new Map<string, number>() };
  const { count, report } = await compareAll({
    ...{ name: 'laws', what: 'tasks that the law refuses or takes', seed: 20261201, runs: casesOf(300, 10_000) },
    cases: fc.tuple(domains, anyRecipe, fc.nat()),
    compare: async ([domain, written, n]) => {
      const { corpus } = Recipe.parse(written);
      const task = corpus.tasks[n % corpus.tasks.length]!;
      const vocabulary = createVocabulary(domain);
      const section = { ...corpus, tasks: [task] };
      const builder = refusalOf(() =>
        corpusRules({ ...section, tasks: resolveTasks(section, vocabulary) }, vocabulary),
      );
      const checker = faultsOf(domain, { name: task.form, label_window: section.label_window, ...task });
      if (builder === '') seen.taken++;
      for (const rule of checker) seen.refused.set(rule, (seen.refused.get(rule) ?? 0) + 1);
      if ((builder === '') === (checker.length === 0)) return undefined;
      return { kind: `${task.form}: ${builder} / ${checker}`, builder, checker: String(checker) };
    },
  });
  expect(count, report).toBe(0);
  expect(seen.taken).toBeGreaterThan(40);
  for (const rule of LAWS) expect(seen.refused.get(rule) ?? 0, rule).toBeGreaterThan(2);
});

/** Why the builder refuses it; empty where it does not. */
function refusalOf(work: () => unknown): string {
  try {
    work();
    return '';
  } catch (error) {
    if (error instanceof BrewhouseError) return error.message.replace(/"[^"]*"/g, '"..."');
    throw error;
  }
}

function faultsOf(domain: Domain, task: object): string[] {
  const stored = storedIdentity();
  const identity = JSON.parse(
    JSON.stringify({ ...stored, domain, section: { ...stored.section, tasks: [task] } }),
  ) as object;
  const corpus = corpusOf(buildWorld([], readAs(identitySchema, identity, 'identity'), tokenizer));
  const rules: readonly string[] = recipeFaults(corpus).flatMap(({ rule }) => rule);
  return rules.filter((rule) => LAWS.includes(rule));
}
