/** Candidates: where they come from, who is barred, and that their order tells nothing. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { referenceQuestions } from '../../src/verify/reference/questions.ts';
import { referencePrompt } from '../../src/verify/reference/rows.ts';
import { compareBytes, jump } from '../../src/verify/world/draws.ts';
import { populationOf } from '../../src/verify/world/population.ts';
import type { Version } from '../../src/verify/world/timeline.ts';
import { act, DAY, HOUR, item, NOON, promptText, toyWorld } from './toy-world.ts';

const choose = (more: object = {}) => ({ tasks: [{ form: 'retrieval.choose', candidates: 4, ...more }] });
const many = Array.from({ length: 12 }, (_, n) => item(`i${n}`));
const ask = (records: object[], more: object = {}) =>
  referenceQuestions(toyWorld([...many, ...records], { section: choose(more) }), 'm').at(-1)!;

test('the right one is among random others, each once, and its letter is the label (CHOOSE-1, CAND-2)', () => {
  const asked = ask([act('i3', 'viewed', NOON)]);
  expect(new Set(asked.itemIds).size).toBe(4);
  expect(asked.label).toBe('ABCD'[asked.itemIds.indexOf('i3')]);
  expect(asked.candidates.map(({ reason }) => reason).sort()).toEqual(['random', 'random', 'random', 'right']);
});
test('items that the member acts on within the window are barred (CAND-7)', () => {
  const acted = Array.from({ length: 9 }, (_, n) => act(`i${n}`, 'viewed', NOON + n * HOUR));
  const asked = referenceQuestions(toyWorld([...many, ...acted], { section: choose() }), 'm')[0]!;
  expect([...asked.itemIds].sort()).toEqual(['i0', 'i10', 'i11', 'i9']);
});
test('wrong candidates are those known before T: an item of that very moment is none (CAND-1)', () => {
  const fresh = Array.from({ length: 40 }, (_, n) => item(`z${n}`, { title: 'New' }, NOON));
  expect(ask([...fresh, act('i3', 'viewed', NOON)]).itemIds.some((id) => id.startsWith('z'))).toBe(false);
});
test('shown ones come from the slate first, then from what was shown before, then by chance (CAND-5, CAND-6)', () => {
  const slate = { slate_id: 's' };
  const records = [
    act('i5', 'impression', NOON - DAY),
    act('i1', 'impression', NOON, { ...slate, sequence: 1 }),
    act('i2', 'impression', NOON, { ...slate, sequence: 2 }),
    act('i3', 'impression', NOON, { ...slate, sequence: 3 }),
    act('i3', 'viewed', NOON + 5),
  ];
  const reasons = (shown: number, random: number) =>
    ask(records, { shown, random })
      .candidates.map(({ item: id, reason }) => `${id} ${reason}`)
      .sort();
  expect(reasons(1, 0)).toEqual(['i1 slate', 'i2 slate', 'i3 right', 'i5 shown']);
  expect(reasons(0.5, 0.5).filter((one) => one.endsWith('slate'))).toHaveLength(2);
});
test('the shown ones among the wrong candidates are rounded half up (CAND-4)', () => {
  const records = [
    ...Array.from({ length: 9 }, (_, n) => act(`i${n}`, 'impression', NOON - DAY - n * HOUR)),
    act('i9', 'viewed', NOON),
  ];
  const shown = (more: object) => ask(records, more).candidates.filter(({ reason }) => reason === 'shown').length;
  expect(shown({ candidates: 8, shown: 0.5, random: 0.5 })).toBe(4);
  expect(shown({ candidates: 8, shown: 0.1 })).toBe(7);
  expect(shown({ candidates: 8, random: 0.1 })).toBe(0);
});
test('shown before T means among the newest max_events, as everything that is seen (ASOF-7)', () => {
  const records = [
    act('i5', 'impression', NOON - 3 * DAY),
    act('i6', 'impression', NOON - 2 * DAY),
    act('i7', 'impression', NOON - DAY),
    act('i3', 'viewed', NOON),
  ];
  const shownOf = (most: object) => {
    const section = { ...choose({ shown: 1, random: 0 }), ...most };
    const asked = referenceQuestions(toyWorld([...many, ...records], { section }), 'm').at(-1)!;
    return asked.candidates.filter(({ reason }) => reason === 'shown').map(({ item: id }) => id);
  };
  expect(shownOf({}).sort()).toEqual(['i5', 'i6', 'i7']);
  expect(shownOf({ max_events: 2 }).sort()).toEqual(['i6', 'i7']);
});
test('the right one is left out of the history, and so are the wrong ones (HIST-3)', () => {
  const before = Array.from({ length: 12 }, (_, n) => act(`i${n}`, 'viewed', NOON - 30 * DAY + n * HOUR));
  const world = toyWorld([...many, ...before, act('i3', 'viewed', NOON)], { section: choose() });
  const asked = referenceQuestions(world, 'm').at(-1)!;
  const { past } = referencePrompt(asked, asked.task.templates[0]!);
  expect(past.entries).toHaveLength(8);
  expect(past.actionsBefore).toBe(12);
});

test('PERMUTE LAW: which of the candidates is right changes no line of the prompt (CAND-8)', () => {
  const world = toyWorld(
    [
      ...many,
      ...Array.from({ length: 6 }, (_, n) => act(`i${n}`, 'viewed', NOON - n * DAY)),
      act('i3', 'viewed', NOON),
    ],
    { section: choose() },
  );
  const asked = referenceQuestions(world, 'm').at(-1)!;
  fc.assert(
    fc.property(fc.nat(3), (right) => {
      const other = { ...asked, label: 'ABCD'[right]!, candidates: [], settledAt: 0 };
      const [a, b] = [asked, other].map((one) => promptText(referencePrompt(one, one.task.templates[0]!).pieces));
      expect(b).toBe(a);
    }),
  );
});

test('the population at T are the items known before T, in an order in which no place ever moves (CAND-1)', () => {
  const times = fc.record({ at: fc.nat(30), later: fc.nat(10) });
  fc.assert(
    fc.property(fc.array(times, { maxLength: 20 }), fc.array(fc.nat(45), { maxLength: 6 }), (versions, moments) => {
      const items = new Map(
        versions.map(({ at, later }, n) => [`i${n}`, [{ at, knownAt: at + later }] as unknown as Version[]]),
      );
      const population = populationOf(items);
      const all = [...items].map(([id, [version]]) => ({ id, knownAt: version!.knownAt }));
      all.sort((a, b) => a.knownAt - b.knownAt || compareBytes(a.id, b.id));
      for (const t of moments) {
        const seen = all.filter(({ knownAt }) => knownAt < t).map(({ id }) => id);
        expect(Array.from({ length: population.sizeAt(t) }, (_, place) => population.itemAt(place))).toEqual(seen);
        expect([...items.keys()].filter((id) => population.holds(id, t)).sort()).toEqual(seen.sort());
      }
    }),
  );
});

describe('the population (CAND-1)', () => {
  test('has an item from the first version that is known, in the order in which they became known', () => {
    const versions = (...known: [id: string, ...times: [at: number | null, ingest?: number][]][]) =>
      known.flatMap(([id, ...times]) =>
        times.map(([at, ingest_time]) => ({ ...item(id, { title: id }, at), ...(ingest_time ? { ingest_time } : {}) })),
      );
    const records = versions(
      ['late', [1, 50]],
      ['b', [30]],
      ['a', [30]],
      // The version that happened first became known after the other.
      ['two', [5, 90], [20, 20]],
      ['undated', [null], [null, 3]],
      ['both', [null], [40]],
    );
    const { population } = toyWorld(records, { section: { known: 'ingest_time' } });
    const at = (t: number) => Array.from({ length: population.sizeAt(t) }, (_, place) => population.itemAt(place));
    expect(at(1_000)).toEqual(['two', 'a', 'b', 'both', 'late']);
    expect(at(30)).toEqual(['two']);
    expect(at(31)).toEqual(['two', 'a', 'b']);
    expect(population.holds('undated', 1_000)).toBe(false);
  });
  test('holds deleted items, which keep their place and are passed over (CAND-2)', () => {
    const gone = [0, 1, 2, 4, 5, 6, 7, 8].map((n) => ({ ...item(`i${n}`, {}, NOON - 1), op: 'delete' }));
    expect([...ask([...gone, act('i3', 'viewed', NOON)]).itemIds].sort()).toEqual(['i10', 'i11', 'i3', 'i9']);
    expect(ask([...gone, item('x', {}, NOON - 1), act('i3', 'viewed', NOON)]).fate).toBe('rendered');
  });
  test('is drawn from by the jump hash, with one run of counters (CAND-2)', () => {
    const world = toyWorld([...many, act('i3', 'viewed', NOON)], { section: choose({ candidates: 6 }) });
    const asked = referenceQuestions(world, 'm')[0]!;
    const inOrder = [...many.map((_, n) => `i${n}`)].sort(compareBytes);
    const wanted = new Set(['i3']);
    for (let counter = 0; wanted.size < 6; counter++)
      wanted.add(inOrder[jump(world.draws.number('random', [...asked.key, counter]), 12)]!);
    expect([...asked.itemIds].sort()).toEqual([...wanted].sort());
  });
});

describe('the pools (CAND-5, CAND-6)', () => {
  const shownAt = (id: string, sequence: number) => act(id, 'impression', NOON, { slate_id: 's', sequence });
  test('are drawn from modulo their whole size, and what cannot be taken is passed over', () => {
    const records = [
      ...['i0', 'i1', 'i2', 'i4', 'i5', 'late', 'undated', 'gone'].map(shownAt),
      ...[item('late', { title: 'Late' }, NOON), item('undated', { title: 'U' }, null)],
      ...[item('gone'), { ...item('gone', {}, NOON - 1), op: 'delete' }],
      ...[act('i1', 'viewed', NOON + 1), shownAt('i3', 20), act('i3', 'viewed', NOON + 5)],
    ];
    const world = toyWorld([...many, ...records], { section: choose({ candidates: 3, shown: 1 }) });
    const asked = referenceQuestions(world, 'm').at(-1)!;
    const pool = ['gone', 'i0', 'i1', 'i2', 'i3', 'i4', 'i5', 'late', 'undated'];
    const wanted = new Set<string>();
    for (let counter = 0; wanted.size < 2; counter++) {
      const drawn = pool[world.draws.number('slate', [...asked.key, counter]) % pool.length]!;
      if (['i0', 'i2', 'i4', 'i5'].includes(drawn)) wanted.add(drawn);
    }
    const slate = asked.candidates.filter(({ reason }) => reason === 'slate').map(({ item: id }) => id);
    expect(slate.sort()).toEqual([...wanted].sort());
  });
  test('are used up where none is left that would be taken, and the rest is random', () => {
    const records = [...['i0', 'i1'].map(shownAt), shownAt('i3', 9), act('i3', 'viewed', NOON + 5)];
    const reasons = ask(records, { candidates: 6, shown: 1 }).candidates.map(({ reason }) => reason);
    expect(reasons.sort()).toEqual(['random', 'random', 'random', 'right', 'slate', 'slate']);
  });
  test('hold what came by T in time: of the slate by event_time, of what was shown by what is seen', () => {
    const section = { ...choose({ shown: 1 }), known: 'ingest_time' };
    const records = [
      act('i0', 'impression', NOON, { slate_id: 's', sequence: 0, ingest_time: NOON + HOUR }),
      act('i1', 'impression', NOON - DAY, { ingest_time: NOON }),
      act('i2', 'impression', NOON + 1, { slate_id: 's' }),
      act('i4', 'impression', NOON - DAY),
      shownAt('i3', 1),
      act('i3', 'viewed', NOON + 5),
    ];
    const asked = referenceQuestions(toyWorld([...many, ...records], { section }), 'm').find(
      ({ opening }) => opening.event.item === 'i3',
    )!;
    const reasons = asked.candidates
      .filter(({ reason }) => reason !== 'random')
      .map((one) => `${one.item} ${one.reason}`);
    expect(reasons.sort()).toEqual(['i0 slate', 'i3 right', 'i4 shown']);
  });
});

test('the shown ones are counted in whole millionths, and half a one is one (CAND-4)', () => {
  const records = [
    ...Array.from({ length: 9 }, (_, n) => act(`i${n}`, 'impression', NOON - DAY - n * HOUR)),
    act('i9', 'viewed', NOON),
  ];
  const shown = (more: object) => ask(records, more).candidates.filter(({ reason }) => reason === 'shown').length;
  expect(shown({ candidates: 3, shown: 0.3, random: 0.1 })).toBe(2);
  expect(shown({ candidates: 8, shown: 0.1, random: 0.6 })).toBe(1);
  expect(shown({ candidates: 2, shown: 0.000001, random: 0.000001 })).toBe(1);
  expect(shown({ candidates: 2, shown: 0.499999, random: 0.5 })).toBe(0);
  expect(shown({ candidates: 8 })).toBe(0);
});

test('an action that is known too late bars nothing, and an exposure never does (CAND-7)', () => {
  const section = { ...choose({ candidates: 12 }), known: 'ingest_time' };
  const asked = (...records: object[]) =>
    referenceQuestions(toyWorld([...many, act('i3', 'viewed', NOON), ...records], { section }), 'm')[0]!.fate;
  expect(asked()).toBe('rendered');
  expect(asked(act('i4', 'impression', NOON + 1))).toBe('rendered');
  expect(asked(act('i4', 'dismissed', NOON + 1))).toBe('too_few_candidates');
  expect(asked(act('i4', 'dismissed', NOON + 1, { ingest_time: NOON + 7 * DAY - 1 }))).toBe('too_few_candidates');
  expect(asked(act('i4', 'dismissed', NOON + 1, { ingest_time: NOON + 7 * DAY }))).toBe('rendered');
  expect(asked(act('i4', 'dismissed', NOON - 1))).toBe('rendered');
});

describe('candidates differ in what they say (CAND-9)', () => {
  const twin = (id: string, title: string, at = 0) => item(id, { title }, at);
  const fate = (known: object[], acts: object[] = [], more: object = {}) => {
    const world = toyWorld([...known, act('r', 'viewed', NOON), ...acts], {
      section: choose({ candidates: 3, ...more }),
    });
    return referenceQuestions(world, 'm').find(({ opening }) => opening.event.item === 'r')!;
  };
  const three = [twin('r', 'Nurse'), twin('a', 'Cook'), twin('b', 'Clerk')];
  test('from the right one', () => {
    expect(fate(three).fate).toBe('rendered');
    expect(fate([...three.slice(0, 2), twin('b', 'Nurse')]).fate).toBe('too_few_candidates');
    // Texts that are said alike are alike: white space is folded.
    expect(fate([...three.slice(0, 2), twin('b', ' Nurse ')]).fate).toBe('too_few_candidates');
  });
  test('from each other, of which the one that is drawn first is taken', () => {
    expect(fate([...three.slice(0, 2), twin('b', 'Cook')]).fate).toBe('too_few_candidates');
    const asked = fate([...three, twin('c', 'Cook'), twin('d', 'Clerk')]);
    expect(asked.fate).toBe('rendered');
    expect(asked.itemIds.filter((id) => 'ac'.includes(id))).toHaveLength(1);
  });
  test('from what is barred, which says nothing once it is gone', () => {
    const barred = act('c', 'viewed', NOON + HOUR);
    const known = [...three, twin('c', 'Cook')];
    expect(fate(known, [barred]).fate).toBe('too_few_candidates');
    expect(fate(known, [act('c', 'impression', NOON + HOUR)]).fate).toBe('rendered');
    expect(fate([...known, { ...item('c', {}, NOON - 1), op: 'delete' }], [barred]).fate).toBe('rendered');
    expect(fate([...known, twin('c', 'Other', NOON - 1)], [barred]).fate).toBe('rendered');
    expect(fate([...known, twin('c', 'Other', NOON)], [barred]).fate).toBe('too_few_candidates');
  });
  test('by the whole line, not by what is left of it after cutting', () => {
    const long = (end: string) => `${'word '.repeat(300)}${end}`;
    expect(fate([twin('r', long('x')), twin('a', long('y')), twin('b', long('z'))]).fate).toBe('rendered');
  });
  test('also from pools of shown ones', () => {
    const shown = ['a', 'c'].map((id) => act(id, 'impression', NOON - DAY));
    const asked = fate([...three, twin('c', 'Nurse')], shown, { shown: 1 });
    expect(asked.candidates.map(({ item: id, reason }) => `${id} ${reason}`).sort()).toEqual([
      ...['a shown', 'b random', 'r right'],
    ]);
  });
});

describe('PERMUTE LAW: which candidate is right changes no id of the prompt (ASOF-4, CAND-8)', () => {
  test('with versions at T, knowledge that comes late, and twins in the history', () => {
    const versions = many.flatMap((_, n) => [
      item(`i${n}`, { title: `At T ${n}` }, NOON),
      { ...item(`i${n}`, { title: `Late ${n}` }, NOON - DAY), ingest_time: NOON + n },
    ]);
    const twins = [0, 1, 2, 3, 4, 5].map((n) => item(`t${n}`, { title: `Job i${n}` }));
    const history = [...twins, ...many].map((_, n) =>
      act(n % 2 ? `i${n % 12}` : `t${n % 6}`, 'viewed', NOON - DAY - n),
    );
    const world = toyWorld([...many, ...versions, ...twins, ...history, act('i3', 'viewed', NOON)], {
      section: { ...choose(), known: 'ingest_time' },
    });
    const asked = referenceQuestions(world, 'm').find(({ askedAt }) => askedAt === NOON)!;
    const texts = asked.itemIds.map((id) => {
      const opening = { ...asked.opening, event: { ...asked.opening.event, item: id } };
      return promptText(referencePrompt({ ...asked, opening }, asked.task.templates[0]!).pieces);
    });
    expect(texts[0]).toContain('Job i3');
    expect(texts[0]).not.toMatch(/At T|Late/);
    expect(new Set(texts).size).toBe(1);
  });
});
