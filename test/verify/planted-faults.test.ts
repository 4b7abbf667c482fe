/** Planted faults: a row that is wrong in one way is reported under the check of that name. */
import { describe, expect, test } from 'vitest';
import { createFaultList } from '../../src/verify/fault-list.ts';
import { hf } from '../../src/verify/profiles/hf.ts';
import type { Supervised, TokenRow } from '../../src/verify/profiles/profile.ts';
import { referenceQuestions } from '../../src/verify/reference/questions.ts';
import { exampleId, referenceRow, templatesOf } from '../../src/verify/reference/rows.ts';
import type { Corpus } from '../../src/verify/reference/tasks.ts';
import { checkRow } from '../../src/verify/release/check-row.ts';
import { checkColumns } from '../../src/verify/release/check-tokens.ts';
import { type Pseudonyms, pseudonymsOf } from '../../src/verify/release/pseudonyms.ts';
import { type ReleaseRow, wantedSegments } from '../../src/verify/release/release-row.ts';
import { expectedRow } from '../../src/verify/release/selection.ts';
import { act, DAY, HOUR, item, NOON, profile, toyWorld, wordTokenizer } from './toy-world.ts';

const SEPARATOR = '\u001f';
const tokenizer = wordTokenizer();
const pseudonyms = pseudonymsOf('ab'.repeat(32));
const section = { tasks: [{ form: 'ranking.pointwise', templates: ['journal'] }] };
const choose = { tasks: [{ form: 'retrieval.choose', candidates: 3, templates: ['lineup'] }] };

const past = (at: number) => act('a', 'viewed', at, { event_id: 'past' });
const opening = act('q', 'impression', NOON, { event_id: 'open' });
const outcome = (action: string) => act('q', action, NOON + HOUR, { event_id: 'outcome' });
const base = [
  ...[item('a'), item('b'), item('c'), item('d'), item('q')],
  profile({ position: 'cook', location: 'Here' }),
  act('b', 'applied', NOON - 3 * DAY, { event_id: 'older' }),
  opening,
];
const honest = [...base, past(NOON - DAY), outcome('applied')];

const worldOf = (records: readonly object[], rules: Record<string, unknown> = section) =>
  toyWorld(records, { section: rules, tokenizer, context: 400 });

function asked(world: Corpus) {
  return referenceQuestions(world, 'm').find(({ opening: { event } }) => event.id === 'open')!;
}

/** A row's tokens with the columns of the profile hf, of which a test may say the labels. */
function tokensOf(ids: Int32Array, label: (id: number, at: number) => number): TokenRow & Supervised {
  const labels = Float64Array.from(ids, label);
  const row = { ids, columns: { attention_mask: new Float64Array(ids.length).fill(1), labels } };
  return { ...row, ...hf.supervised(row) };
}

/** The row that a builder would write which took `world` for the truth. */
function builtIn(world: Corpus, ids: Pseudonyms = pseudonyms): ReleaseRow {
  const question = asked(world);
  const chosen = templatesOf(question)[0]!;
  const { template } = chosen;
  const row = referenceRow(question, template);
  const { ledger, prompt } = row;
  const segments = wantedSegments(row, ids);
  const example = ids.of('example', exampleId(question, ''));
  const { event } = question.opening;
  const { lowered, room, used } = ledger;
  return {
    ...tokensOf(row.ids, (id, at) => (at < row.answerFrom ? -100 : id)),
    place: { split: 'train', row: 0, example },
    meta: {
      ...{ example_id: example, member: ids.of('member', 'm'), task: question.task.name, form: question.task.form },
      ...{ template: template.id, template_version: template.version, variant: '', label: question.label },
      ...{ asked_at: question.askedAt, label_settled_at: question.settledAt, turn_times: '' },
      item_ids: question.itemIds.join(SEPARATOR),
      candidate_reasons: question.candidates.map(({ reason }) => reason).join(SEPARATOR),
      ...{ surface: event.surface ?? '', slate_id: '', position: -1, propensity: -1, split: 'train' },
      ...{ n_tokens: row.ids.length, n_loss_tokens: row.ids.length - row.answerFrom, n_history_shown: ledger.shown },
      ...{ n_history_available: ledger.available, n_actions_before: prompt.past.actionsBefore },
      ...{ keep_share: 1, thin: expectedRow(question, chosen, 'train').thin },
    },
    origin: { lowered, room, used },
    // As they read: what numbers they are of is checked where they are read.
    ...{ segments, stoppedAt: ids.of('event', prompt.filling.stoppedAt), wrong: [], numbers: NO_NUMBERS },
  };
}

const NO_NUMBERS = { segments: [], firstEvent: -1, events: [], stoppedAt: -1 };

/**
 * Checks a row against the world that is true; the names of the checks that found something, first
 * ones first.
 */
function faults(world: Corpus, row: ReleaseRow): string[] {
  const list = createFaultList();
  const question = asked(world);
  const expected = expectedRow(question, templatesOf(question)[0]!, 'train');
  const maskIsWhole = checkColumns({ row, list, corpus: world }, hf);
  checkRow({ corpus: world, pseudonyms, list }, row, { expected, maskIsWhole, whole: true });
  return [...new Set(list.faults.map(({ check }) => check))];
}

const truth = worldOf(honest);
const right = builtIn(truth);
const withMeta = (meta: object): ReleaseRow => ({ ...right, meta: { ...right.meta, ...meta } });
const withOrigin = (origin: object): ReleaseRow => ({ ...right, origin: { ...right.origin, ...origin } });
const withIds = (at: number, id: number): ReleaseRow => ({ ...right, ids: right.ids.with(at, id) });

test('an honest row has no fault', () => {
  expect(faults(truth, right)).toEqual([]);
  const world = worldOf(honest, choose);
  expect(faults(world, builtIn(world))).toEqual([]);
});

describe('a builder that saw what it must not', () => {
  test('history from T on is future (ASOF-2)', () => {
    const late = worldOf([...base, past(NOON), outcome('applied')]);
    expect(faults(late, right)[0]).toBe('future');
    const atT = worldOf([...base, past(NOON + DAY), outcome('applied')]);
    expect(faults(atT, right)[0]).toBe('future');
  });
  test('a profile or an item text from T on is future (ASOF-5, ASOF-3)', () => {
    const newer = [profile({ position: 'king' }, NOON - 1), item('a', { title: 'New' }, NOON - 1)];
    const later = [profile({ position: 'king' }, NOON), item('a', { title: 'New' }, NOON)];
    for (const index of [0, 1]) {
      const [early, late] = [
        newer[index]!,
        { ...later[index]!, event_id: (newer[index] as { event_id: string }).event_id },
      ];
      expect(faults(worldOf([...honest, late]), builtIn(worldOf([...honest, early])))[0]).toBe('future');
    }
  });
  test('a candidate that was not yet there is future (CAND-1)', () => {
    const z = (at: number) =>
      Array.from({ length: 30 }, (_, n) => ({ ...item(`z${n}`, { title: 'Z' }, at), event_id: `z${n}` }));
    const [early, late] = [worldOf([...honest, ...z(0)], choose), worldOf([...honest, ...z(NOON)], choose)];
    expect(faults(late, builtIn(early))[0]).toBe('future');
  });
});

describe('a builder that follows other rules', () => {
  test('a wrong label is a label, in the sidecar and in the answer (LABEL-2)', () => {
    const other = builtIn(worldOf([...base, past(NOON - DAY), outcome('dismissed')]));
    expect(faults(truth, other)[0]).toBe('label');
    expect(faults(truth, withMeta({ label: 'viewed' }))).toEqual(['label']);
  });
  test('history that leaves an item out is history', () => {
    expect(faults(truth, builtIn(worldOf([...base, outcome('applied')])))[0]).toBe('history');
  });
  test('other candidates are candidates', () => {
    const [world, other] = [worldOf(honest, choose), worldOf(honest, { ...choose, seed: 8 })];
    expect(faults(world, builtIn(other))[0]).toBe('candidates');
  });
});

describe('a file that was tampered with', () => {
  test('a reason that a candidate does not have, or a reason where there are none, is candidates (CAND-8)', () => {
    expect(faults(truth, withMeta({ candidate_reasons: 'right' }))).toEqual(['candidates']);
    const world = worldOf(honest, choose);
    const chosen = builtIn(world);
    const reasons = chosen.meta.candidate_reasons as string;
    const other = { ...chosen, meta: { ...chosen.meta, candidate_reasons: reasons.replace('random', 'shown') } };
    expect(faults(world, other)).toEqual(['candidates']);
  });
  test('a run of a field that is one token too long or too short is origin (ORIGIN-3)', () => {
    const moved = (by: number) => ({
      ...right,
      segments: right.segments.map((segment) => ({
        ...segment,
        fields: segment.fields.replace(
          /^(title \d+) (\d+)/,
          (_, from: string, to: string) => `${from} ${Number(to) + by}`,
        ),
      })),
    });
    expect(faults(truth, moved(0))).toEqual([]);
    expect(faults(truth, moved(1))).toEqual(['origin']);
    expect(faults(truth, moved(-1))).toEqual(['origin']);
  });
  test('one other token of the prompt is prompt', () => {
    expect(faults(truth, withIds(9, right.ids[12]!))).toEqual(['prompt']);
  });
  test('a control token in the text is control (TOKEN-2)', () => {
    expect(faults(truth, withIds(9, 2))[0]).toBe('control');
  });
  test('an answer that is not wholly supervised, or with more than it, is answer (FRAME-4)', () => {
    const from = right.answerFrom;
    const labelled = (wrong: number, label: number) =>
      faults(truth, { ...right, ...tokensOf(right.ids, (_, at) => (at === wrong ? label : labels[at]!)) })[0];
    const labels = right.columns.labels!;
    expect(labelled(from + 1, -100)).toBe('answer');
    expect(labelled(from - 1, right.ids[from - 1]!)).toBe('answer');
    expect(faults(truth, { ...right, ...tokensOf(right.ids, () => -100) })[0]).toBe('answer');
  });
  test('a row beyond the context is context (FILL-6)', () => {
    const long = { ...right, ...tokensOf(new Int32Array(401).fill(9), () => 9) };
    expect(faults(truth, long)[0]).toBe('context');
  });
  test('a wrong ledger, sidecar, origin or pseudonym has its own name (FILL-5, ORIGIN-1, ORIGIN-4, PSEUDO-2)', () => {
    expect(faults(truth, withOrigin({ lowered: 5 }))).toEqual(['ledger']);
    expect(faults(truth, { ...right, stoppedAt: pseudonyms.of('event', 'past') })).toEqual(['ledger']);
    expect(faults(truth, withMeta({ n_history_available: 5 }))).toEqual(['sidecar']);
    expect(faults(truth, withMeta({ thin: 1 }))).toEqual(['sidecar']);
    expect(faults(truth, withMeta({ member: 'm' }))).toEqual(['pseudonym']);
    const segments = right.segments.map((segment) => ({
      ...segment,
      role: segment.role === 'profile' ? 'question' : segment.role,
    }));
    expect(faults(truth, { ...right, segments })).toEqual(['origin']);
    const renamed = right.segments.map((segment) => ({
      ...segment,
      fields: segment.fields.replace('title', 'company'),
    }));
    expect(faults(truth, { ...right, segments: renamed })).toEqual(['origin']);
  });
});
