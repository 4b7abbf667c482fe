/**
 * The release section as a release uses it: with `until` and budget decided, and every name in it
 * known.
 */

import { DAY_MS } from '../../schemas/durations.ts';
import { TIME_UNKNOWN } from '../../schemas/event.ts';
import { FILLED_SPLITS, type FilledSplit } from '../../schemas/ledger.ts';
import type { LabelTable } from '../../schemas/manifest.ts';
import type { ReleaseSection } from '../../schemas/recipe.ts';
import { PROCESS_EFFECTS } from '../effects.ts';
import { BrewhouseError, nearestRemedy } from '../errors.ts';
import type { CorpusRules } from '../forms/task-rules.ts';

/** What a user says beside the recipe, and before it. */
export interface SectionWishes {
  /** Epoch milliseconds. */
  readonly until: number | undefined;
  readonly tokenBudget: number | 'none' | undefined;
  readonly profile: string | undefined;
  /** Splits that may be empty, beside those that the recipe names (RELEASE-7). */
  readonly allowEmpty: readonly FilledSplit[] | undefined;
}

/** A section whose `until` is known. */
export type DecidedSection = ReleaseSection & { readonly until: number };

/**
 * Decides the section. `newest`: time of the newest event of the lake, epoch milliseconds. UNTIL IS
 * NEVER GUESSED: throws `recipe_invalid`, naming the newest event, where nobody says it. Warns
 * where it lies more than a day after that event.
 */
export function decideSection(
  section: ReleaseSection,
  { newest, ...wishes }: SectionWishes & { readonly newest: number },
  effects = PROCESS_EFFECTS,
): DecidedSection {
  const { until = section.until, tokenBudget = section.token_budget, profile = section.profile } = wishes;
  if (until === undefined) throw untilMissing(newest);
  if (until > newest + DAY_MS) {
    const what = `until ${new Date(until).toISOString()} lies after the newest event (${sayTime(newest)})`;
    const message = `${what}: labels of windows that nobody has seen the end of count as settled`;
    effects.observe({ kind: 'warning', message });
  }
  const allowed = new Set([...section.allow_empty, ...(wishes.allowEmpty ?? [])]);
  const allow_empty = FILLED_SPLITS.filter((split) => allowed.has(split));
  return { ...section, until, token_budget: tokenBudget, profile, allow_empty };
}

function untilMissing(newest: number): BrewhouseError {
  const midnight = new Date(Math.floor(newest / DAY_MS) * DAY_MS).toISOString();
  const remedy =
    newest === TIME_UNKNOWN
      ? 'no event of this lake has a time: nothing can be asked of it'
      : `the newest event is of ${sayTime(newest)}; --until ${midnight} would take in all whole days before it`;
  const message = 'a release needs an until, and neither the recipe nor --until names one';
  return new BrewhouseError('recipe_invalid', message, { place: { field: 'release.until' }, remedy });
}

function sayTime(time: number): string {
  return time === TIME_UNKNOWN ? 'no known time' : new Date(time).toISOString();
}

/**
 * A task or a label that is mistyped would silently change the release: throws `recipe_invalid`
 * with the nearest name.
 */
export function requireKnownNames(
  section: ReleaseSection,
  { rules, tables }: { readonly rules: CorpusRules; readonly tables: readonly LabelTable[] },
): void {
  const tasks = rules.tasks.map((task) => task.name);
  for (const name of Object.keys(section.weights)) requireName(name, tasks, ['release.weights', 'task']);
  for (const name of section.holdout_tasks) requireName(name, tasks, ['release.holdout_tasks', 'task']);
  for (const [name, caps] of Object.entries(section.label_caps)) {
    requireName(name, tasks, ['release.label_caps', 'task']);
    const labels = tables.find((table) => table.task === name)?.labels.map(({ label }) => label) ?? [];
    for (const label of Object.keys(caps)) requireName(label, labels, [`release.label_caps.${name}`, 'label']);
  }
}

function requireName(name: string, known: readonly string[], [field, what]: readonly [field: string, what: string]) {
  if (known.includes(name)) return;
  throw new BrewhouseError('recipe_invalid', `${field} names the ${what} ${name}, which this recipe does not have`, {
    place: { field },
    remedy: nearestRemedy(name, known, 'it has'),
  });
}
