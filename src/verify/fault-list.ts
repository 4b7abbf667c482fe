/** The checks of a verification, and what they found. */
import type { Fault } from '../../schemas/manifest.ts';

/**
 * All checks, the most telling first: a row's fault is reported under the first that explains it.
 */
export const CHECKS = [
  ...(['manifest', 'schema', 'future', 'question', 'repeat', 'variants', 'candidates'] as const),
  ...(['label', 'answer', 'context', 'control', 'history', 'ledger', 'prompt', 'origin'] as const),
  ...(['sidecar', 'split', 'changes', 'pseudonym', 'index'] as const),
];

/** One of CHECKS. */
export type Check = (typeof CHECKS)[number];

/** Faults of one check that are listed with their details; all are counted. */
export const FAULTS_LISTED_MAX = 20;

/** The id of a rule in RULES.md. */
export type RuleId = `${Uppercase<string>}-${number}`;

/** Where a fault lies; `row` counts within the split, -1 where it is not in a row. */
export interface FaultPosition {
  readonly split?: string;
  readonly row?: number;
  readonly example?: string;
}

/** What a check found wrong. */
export interface Finding {
  readonly check: Check;
  /** The rules that it breaks, the likeliest first; none where the files alone are wrong. */
  readonly rule: readonly RuleId[];
  readonly detail: string;
}

/** Collects faults, and counts what was looked at. */
export interface FaultList {
  readonly faults: Fault[];
  readonly counts: Record<string, number>;
  /** Rows, files or entries that each check looked at. */
  readonly looked: Record<string, number>;
  add(place: FaultPosition, finding: Finding): void;
  look(check: Check, count?: number): void;
}

/** What another list collected, in another thread perhaps. */
export type FoundFaults = Pick<FaultList, 'faults' | 'counts' | 'looked'>;

/** An empty list; bounded by FAULTS_LISTED_MAX faults of each check. */
export function createFaultList(): FaultList {
  const faults: Fault[] = [];
  const counts: Record<string, number> = {};
  const looked: Record<string, number> = Object.fromEntries(CHECKS.map((check) => [check, 0]));
  return {
    faults,
    counts,
    looked,
    add({ split = '', row = -1, example = '' }, { check, rule, detail }) {
      const count = (counts[check] ?? 0) + 1;
      counts[check] = count;
      if (count <= FAULTS_LISTED_MAX) faults.push({ check, rule: [...rule], split, row, example_id: example, detail });
    },
    look(check, count = 1) {
      looked[check] = (looked[check] ?? 0) + count;
    },
  };
}

/**
 * An empty list of faults of rows, which come in any order: it keeps those of the first rows.
 * Bound: twice FAULTS_LISTED_MAX faults of each check.
 */
export function createRowFaultList(): FaultList {
  const { counts, looked, look } = createFaultList();
  const kept = new Map<string, Fault[]>();
  const firstOf = (faults: Fault[]) => faults.sort(byRow).slice(0, FAULTS_LISTED_MAX);
  return {
    get faults() {
      return [...kept.values()].flatMap(firstOf);
    },
    counts,
    looked,
    add({ split = '', row = -1, example = '' }, { check, rule, detail }) {
      counts[check] = (counts[check] ?? 0) + 1;
      const own = [...(kept.get(check) ?? []), { check, rule: [...rule], split, row, example_id: example, detail }];
      kept.set(check, own.length < 2 * FAULTS_LISTED_MAX ? own : firstOf(own));
    },
    look,
  };
}

/** Rows in the order in which they are read: by split, then by number. */
function byRow(a: Fault, b: Fault): number {
  return Number(a.split > b.split) - Number(a.split < b.split) || a.row - b.row;
}

/** Adds what others found: `inRowOrder` where each looked at rows from everywhere. */
export function mergeFaults(list: FaultList, found: readonly FoundFaults[], inRowOrder = false): void {
  for (const { looked } of found)
    for (const [check, count] of Object.entries(looked)) list.looked[check] = (list.looked[check] ?? 0) + count;
  const faults = found.flatMap((one) => one.faults);
  if (inRowOrder) faults.sort(byRow);
  for (const [check, own] of Map.groupBy(faults, (fault) => fault.check)) {
    const room = Math.max(0, FAULTS_LISTED_MAX - (list.counts[check] ?? 0));
    list.faults.push(...own.slice(0, room));
  }
  for (const { counts } of found)
    for (const [check, count] of Object.entries(counts)) list.counts[check] = (list.counts[check] ?? 0) + count;
}
