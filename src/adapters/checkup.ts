/** What must hold for a lake to lie at a location, each looked at by itself. */
import { PROCESS_EFFECTS } from '../effects.ts';
import { BrewhouseError } from '../errors.ts';
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
        remedy: 'keep the lake elsewhere: here two builds at once would lose or double rows',
      };
    } finally {
      await clear();
    }
  });
}
