/** The tasks of a corpus, each with the rules of its form and its templates. */

import { type FormRules, TASK_OPTIONS } from '../forms/form.ts';
import { FORMS } from '../forms/registry.ts';
import type { Template } from '../identity/domain.ts';
import { broken, open } from '../shapes.ts';
import { compareBytes } from '../world/draws.ts';
import type { World } from '../world/world.ts';
import { STRATEGIES, type Strategy } from './strategies.ts';

/** One task of the recipe. */
export interface TaskRule {
  readonly name: string;
  readonly form: string;
  readonly rules: FormRules;
  /** W in milliseconds. */
  readonly window: number;
  readonly strategy: Strategy;
  readonly order: string;
  readonly note: string | undefined;
  readonly templates: readonly Template[];
  readonly heldOut: readonly Template[];
}

/** A world with the tasks that ask about it: all that a corpus follows from. */
export interface Corpus extends World {
  readonly tasks: readonly TaskRule[];
}

const taskShape = open(TASK_OPTIONS);

/**
 * Reads the tasks of a world's identity. Throws `release_broken` for a form or an option that is
 * unknown.
 */
export function corpusOf(world: World): Corpus {
  const { section } = world.identity;
  return {
    ...world,
    tasks: section.tasks.map((options, index) => taskOf(world, options, `identity.section.tasks[${index}]`)),
  };
}

/** One task, with its form's rules. */
function taskOf(world: World, options: object, field: string): TaskRule {
  const { identity, vocabulary } = world;
  const { form, name, order, note, label_window, strategy, templates } = taskShape(options, field);
  const known = <T>(what: string, kinds: ReadonlyMap<string, T>, key: string): T => {
    const kind = kinds.get(key);
    if (kind === undefined) throw broken(`${field}.${what}`, `one of ${[...kinds.keys()].join(', ')}`);
    return kind;
  };
  const rules = known('form', FORMS, form).rulesOf({ options, field, vocabulary });
  const own = templatesOf(identity.templates, { form, named: templates, block: rules.block });
  return {
    ...{ name, form, rules, order, note, strategy: known('strategy', STRATEGIES, strategy) },
    window: label_window,
    templates: own.filter((template) => !template.held_out),
    heldOut: own.filter((template) => template.held_out),
  };
}

/** The templates of a form, or those that a task names, in order of id (TEMPLATE-1). */
function templatesOf(
  templates: readonly Template[],
  { form, named, block }: { form: string; named: readonly string[] | undefined; block: string },
): Template[] {
  const own = templates.filter((template) => template.form === form && (named?.includes(template.id) ?? true));
  const without = own.find(({ blocks }) => !blocks.some(({ kind }) => kind === block));
  if (without !== undefined) throw broken(`identity.templates: ${without.id}`, `one with a block ${block}`);
  return own.sort((a, b) => compareBytes(a.id, b.id));
}
