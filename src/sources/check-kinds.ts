/** Collects faults by kind: the first place of each, and how many there are. */
import type { DeadReason } from '../../schemas/event.ts';

/** Why `check` names a record: the dead reasons, and what is seen only with other records or the domain beside it. */
export type CheckCode = DeadReason | 'action_unknown' | 'item_undefined' | 'ids_not_checked' | 'number_rounded';

export interface Place {
  /** Relative to the folder that is checked. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** The first fault of a kind; `field` is empty where none is to blame. */
export interface CheckError extends Place {
  readonly code: CheckCode;
  readonly field: string;
  readonly message: string;
  readonly count: number;
}

/** Kinds that are told apart; a file of rubbish could have as many field names as lines. Later ones go by their code alone. */
export const CHECK_KINDS_MAX = 200;

/** Faults by code, field and, where one is given, `kind`; in order of their first place. */
export class CheckKinds {
  readonly #byKind = new Map<string, CheckError>();

  add({ count = 1, kind = '', ...fault }: Omit<CheckError, 'count'> & { count?: number; kind?: string }): void {
    let key = JSON.stringify([fault.code, fault.field, kind]);
    if (!this.#byKind.has(key) && this.#byKind.size >= CHECK_KINDS_MAX) key = fault.code;
    const before = this.#byKind.get(key);
    this.#byKind.set(key, before === undefined ? { ...fault, count } : { ...before, count: before.count + count });
  }

  list(): CheckError[] {
    return [...this.#byKind.values()];
  }
}
