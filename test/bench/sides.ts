/** What one side of a row took, run by run and as figures. */
import { type Figure, figureOf } from './figures.ts';
import type { Measured } from './measure-command.ts';

/** A side as the page tells it. */
export interface Side {
  readonly name: string;
  readonly wallSeconds: Figure;
  readonly cpuSeconds: Figure;
  readonly peakMb: Figure;
  readonly proportionalMb: Figure;
}

type Cost = Pick<Measured, 'wallSeconds' | 'cpuSeconds' | 'peakMb' | 'proportionalMb'>;

/** A side of at least one run. */
export function sideOf(name: string, runs: readonly Cost[]): Side {
  return {
    name,
    wallSeconds: figureOf(runs.map((run) => run.wallSeconds)),
    cpuSeconds: figureOf(runs.map((run) => run.cpuSeconds)),
    peakMb: figureOf(runs.map((run) => run.peakMb)),
    proportionalMb: figureOf(runs.map((run) => run.proportionalMb)),
  };
}

/** Commands one after another, as one: times add up, of memory the most counts. */
export function oneAfterAnother(steps: readonly Cost[]): Cost {
  const sum = (of: (step: Cost) => number) => steps.reduce((all, step) => all + of(step), 0);
  const most = (of: (step: Cost) => number) => Math.max(...steps.map(of));
  return {
    wallSeconds: sum((step) => step.wallSeconds),
    cpuSeconds: sum((step) => step.cpuSeconds),
    peakMb: most((step) => step.peakMb),
    proportionalMb: most((step) => step.proportionalMb),
  };
}

/** Wall seconds, run by run. */
export const wallsOf = (runs: readonly Cost[]) => runs.map((run) => run.wallSeconds);
/** Peaks in MB, run by run. */
export const peaksOf = (runs: readonly Cost[]) => runs.map((run) => run.peakMb);
