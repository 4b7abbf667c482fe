/**
 * Plans for tests of prompts: shipped domains and templates, a recipe section by hand, and
 * questions of small worlds.
 */
import { join } from 'node:path';
import { planCorpus, readDomain, readTemplates } from '../../pipelines/corpus-inputs.ts';
import type { Domain } from '../../schemas/domain.ts';
import type { EventRecord } from '../../schemas/event.ts';
import { shippedFolder } from '../../src/config.ts';
import { CorpusSection } from '../../src/forms/recipe.ts';
import type { RenderPlan } from '../../src/prompt/plan.ts';
import type { LoadedTokenizer } from '../../src/tokenize/load-tokenizer.ts';
import { ask } from '../timeline/events.ts';
import type { Outcome } from '../timeline/outcomes.ts';
import { QWEN } from '../tokenize/families.ts';

export const domainOf = (name: string): Promise<Domain> => readDomain(join(shippedFolder('domains'), `${name}.yaml`));
export const templates = await readTemplates();

/** The corpus section as a recipe file would give it, defaults filled in. */
export function sectionOf(more: Record<string, unknown>): CorpusSection {
  return CorpusSection.parse({ seed: 7, tokenizer: QWEN, context: 2048, label_window: '7d', ...more });
}

export function planOf(
  tokenizer: LoadedTokenizer,
  domain: Domain,
  more: Record<string, unknown>,
  context?: number,
): Promise<RenderPlan> {
  const section = sectionOf(more);
  const least = typeof section.context === 'number' ? section.context : Math.min(...section.context);
  return planCorpus({ section, context: context ?? least, domain, templates, tokenizer });
}

/** Everything that the plan's tasks ask about these events of one member. */
export function askPlan(plan: RenderPlan, records: readonly EventRecord[]): Outcome[] {
  return ask(records, { tasks: plan.rules.tasks, rules: plan.rules, domain: plan.vocabulary.domain });
}
