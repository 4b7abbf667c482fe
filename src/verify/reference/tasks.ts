/** The tasks of a corpus, each with the rules of its form and its templates. */

import { type FormRules, TASK_OPTIONS } from '../forms/form.ts';
import { FORMS } from '../forms/registry.ts';
import type { Template } from '../identity/domain.ts';
import { broken, open } from '../shapes.ts';
import { compareBytes } from '../world/draws.ts';
import type { World } from '../world/world.ts';

/** One task of the recipe. */
export interface TaskRule {
  readonly name: string;
  readonly form: string;
  readonly rules: FormRules;
  /** W in milliseconds. */
  readonly window: number;
  readonly strategy: string;
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

/** Templates are those of the form, or those that the task names, in order of id (TEMPLATE-1). */
function taskOf({ identity, vocabulary }: World, options: object, field: string): TaskRule {
  const { form, name, strategy, order, note, label_window, templates: named } = taskShape(options, field);
  const rules = FORMS.get(form)?.rulesOf({ options, field, vocabulary });
  if (rules === undefined) throw broken(`${field}.form`, `one of ${[...FORMS.keys()].join(', ')}`);
  const own = identity.templates
    .filter((template) => template.form === form && (named?.includes(template.id) ?? true))
    .sort((a, b) => compareBytes(a.id, b.id));
  for (const { id, blocks } of own) {
    if (!blocks.some(({ kind }) => kind === rules.block))
      throw broken(`template ${id}`, `one with a block ${rules.block}`);
  }
  return {
    ...{ name: name ?? form, form, rules, strategy, order, note },
    window: label_window ?? identity.section.label_window,
    templates: own.filter((template) => !template.held_out),
    heldOut: own.filter((template) => template.held_out),
  };
}
