/**
 * The folder `oracle/`: a line for each question and a summary. Only analyses may read it: no event
 * tells it.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DAY_MS } from '../../schemas/durations.ts';
import type { MemberId } from '../../schemas/ids.ts';
import { recordOf } from '../checked.ts';
import { createAucTally } from './auc-tally.ts';
import { isoTime } from './event-lines.ts';
import { itemId } from './items.ts';
import { interactionId } from './member-interactions.ts';
import { createNumberedFiles } from './numbered-files.ts';
import { HISTORY_LENGTHS, type HistoryLength, LABEL_WINDOW_MS, type OracleAnswer } from './oracle.ts';

/**
 * Best AUC of positive against other labels by how much history is used; `truth` is that of the
 * probability from which labels were drawn. Null where one of the two is missing.
 */
export type OracleAucs = Record<HistoryLength | 'truth', number | null>;

/** What `oracle/summary.json` says; counts are of questions, AUCs of mature ones. */
export interface OracleSummary {
  readonly questions: number;
  readonly mature: number;
  readonly positive: number;
  readonly auc: OracleAucs;
  /** AUC from all events less that from the last 10; null where one of them is. */
  readonly gap: number | null;
}

/** Takes the answers of one member after another. */
export interface OracleFiles {
  write(memberId: MemberId, answers: readonly OracleAnswer[]): Promise<void>;
  /** Ends the files and writes the summary, which it returns. */
  finish(): Promise<OracleSummary>;
}

/** Digits kept of a probability. */
const DIGITS = 6;

/**
 * Writes `questions-00000.jsonl.gz` ... (a suffix that no reader of event files takes) and
 * `summary.json` into `directory`. A question is mature when its label window ends by `end` (UTC
 * ms). Bound: a tally for each AUC. Throws BrewhouseError `disk_full` or `store_refused`.
 */
export function createOracleFiles(directory: string, world: { memory: boolean; end: number }): OracleFiles {
  const files = createNumberedFiles(directory, 'questions', '.jsonl.gz');
  const lengths = Object.keys(HISTORY_LENGTHS) as HistoryLength[];
  const tallies = recordOf([...lengths, 'truth'], createAucTally);
  let [questions, matureCount, positiveCount] = [0, 0, 0];

  return {
    async write(memberId, answers) {
      for (const answer of answers) {
        const mature = answer.exposure.slate.at + LABEL_WINDOW_MS <= world.end;
        questions++;
        const written = files.write(questionLine(memberId, answer, mature));
        if (written !== undefined) await written;
        if (!mature) continue;
        matureCount++;
        const positive = answer.label === 'applied' || answer.label === 'viewed';
        if (positive) positiveCount++;
        for (const name of lengths) tallies[name].add(answer.positive[name], positive);
        tallies.truth.add(answer.truth.applied + answer.truth.viewed, positive);
      }
    },
    async finish() {
      await files.close();
      const auc: OracleAucs = recordOf([...lengths, 'truth'], (name) => rounded(tallies[name].auc()));
      const gap = auc.all === null || auc.last_10 === null ? null : rounded(auc.all - auc.last_10);
      const summary: OracleSummary = { questions, mature: matureCount, positive: positiveCount, auc, gap };
      const told = { memory: world.memory, label_window_days: LABEL_WINDOW_MS / DAY_MS, ...summary };
      await writeFile(join(directory, 'summary.json'), `${JSON.stringify(told, undefined, 2)}\n`);
      return summary;
    },
  };
}

function questionLine(memberId: MemberId, answer: OracleAnswer, mature: boolean): string {
  const { exposure, label } = answer;
  const record = {
    event_id: interactionId(memberId, answer.opening),
    member_id: memberId,
    item_id: itemId(exposure.item),
    asked_at: isoTime(exposure.slate.at),
    label,
    mature,
    truth: roundedAll(answer.truth),
    positive: roundedAll(answer.positive),
  };
  return `${JSON.stringify(record)}\n`;
}

function roundedAll(values: Readonly<Record<string, number>>): Record<string, number | null> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, rounded(value)]));
}

/** Null for NaN: an AUC of one label alone. */
function rounded(value: number): number | null {
  return Number.isNaN(value) ? null : Number(value.toFixed(DIGITS));
}
