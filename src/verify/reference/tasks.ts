/** The tasks of a corpus, each with the rules of its form and its templates. */
import { z } from 'zod';
import { type FormRules, TASK_OPTIONS } from '../forms/form.ts';
import { FORMS } from '../forms/registry.ts';
import type { Template } from '../identity/domain.ts';
import { broken, namedIn, readAs } from '../read-json.ts';
import { compareBytes } from '../world/draws.ts';
import type { Version } from '../world/timeline.ts';
import type { World } from '../world/world.ts';
import { itemTexts } from './lines.ts';
import { STRATEGIES } from './strategies.ts';

const taskSchema = z.object({
  ...TASK_OPTIONS,
  form: namedIn(FORMS),
  strategy: TASK_OPTIONS.strategy.pipe(namedIn(STRATEGIES)),
});

type TaskOptions = Readonly<z.infer<typeof taskSchema>>;

/** One task of the recipe. */
export interface TaskRule extends Omit<TaskOptions, 'form' | 'label_window' | 'templates'> {
  readonly form: string;
  readonly rules: FormRules;
  /** W in milliseconds. */
  readonly window: number;
  readonly templates: readonly Template[];
  readonly heldOut: readonly Template[];
}

/** A world with the tasks that ask about it: all that a corpus follows from. */
export interface Corpus extends World {
  readonly tasks: readonly TaskRule[];
  /** What a version of an item says: its line before cutting (CAND-9). */
  readonly says: (version: Version) => string;
}

/**
 * Reads the tasks of a world's identity. Throws `release_broken` for a form or an option that is
 * unknown.
 */
export function corpusOf(world: World): Corpus {
  const { tasks } = world.section;
  const read = tasks.map((options, index) => taskOf(world, options, `identity.section.tasks[${index}]`));
  return { ...world, tasks: read, says: itemTexts(world.identity) };
}

/** One task, with its form's rules and templates, or those that it names, by id (TEMPLATE-1). */
function taskOf(world: World, options: object, field: string): TaskRule {
  const { identity, vocabulary } = world;
  const { form: ofForm, label_window: window, templates: named, ...task } = readAs(taskSchema, options, field);
  const { name: form } = ofForm;
  const rules = ofForm.rulesOf(options, field, vocabulary);
  const own = identity.templates.filter((one) => one.form === form && (named?.includes(one.id) ?? true));
  const without = own.find(({ blocks }) => !blocks.some(({ kind }) => kind === rules.block));
  if (without !== undefined) throw broken(`identity.templates: ${without.id}`, `has no block ${rules.block}`);
  own.sort((a, b) => compareBytes(a.id, b.id));
  const { templates = [], heldOut = [] } = Object.groupBy(own, (one) => (one.held_out ? 'heldOut' : 'templates'));
  return { ...task, form, rules, window, templates, heldOut };
}
