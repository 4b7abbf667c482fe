/** Collects faults by kind: where the first of each is, and how many there are. */
import type { DeadReason } from '../../schemas/event.ts';

/**
 * Why `check` names a record: the dead reasons, and what only other records or the domain can show.
 */
export type CheckCode =
  | DeadReason
  | 'action_unknown'
  | 'attribute_missing'
  | 'file_passed_over'
  | 'item_undefined'
  | 'ids_not_checked'
  | 'no_interactions'
  | 'number_rounded'
  | 'times_early';

/** Where in the event files something was seen. */
export interface LinePlace {
  /** Relative to the folder that is checked. */
  readonly file: string;
  /** From 1; 0 where the file as a whole is meant. */
  readonly line: number;
}

/** The first fault of a kind, and how many there are. */
export interface CheckError extends LinePlace {
  readonly code: CheckCode;
  /** Empty where no field is to blame. */
  readonly field: string;
  readonly message: string;
  readonly count: number;
}

/** A fault to collect; the count is 1 where it is left out. */
export type NewFault = Omit<CheckError, 'count'> & { readonly count?: number; readonly kind?: string };

/** Faults by kind. */
export interface CheckKinds {
  add(fault: NewFault): void;
  /** In order of the first fault of each kind. */
  list(): CheckError[];
}

/**
 * Kinds that are told apart: a file of rubbish could have as many field names as lines. Kinds
 * beyond this go by their code alone.
 */
export const CHECK_KINDS_MAX = 200;

/**
 * No faults yet. A kind is code, field and, where given, `kind`. Bound: CHECK_KINDS_MAX kinds and
 * one a code.
 */
export function createCheckKinds(): CheckKinds {
  const byKind = new Map<string, CheckError>();
  return {
    add({ count = 1, kind = '', ...fault }) {
      let key = JSON.stringify([fault.code, fault.field, kind]);
      if (!byKind.has(key) && byKind.size >= CHECK_KINDS_MAX) key = fault.code;
      const before = byKind.get(key);
      byKind.set(key, before === undefined ? { ...fault, count } : { ...before, count: before.count + count });
    },
    list: () => [...byKind.values()],
  };
}
