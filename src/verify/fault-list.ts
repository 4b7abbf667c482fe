/** The checks of a verification, and what they found. */
import type { Fault } from '../../schemas/manifest.ts';

/**
 * All checks, the most telling first: a row's fault is reported under the first that explains it.
 */
export const CHECKS = [
  ...(['manifest', 'schema', 'future', 'question', 'repeat', 'variants', 'candidates'] as const),
  ...(['label', 'answer', 'context', 'control', 'history', 'ledger', 'prompt', 'origin'] as const),
  ...(['sidecar', 'split', 'pseudonym', 'index'] as const),
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
