/**
 * Rendered rows to a finished release: choose, shuffle by draw through sorted runs, write shards,
 * publish the manifest last.
 */
import type { ReleaseId } from '../schemas/ids.ts';
import { type CorpusWish, findCorpus, requireRendered } from '../src/corpus/find-corpus.ts';
import { type Effects, PROCESS_EFFECTS } from '../src/effects.ts';
import type { CorpusIdentity } from '../src/forms/identity.ts';
import { corpusRules } from '../src/forms/task-rules.ts';
import { type Lake, openLake } from '../src/lake/lake.ts';
import type { ObjectStore } from '../src/lake/object-store.ts';
import type { RenderPlan } from '../src/prompt/plan.ts';
import { type ToldChanges, tellChanges } from '../src/release/changes-file.ts';
import { type ChangesOf, type CorpusChanges, changesBetween } from '../src/release/corpus-changes.ts';
import { requireFilledSplits } from '../src/release/empty-splits.ts';
import type { IncrementRules } from '../src/release/increment-rule.ts';
import { oneLabelWarnings, trainLabelsOf } from '../src/release/label-balance.ts';
import { findPseudonymKey, type KeySources } from '../src/release/pseudonym-key.ts';
import { type PseudonymKey, pseudonymsOf } from '../src/release/pseudonyms.ts';
import { type PublishedRelease, publishRelease, timelineFacts } from '../src/release/publish.ts';
import { decideSection, requireKnownNames, type SectionWishes } from '../src/release/release-section.ts';
import { type CorpusHoldout, releaseRows } from '../src/release/selectable-rows.ts';
import { selectRows } from '../src/release/selection.ts';
import { shuffleRows } from '../src/release/shuffle.ts';
import { readSince, requireSameKey, type SinceRelease, type SinceWishes } from '../src/release/since.ts';
import type { Scratch } from '../src/sort/scratch.ts';
import { createVocabulary } from '../src/timeline/vocabulary.ts';
import { createRenderPlan, namingFiles, type ReadRecipe, readTokenizer, readTokens } from './corpus-inputs.ts';
import { openReleaseWork } from './release/open-work.ts';

/** Where a release is made, from which corpus, and under which name. */
export interface ReleaseOptions extends SectionWishes, CorpusWish, SinceWishes {
  readonly store: ObjectStore;
  readonly scratch: Scratch;
  readonly recipe: ReadRecipe;
  readonly key: KeySources;
  /** Threads, at most. */
  readonly workers: number;
  readonly tokensPerThread?: number;
  /** Name of the release; default: by its content. */
  readonly id: ReleaseId | undefined;
}

/**
 * Makes a release, or finds that it is there. Throws `not_found` (no such corpus, or not rendered
 * that far), `recipe_invalid` with the file, `key_missing`, `usage` where the name is taken, and as
 * the lake does. Bound: one row group, the sums of the choice, and the runs of the sorters.
 */
export function release(options: ReleaseOptions, effects = PROCESS_EFFECTS): Promise<PublishedRelease> {
  return namingFiles(options, async () => {
    const { store, scratch } = options;
    const { recipe, file } = options.recipe;
    const lake = await openLake(store, effects);
    const timelines = await lake.timelines();
    const { newest } = await lake.stats(timelines);
    const asked = decideSection(recipe.release, { ...options, newest }, effects);
    const { corpus, identity } = findCorpus(await lake.corpora(), recipe.corpus, options);
    const since = await readSince(store, options, { corpus, section: asked });
    const section = since?.section ?? asked;
    const partitions = await lake.corpus(corpus);
    requireRendered(corpus, partitions, { timelines, until: section.until });
    const { holdout } = identity.section;
    const rules = corpusRules(identity.section, createVocabulary(identity.domain));
    const { seed } = rules;
    const read = releaseRows({ store, corpus, partitions, seed, holdout }, effects);
    // Threads start beside what this one has to read.
    const work = openReleaseWork(read.parts, options, effects);
    try {
      const tokens = readTokens(recipe.corpus.tokenizer, file);
      const tables = (await lake.labelTables(corpus)) ?? (await planAgain(identity, options.recipe)).tables;
      requireKnownNames(section, { rules, tables });

      const { until } = section;
      const changed = since && (await changesSince(since, { lake, corpus, partitions, seed, holdout }, effects));
      const selection = await selectRows(read.pass, { seed, release: section, until, increment: changed?.rules });
      const { counts, decided } = selection;
      if (since === undefined) await requireFilledSplits({ counts, release: section, until, pass: read.pass });
      // A key is made for a release that can be, alone.
      const key = await findPseudonymKey(store, options.key, effects);
      const increment = since && changed && { told: since.told, changes: toldChanges(since, changed, key) };
      const timeline = { lake, timelines, identity, rules, section, scratch };
      const reading = timelineFacts(timeline);
      // Heard of when the rows are taken.
      reading.catch(() => {});
      const taken = await work.take({ corpus, seed, holdout, decided, key }, read.parts);
      const shuffled = shuffleRows(taken, { store, scratch });
      try {
        const facts = await reading;
        const joiner = work.joiner(section.profile, shuffled);
        const known = { ...timeline, corpus, partitions, key, tables, tokens, counts, joiner, facts };
        const made = { ...known, increment };
        const published = await publishRelease({ ...made, read, selection, shuffled, id: options.id }, effects);
        const warnings = oneLabelWarnings(trainLabelsOf(published.manifest), rules.tasks);
        for (const message of warnings) effects.observe({ kind: 'warning', message });
        return published;
      } finally {
        shuffled.close();
      }
    } finally {
      await work.close();
    }
  });
}

/** What decides the rows of an increment, and all that changed since the release before it. */
interface ChangedSince {
  readonly changes: CorpusChanges;
  readonly rules: IncrementRules;
}

async function changesSince(
  { told: { until: since, replay }, section, records }: SinceRelease,
  { lake, partitions, ...of }: CorpusHoldout & Pick<ChangesOf, 'corpus'> & { lake: Lake; partitions: ChangesOf['now'] },
  effects: Effects,
): Promise<ChangedSince> {
  const { store } = lake;
  const before = await lake.corpusAt(of.corpus, records);
  const rules = { since, until: section.until, heldOutTasks: section.holdout_tasks };
  const changes = await changesBetween({ ...of, ...rules, store, before, now: partitions }, effects);
  return { changes, rules: { since, replay, fresh: changes.fresh } };
}

function toldChanges(since: SinceRelease, { changes }: ChangedSince, key: PseudonymKey): ToldChanges {
  requireSameKey(since, key);
  return tellChanges(changes, pseudonymsOf(key, 0));
}

/** Where a lake keeps no label tables: it was built by an earlier version, or lost them. */
async function planAgain(identity: CorpusIdentity, { recipe, file }: ReadRecipe): Promise<RenderPlan> {
  return createRenderPlan(identity, await readTokenizer(recipe.corpus.tokenizer, file));
}
