/** A question's digest changes with each fact that its rows, sidecars and ledgers are made from. */
import { describe, expect, it } from 'vitest';
import { questionDigest } from '../../src/timeline/question-digest.ts';
import type { QuestionOutcome } from '../../src/timeline/questions.ts';

/** As much of a question as a digest looks at. */
const FACTS = {
  key: 'event\u001fm\u001fe1\u001franking\u001franking.binary',
  t: 1_000,
  closesAt: 2_000,
  settledAt: 1_500,
  label: 'Yes',
  profile: 'p1',
  exposure: 'e1',
  items: ['v1', 'v2'],
  reasons: ['right', 'shown'],
  available: 3,
  sum: [7, -9],
  actionsBefore: 4,
};
type Facts = typeof FACTS;

function digestOf(facts: Facts): string {
  const { key, t, actionsBefore, closesAt, label, settledAt, reasons, available, sum } = facts;
  return questionDigest({
    closesAt,
    label: { label, settledAt, reasons },
    question: {
      ...{ key, t, actionsBefore },
      profile: { eventId: facts.profile },
      exposure: { eventId: facts.exposure },
      items: facts.items.map((eventId) => ({ eventId })),
      history: { available, sum: () => sum },
    },
  } as unknown as QuestionOutcome);
}

const OTHER: { readonly [K in keyof Facts]: readonly Facts[K][] } = {
  key: ['event\u001fm\u001fe2\u001franking\u001franking.binary'],
  t: [999],
  closesAt: [2_001],
  settledAt: [2_000],
  label: ['No'],
  profile: ['p2'],
  exposure: ['e2'],
  items: [['v2', 'v1'], ['v1'], ['v1', 'v2', 'v3']],
  reasons: [['shown', 'right'], []],
  available: [2],
  sum: [
    [7, -8],
    [8, -9],
  ],
  actionsBefore: [5],
};

describe('the digest of a question', () => {
  it('is 32 hexadecimal digits, and the same for the same facts', () => {
    expect(digestOf(FACTS)).toMatch(/^[0-9a-f]{32}$/);
    expect(digestOf({ ...FACTS })).toBe(digestOf(FACTS));
  });

  it.each(Object.entries(OTHER).flatMap(([name, values]) => values.map((value) => [name, value] as const)))(
    'changes with %s %j',
    (name, value) => {
      expect(digestOf({ ...FACTS, [name]: value })).not.toBe(digestOf(FACTS));
    },
  );

  it('takes no candidate for a reason', () => {
    const [one, two] = [
      { ...FACTS, items: ['a'], reasons: ['b'] },
      { ...FACTS, items: ['a', 'b'], reasons: [] },
    ];
    expect(digestOf(one)).not.toBe(digestOf(two));
  });
});
