/** No split of a release is empty unawares (RELEASE-7). */
import { FILLED_SPLITS, type FilledSplit } from '../../schemas/ledger.ts';
import type { ReleaseSection } from '../../schemas/recipe.ts';
import { BrewhouseError } from '../errors.ts';
import type { RowCounts } from './row-counts.ts';
import type { RowPass } from './selection.ts';

/** What decides which split is empty, and where the rows are that could fill it. */
export interface SplitInputs {
  readonly counts: Pick<RowCounts, 'splits' | 'fates'>;
  readonly release: ReleaseSection;
  /** Epoch ms. */
  readonly until: number;
  /** Read where a split is empty alone. */
  readonly pass: RowPass;
}

/**
 * Throws `recipe_invalid` where train, validation or test has no row and `allow_empty` does not
 * name it; the remedy says which time would fill it.
 */
export async function requireFilledSplits(inputs: SplitInputs): Promise<void> {
  const { counts, release } = inputs;
  const empty = FILLED_SPLITS.filter((split) => !(split in counts.splits) && !release.allow_empty.includes(split));
  if (empty.length === 0) return;
  const facts = await factsOf(inputs);
  const remedies = empty.map((split) => `${split}: ${FILLS[split](facts)}`);
  throw new BrewhouseError('recipe_invalid', `the release would have no row in ${empty.join(' and ')}`, {
    place: { field: 'release.splits' },
    remedy: `${remedies.join('; ')}; or say that it may be empty with --allow-empty ${empty.join(',')}`,
  });
}

/** The least or greatest of times, epoch ms; undefined of none. */
type Time = number | undefined;

/** What a remedy looks at: times of rows that no hold-out keeps from the three splits. */
interface Facts {
  readonly release: ReleaseSection;
  /** Label caps, budget or the remainder took a row of train. */
  readonly isTrainCut: boolean;
  mature: {
    leastClosesAt: Time;
    greatestAskedAt: Time;
    /** Of those asked at t1 + gap or later. */
    leastAskedAt: Time;
  };
  /** The least closes_at of pending rows: of all, and of those asked inside a split. */
  pending: Record<'all' | 'validation' | 'test', Time>;
}

const CUT = ['label_capped', 'thinned', 'remainder'] as const;

async function factsOf({ counts, release, until, pass }: SplitInputs): Promise<Facts> {
  const { t1, t2, gap } = release.splits;
  const facts: Facts = {
    release,
    isTrainCut: Object.values(counts.fates).some((ends) => CUT.some((end) => end in ends)),
    mature: { leastClosesAt: undefined, greatestAskedAt: undefined, leastAskedAt: undefined },
    pending: { all: undefined, validation: undefined, test: undefined },
  };
  const { mature, pending } = facts;
  for await (const group of pass()) {
    for (let i = 0; i < group.rows; i++) {
      const { variant, task, askedAt, closesAt, heldOutMember, heldOutSurface } = group.at(i);
      if (variant !== '' || heldOutSurface || heldOutMember || release.holdout_tasks.includes(task)) continue;
      if (closesAt > until) {
        pending.all = least(pending.all, closesAt);
        if (askedAt >= t1 + gap && askedAt < t2) pending.validation = least(pending.validation, closesAt);
        if (askedAt >= t2 + gap) pending.test = least(pending.test, closesAt);
      } else {
        mature.leastClosesAt = least(mature.leastClosesAt, closesAt);
        mature.greatestAskedAt = Math.max(mature.greatestAskedAt ?? askedAt, askedAt);
        if (askedAt >= t1 + gap) mature.leastAskedAt = least(mature.leastAskedAt, askedAt);
      }
    }
  }
  return facts;
}

/** Which time, or what else, would put a row into the split. */
const FILLS: Readonly<Record<FilledSplit, (facts: Facts) => string>> = {
  train({ mature, pending, isTrainCut }) {
    if (isTrainCut) return 'raise token_budget or label_caps, which leave it no row';
    const closed = mature.leastClosesAt;
    return closed === undefined ? laterUntil(pending.all) : `set t1 to ${told(closed)} or later`;
  },
  validation(facts) {
    const after = facts.mature.leastAskedAt;
    if (after !== undefined) return `set t2 later than ${told(after)}`;
    return earlierTime('t1', facts, facts.pending.validation);
  },
  test(facts) {
    return earlierTime('t2', facts, facts.pending.test);
  },
};

/** Waits where T of a pending row is `inside`; else begins the split with the last mature row. */
function earlierTime(name: 't1' | 't2', { mature, pending, release }: Facts, inside: Time): string {
  if (inside !== undefined) return laterUntil(inside);
  const newest = mature.greatestAskedAt;
  return newest === undefined
    ? laterUntil(pending.all)
    : `set ${name} to ${told(newest - release.splits.gap)} or earlier`;
}

function laterUntil(closed: Time): string {
  return closed === undefined ? 'no rendered row can be in it' : `set until to ${told(closed)} or later`;
}

function told(time: number): string {
  return new Date(time).toISOString();
}

function least(a: Time, b: number): number {
  return a === undefined ? b : Math.min(a, b);
}
