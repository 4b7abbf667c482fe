/** What `retrieval.choose` makes of its options. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { countWrong, retrievalChoose } from '../../src/forms/retrieval-choose.ts';
import { createVocabulary } from '../../src/timeline/vocabulary.ts';
import { DAY, JOBS } from '../timeline/events.ts';

const scope = { vocabulary: createVocabulary(JOBS), windowMs: DAY, field: 'corpus.tasks[0]' };
const Resolved = z.object({ candidates: z.number(), shown: z.number(), random: z.number() });

describe('the shares of wrong candidates', () => {
  const counts = (task: Record<string, unknown>) => {
    const { shown, random } = countWrong(Resolved.parse(retrievalChoose.resolve(task, scope)));
    return [shown, random];
  };

  it('are rounded half up for shown, and all random where neither is given', () => {
    expect(counts({ candidates: 8 })).toEqual([0, 7]);
    expect(counts({ candidates: 8, shown: 0.5, random: 0.5 })).toEqual([4, 3]);
    expect(counts({ candidates: 6, shown: 0.3, random: 0.7 })).toEqual([2, 3]);
    // 1.5 of 2, which in doubles is less.
    expect(counts({ candidates: 3, shown: 0.3, random: 0.1 })).toEqual([2, 0]);
    expect(counts({ candidates: 4, shown: 1 })).toEqual([3, 0]);
    expect(counts({ candidates: 4, random: 0.5 })).toEqual([0, 3]);
  });
});
