/**
 * What people see of a command while it runs: a bar on a terminal, plain lines elsewhere, warnings
 * on stderr.
 */
import type { Observation, Observer } from '../observations.ts';
import { duration, shortNumber } from './plain-text.ts';
import { createTimeLeft } from './time-left.ts';

/** The observer that draws on the streams. */
export interface Output {
  /** Whether stdout may be coloured. */
  readonly colour: boolean;
  readonly observe: Observer;
  /** Ends a step's line. */
  settle(): void;
}

/** The streams and what is known of them. */
export interface OutputStreams {
  readonly stdout: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number };
  /** Milliseconds of any clock. */
  readonly now: () => number;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

type Progress = Extract<Observation, { kind: 'progress' }>;

/** How often a bar is drawn, and how often a plain line is written, at most. */
const BAR_INTERVAL_MS = 100;
const LINE_INTERVAL_MS = 3_000;
const BAR_WIDTH = 24;
const COLUMNS_DEFAULT = 80;
const TEXT_COLUMNS_MIN = 20;

/** Stages go to stdout, all else to stderr. */
export function createOutput({ stdout, stderr, now, environment }: OutputStreams): Output {
  const plain = environment.NO_COLOR !== undefined && environment.NO_COLOR !== '';
  const onTerminal = stderr.isTTY === true;
  let step = '';
  let started = 0;
  let said = 0;
  let open = false;
  let timeLeft = createTimeLeft();
  const settle = () => {
    if (open) stderr.write('\n');
    open = false;
    step = '';
  };
  const show = (progress: Progress) => {
    const time = now();
    if (progress.step !== step) {
      settle();
      step = progress.step;
      started = time;
      said = time;
      timeLeft = createTimeLeft();
    }
    const seconds = (time - started) / 1000;
    const left = timeLeft.note({ seconds, done: progress.done }, progress.total);
    const isLast = progress.total > 0 && progress.done >= progress.total;
    if (time - said < (onTerminal ? BAR_INTERVAL_MS : LINE_INTERVAL_MS) && !(isLast && onTerminal)) return;
    said = time;
    const text = describe(progress, seconds, left);
    open = onTerminal;
    if (onTerminal) stderr.write(`\r\u001b[2K${bar(progress)}${text.slice(0, textColumns(stderr.columns))}`);
    else stderr.write(`${text}\n`);
  };
  const observe: Observer = (observation) => {
    if (observation.kind === 'progress') show(observation);
    if (observation.kind !== 'warning' && observation.kind !== 'stage') return;
    settle();
    if (observation.kind === 'warning') stderr.write(`warning: ${observation.message}\n`);
    else stdout.write(`${observation.message}\n`);
  };
  return { colour: stdout.isTTY === true && !plain, observe, settle };
}

function textColumns(columns = COLUMNS_DEFAULT): number {
  return Math.max(TEXT_COLUMNS_MIN, columns - BAR_WIDTH - 4);
}

function bar({ done, total }: Progress): string {
  if (total <= 0) return '';
  const filled = Math.round((BAR_WIDTH * Math.min(done, total)) / total);
  return `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}] `;
}

function describe({ step, done, total, rate }: Progress, seconds: number, left: number | undefined): string {
  const parts = [step];
  if (total > 0) parts.push(`${Math.floor((100 * done) / total)} %`);
  if (rate !== undefined && seconds > 0) parts.push(`${shortNumber(rate.count / seconds)} ${rate.unit}/s`);
  if (left !== undefined) parts.push(`${duration(left)} left`);
  return parts.join(', ');
}
