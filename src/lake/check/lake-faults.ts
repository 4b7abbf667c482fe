/** What a check of a whole lake looks at, and what it found wrong. */

/**
 * `identity`: that the name of a corpus is the hash of what it is.
 * `record`: numbers, bytes, hashes and claims of the records of chains.
 * `checkpoint`: what one says beside the fold of all records before it.
 * `bundle`: what one says beside the records in it.
 * `link`: records that others name.
 * `file`: files that records name, with their bytes.
 * `counts`: sums of records beside what their files hold.
 * `rewrite`: rows that were taken out, and those that came for them.
 */
export const LAKE_CHECKS = ['identity', 'record', 'checkpoint', 'bundle', 'link', 'file', 'counts', 'rewrite'] as const;
/** One of LAKE_CHECKS. */
export type LakeCheck = (typeof LAKE_CHECKS)[number];

/** Faults of one check that are kept with their details; all are counted. */
export const LAKE_FAULTS_MAX = 20;

/** One thing found wrong. */
export interface LakeFault {
  readonly check: LakeCheck;
  /** The key of the file that is wrong. */
  readonly file: string;
  readonly detail: string;
}

/** Collects faults, and counts what was looked at. Bound: LAKE_FAULTS_MAX faults of each check. */
export interface LakeFaults {
  readonly faults: readonly LakeFault[];
  readonly counts: ReadonlyMap<LakeCheck, number>;
  readonly looked: ReadonlyMap<LakeCheck, number>;
  add(fault: LakeFault): void;
  look(check: LakeCheck, count?: number): void;
}

/** An empty list. */
export function createLakeFaults(): LakeFaults {
  const faults: LakeFault[] = [];
  const counts = new Map<LakeCheck, number>();
  const looked = new Map<LakeCheck, number>(LAKE_CHECKS.map((check) => [check, 0]));
  return {
    faults,
    counts,
    looked,
    add(fault) {
      const count = (counts.get(fault.check) ?? 0) + 1;
      counts.set(fault.check, count);
      if (count <= LAKE_FAULTS_MAX) faults.push(fault);
    },
    look(check, count = 1) {
      looked.set(check, (looked.get(check) ?? 0) + count);
    },
  };
}
