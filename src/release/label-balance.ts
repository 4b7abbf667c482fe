/** How often each label is the answer of a task's train rows, and which of them is nearly all. */
import type { Manifest } from '../../schemas/manifest.ts';
import { ownValue } from '../../schemas/names.ts';
import { quotedName } from '../errors.ts';
import type { TaskRules } from '../forms/task-rules.ts';
import { grouped, percent } from '../grouped.ts';
import { addTo } from '../tally.ts';

/** task -> label -> train rows. */
export type LabelCounts = Record<string, Record<string, number>>;

/** A label above this share is what a model learns to say, whatever it is asked. */
const ONE_LABEL_WARN = 0.95;

/** Those of a release. */
export function trainLabelsOf({ labels }: Pick<Manifest, 'labels'>): LabelCounts {
  const counts: LabelCounts = {};
  for (const [task, byLabel] of Object.entries(labels))
    for (const [label, { train = 0 }] of Object.entries(byLabel)) if (train > 0) addTo(counts, [task, label], train);
  return counts;
}

/**
 * One sentence for each task of which nearly all train rows have one label. Letters are drawn, and
 * balanced by that: of tasks that are answered by letters nothing is said.
 */
export function oneLabelWarnings(counts: LabelCounts, tasks: readonly Pick<TaskRules, 'name' | 'block'>[]): string[] {
  return tasks.flatMap(({ name, block }) => {
    const labels = block === 'candidates' ? [] : Object.entries(ownValue(counts, name) ?? {});
    const all = labels.reduce((sum, [, count]) => sum + count, 0);
    const [label, most] = labels.reduce((a, b) => (b[1] > a[1] ? b : a), ['', 0]);
    if (most <= ONE_LABEL_WARN * all) return [];
    return [
      `${grouped(most)} of ${grouped(all)} train rows of ${name} (${percent(most, all)}) are labelled ` +
        `"${quotedName(label)}": a model learns to answer that alone; cap the label with release.label_caps, give ` +
        'the task another label_window, or leave it out',
    ];
  });
}
