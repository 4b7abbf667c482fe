/** The checks of a verification, and what they found. */
import type { Fault } from '../../schemas/manifest.ts';

/** All checks, the most telling first: a row's fault is reported under the first that explains it. */
export const CHECKS = [
  'manifest',
  'schema',
  'future',
  'question',
  'repeat',
  'variants',
  'candidates',
  'label',
  'answer',
  'context',
  'control',
  'history',
  'ledger',
  'prompt',
  'origin',
  'sidecar',
  'split',
  'pseudonym',
  'index',
] as const;
export type Check = (typeof CHECKS)[number];

/** Faults of one check that are listed with their details; all are counted. */
export const FAULTS_LISTED_MAX = 20;

/** Where a fault lies; `row` counts within the split, -1: not in a row. */
export interface Place {
  readonly split?: string;
  readonly row?: number;
  readonly example?: string;
}

export interface FaultList {
  readonly faults: Fault[];
  readonly counts: Record<string, number>;
  /** Rows, files or entries that each check looked at. */
  readonly looked: Record<string, number>;
  add(check: Check, place: Place, detail: string): void;
  look(check: Check, count?: number): void;
}

export function createFaultList(): FaultList {
  const faults: Fault[] = [];
  const counts: Record<string, number> = {};
  const looked: Record<string, number> = Object.fromEntries(CHECKS.map((check) => [check, 0]));
  return {
    ...{ faults, counts, looked },
    add(check, place, detail) {
      counts[check] = (counts[check] ?? 0) + 1;
      if (counts[check] > FAULTS_LISTED_MAX) return;
      const { split = '', row = -1, example = '' } = place;
      faults.push({ check, split, row, example_id: example, detail });
    },
    look(check, count = 1) {
      looked[check] = (looked[check] ?? 0) + count;
    },
  };
}
