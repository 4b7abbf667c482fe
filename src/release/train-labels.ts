/** The labels of a corpus's train rows, as a recipe would split and cap them. */
import { ownValue, setOwn } from '../../schemas/names.ts';
import type { ReleaseSection } from '../../schemas/recipe.ts';
import { CORPUS } from '../../schemas/rows.ts';
import { floatAt } from '../checked.ts';
import { PROCESS_EFFECTS } from '../effects.ts';
import { readTyped, textMapper, textReader } from '../shard/typed-columns.ts';
import { addTo } from '../tally.ts';
import type { LabelCounts } from './label-balance.ts';
import { type CorpusRows, corpusGroups, heldOut } from './selectable-rows.ts';
import { splitOf } from './split-rule.ts';

const { variant, task, label, asked_at, closes_at, member, surface } = CORPUS;
/** What decides whether a row is of train, and its label. */
const SPLIT = { variant, task, label, asked_at, closes_at, member, surface };

/**
 * Train rows by task and label as the release section splits and caps them (RELEASE-2), before any
 * token budget, which takes labels alike. Bound: one row group. Throws as the store and its files
 * do.
 */
export async function countTrainLabels(
  of: CorpusRows & { readonly release: ReleaseSection },
  effects = PROCESS_EFFECTS,
): Promise<LabelCounts> {
  const { release } = of;
  const rules = { release, until: release.until ?? Number.POSITIVE_INFINITY };
  const held = heldOut(of);
  const counts: LabelCounts = {};
  for await (const { file, number, live } of corpusGroups(of, effects)) {
    const columns = await readTyped(file, number, SPLIT);
    const [tasks, labels, variants] = [
      textReader(columns.task),
      textReader(columns.label),
      textReader(columns.variant),
    ];
    const [members, surfaces] = [textMapper(columns.member, held.member), textMapper(columns.surface, held.surface)];
    for (const i of live) {
      const facts = {
        ...{ task: tasks(i), variant: variants(i) },
        ...{ askedAt: floatAt(columns.asked_at, i), closesAt: floatAt(columns.closes_at, i) },
        ...{ heldOutMember: members(i), heldOutSurface: surfaces(i) },
      };
      if (splitOf(facts, rules) === 'train') addTo(counts, [facts.task, labels(i)], 1);
    }
  }
  for (const [task, caps] of Object.entries(release.label_caps)) {
    const labels = ownValue(counts, task) ?? {};
    for (const [label, most] of Object.entries(caps))
      if ((ownValue(labels, label) ?? 0) > most) setOwn(labels, label, most);
  }
  return counts;
}
