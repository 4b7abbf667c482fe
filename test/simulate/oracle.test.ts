/**
 * The oracle: calibrated, better with longer history by a margin fixed beforehand, and flat in the
 * world without memory.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAucTally } from '../../src/simulate/auc-tally.ts';
import { APPLY_DELAYS, DISMISS_DELAYS, delayAt, shareWithin, VIEW_DELAYS } from '../../src/simulate/choice-model.ts';
import { makeFolder, readEvents, readLines, simulateInto } from './read-simulation.ts';

const LENGTHS = ['last_10', 'last_100', 'last_1000', 'all'] as const;

interface Question {
  event_id: string;
  member_id: string;
  item_id: string;
  asked_at: string;
  label: 'applied' | 'dismissed' | 'viewed' | 'none';
  mature: boolean;
  truth: Record<Question['label'], number>;
  positive: Record<(typeof LENGTHS)[number], number>;
}

const [remembering, forgetting] = [makeFolder(), makeFolder()];
const { oracle } = await simulateInto(remembering, { members: 400, days: 90 });
const { oracle: control } = await simulateInto(forgetting, { members: 400, days: 90, memory: false });
const questions: Question[] = readLines(join(remembering, 'oracle'), /^questions/).map((line) => JSON.parse(line));
const mature = questions.filter((question) => question.mature);

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe('the oracle', () => {
  it('answers each impression once, with the label that the events show', () => {
    const interactions = readEvents(remembering, 'interactions');
    const impressions = interactions.filter((event) => event.action === 'impression').map((event) => event.event_id);
    expect(questions.map((question) => question.event_id).sort()).toEqual(impressions.sort());
    const actions = Map.groupBy(interactions, (event) => `${event.member_id} ${event.item_id}`);
    for (const { member_id, item_id, asked_at, label } of mature) {
      const end = Date.parse(asked_at) + 7 * 86_400_000;
      const own = actions.get(`${member_id} ${item_id}`)!.filter((event) => Date.parse(event.event_time) < end);
      const strongest = ['applied', 'dismissed', 'viewed'].find((name) => own.some((event) => event.action === name));
      expect(label).toBe(strongest ?? 'none');
    }
  });

  it('gives probabilities that sum to one and come true as often as they say', () => {
    for (const { truth } of questions)
      expect(truth.applied + truth.dismissed + truth.viewed + truth.none).toBeCloseTo(1, 4);
    for (const label of ['applied', 'dismissed', 'viewed', 'none'] as const) {
      const came = mean(mature.map((question) => Number(question.label === label)));
      expect(Math.abs(came - mean(mature.map((question) => question.truth[label])))).toBeLessThan(0.01);
    }
  });

  it('predicts at the rate that comes true, whatever it predicts, from any length of history', () => {
    for (const length of LENGTHS) {
      const bins = Map.groupBy(mature, (question) => Math.floor(question.positive[length] * 10));
      for (const own of [...bins.values()].filter((bin) => bin.length > 1_500)) {
        const came = mean(own.map(({ label }) => Number(label === 'applied' || label === 'viewed')));
        expect(Math.abs(came - mean(own.map((question) => question.positive[length])))).toBeLessThan(0.03);
      }
    }
  });

  it('gains 0.03 to 0.10 of AUC from all events over the last 10, and something at each step', () => {
    expect(oracle.gap).toBeGreaterThanOrEqual(0.03);
    expect(oracle.gap).toBeLessThanOrEqual(0.1);
    const steps = [...LENGTHS, 'truth' as const].map((length) => oracle.auc[length]!);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    expect(new Set(steps).size).toBe(steps.length);
  });

  it('gains nothing from history in the world without memory', () => {
    expect(Math.abs(control.gap!)).toBeLessThan(0.005);
    expect(control.auc.last_1000).toBe(control.auc.last_10);
    expect(Math.abs(control.auc.all! - oracle.auc.last_10!)).toBeLessThan(0.03);
  });

  it('shows the same items at the same moments with and without memory', () => {
    const shown = (folder: string) =>
      readEvents(folder, 'interactions')
        .filter((event) => event.action === 'impression')
        .map(({ member_id, item_id, event_time, position }) => `${member_id} ${event_time} ${position} ${item_id}`);
    expect(shown(forgetting)).toEqual(shown(remembering));
  });

  it('tells in its summary what the run returned', () => {
    const written = JSON.parse(readFileSync(join(remembering, 'oracle', 'summary.json'), 'utf8'));
    expect(written).toEqual({ memory: true, label_window_days: 7, ...oracle });
  });
});

describe('the parts of the oracle', () => {
  it('the tally is the share of pairs in which the positive scores above, ties half', () => {
    const scored = fc.record({ score: fc.integer({ min: 0, max: 8 }).map((n) => n / 8), positive: fc.boolean() });
    fc.assert(
      fc.property(fc.array(scored, { minLength: 2, maxLength: 40 }), (scores) => {
        const tally = createAucTally();
        for (const { score, positive } of scores) tally.add(score, positive);
        const pairs = scores
          .filter((one) => one.positive)
          .flatMap((one) =>
            scores.filter((other) => !other.positive).map((other) => (Math.sign(one.score - other.score) + 1) / 2),
          );
        if (pairs.length === 0) expect(tally.auc()).toBeNaN();
        else expect(tally.auc()).toBeCloseTo(mean(pairs), 10);
      }),
    );
  });

  it('the share of delays within the delay at a point is that point', () => {
    const unit = fc.integer({ min: 0, max: 9_999 }).map((n) => n / 10_000);
    fc.assert(
      fc.property(fc.constantFrom(VIEW_DELAYS, DISMISS_DELAYS, APPLY_DELAYS), unit, (delays, point) => {
        expect(shareWithin(delays, delayAt(delays, point))).toBeCloseTo(point, 3);
      }),
    );
  });
});
