/** What must hold for a lake to lie at a location, each looked at by itself. */
import { type Effects, PROCESS_EFFECTS } from '../effects.ts';
import { BrewhouseError } from '../errors.ts';
import { LEFTOVER_AGE_MS } from '../lake/object-store.ts';
import { type ContestedStore, type OneWinnerTrial, tryOneWinner } from '../lake/one-winner.ts';

/** One thing that was looked at. */
export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly said: string;
  /** What to do; empty where nothing is. */
  readonly remedy: string;
}

/** Part of a store in which anything may be written, until it is cleared. */
export interface TrialStore {
  readonly store: ContestedStore;
  /** Removes all that was written. */
  clear(): Promise<void>;
}

const TRIAL_NAME = /^doctor-(\d+)-/;

/** A name that nobody else has for the folder of a trial; it says when the trial began. */
export function trialName({ now, newId }: Effects): string {
  return `doctor-${now()}-${newId()}`;
}

/** Whether the folder is one that a trial has left which ended before it could clear it. */
export function isLeftTrial(name: string, now: number): boolean {
  const [, began] = TRIAL_NAME.exec(name) ?? [];
  return began !== undefined && now - Number(began) > LEFTOVER_AGE_MS;
}

/** For what clears a trial: whoever stops the trial does not stop that. */
export function unstopped(effects: Effects): Effects {
  return { ...effects, signal: new AbortController().signal };
}

/** Looks at one thing: what it comes to, or its failure and what to do about it. */
export async function finding(name: string, look: () => Promise<Omit<Finding, 'name'> | string>): Promise<Finding> {
  try {
    const found = await look();
    return typeof found === 'string' ? { name, ok: true, said: found, remedy: '' } : { name, ...found };
  } catch (error) {
    if (!(error instanceof BrewhouseError) || error.code === 'interrupted') throw error;
    return { name, ok: false, said: error.message, remedy: error.remedy };
  }
}

/** What to do about a store that lets several writers of a name win. */
export const KEEP_ELSEWHERE = 'keep the lake elsewhere: here two builds at once would lose or double rows';

/** Tries whether one name has one winner; then nothing of it is left. */
export function findOneWinner(
  open: () => Promise<TrialStore>,
  trial: OneWinnerTrial,
  effects = PROCESS_EFFECTS,
): Promise<Finding> {
  return finding('conditional writes', async () => {
    const { store, clear } = await open();
    try {
      const { won, broken, unclear } = await tryOneWinner(store, trial, effects);
      const of = `${trial.writers} writers of one name in ${trial.rounds} rounds`;
      if (broken === 0) {
        const lost = unclear === 0 ? '' : `; in ${unclear} the answer to it was lost`;
        return `one winner of ${of}${lost}`;
      }
      return {
        ok: false,
        said: `of ${of}, ${broken} had more than one winner or the bytes of another one, and ${won} one winner`,
        remedy: KEEP_ELSEWHERE,
      };
    } finally {
      await clear();
    }
  });
}
