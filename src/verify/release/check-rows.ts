/** Checks the rows of a release one by one against the reference. */
import type { RuleId } from '../fault-list.ts';
import type { ReferenceQuestion } from '../reference/questions.ts';
import { prepareLines, referenceRow } from '../reference/rows.ts';
import { choosingToldRow, type ToldRowChoice } from './card-row.ts';
import { checkFuture } from './check-future.ts';
import { checkHistory, checkLedger } from './check-history.ts';
import type { RowAddress } from './check-index.ts';
import { checkLaw } from './check-law.ts';
import { checkCandidates, checkOrigin, checkPseudonyms } from './check-origin.ts';
import type { PresentRow } from './check-selection.ts';
import { checkSidecar } from './check-sidecar.ts';
import { checkColumns, checkControl, checkLabel, checkPrompt, checkWhole, samePrompt } from './check-tokens.ts';
import { type Expectation, explainRows, type ReleaseCase, type Report } from './expected-rows.ts';
import { readRowGroups } from './read-rows.ts';
import type { RowDigest } from './release-digest.ts';
import { type ReleaseRow, type RowCase, text, wantedSegments } from './release-row.ts';
import type { ExpectedRow } from './selection.ts';

/** How much of a release was checked in full. */
export interface CheckedShare {
  readonly rows: number;
  readonly tokens: number;
  /** Where one row in `every` of `total` was made anew; undefined where every row was. */
  readonly sample: { readonly every: number; readonly total: number } | undefined;
  /** The longest time from T + W to closes_at, of all rows (LABEL-3). */
  readonly latestCloseMs: number;
}

/** What was seen of all rows. */
interface SeenRows {
  readonly present: Map<string, PresentRow>;
  readonly addresses: (RowAddress & RowDigest)[];
  /** Rows that the rules do not make. */
  readonly strangers: Map<string, ReleaseRow>;
  /** Which row the card tells. */
  readonly told: ToldRowChoice;
}

/** How much was checked in full, and what was seen of all. */
export interface CheckedRows extends CheckedShare, SeenRows {}

/** Every 97th row is also tokenized as a whole: joined ids must be those of the whole text. */
const WHOLE_EVERY = 97;

/** Reads all rows of `readable` files and checks them, or about `sample` of them, in full. */
export async function checkRows(
  expectation: Expectation,
  readable: ReadonlySet<string>,
  { sample, report }: { readonly sample: number | undefined; readonly report: Report },
): Promise<CheckedRows> {
  const { release, list, corpus } = expectation;
  const { profile } = release.manifest.release;
  const total = [...release.manifest.splits.values()].reduce((sum, { rows }) => sum + rows, 0);
  const every = sample === undefined ? 1 : Math.max(1, Math.ceil(total / Math.max(sample, 1)));
  const all: SeenRows = { present: new Map(), addresses: [], strangers: new Map(), told: choosingToldRow() };
  let [read, rows, tokens, latestCloseMs] = [0, 0, 0, 0];
  for await (const group of readRowGroups(release, list, readable)) {
    const first = read;
    const chosen = group.filter((_, index) => (first + index) % every === 0);
    prepareLines(
      corpus,
      chosen.flatMap(({ row }) => expectation.rows.get(row.place.example)?.question ?? []),
    );
    for (const { row, address } of group) {
      all.told.see(row);
      all.addresses.push({ ...address, sha256: profile.digest(row) });
      const maskIsWhole = checkColumns({ row, list, corpus }, profile);
      const index = read++;
      if (read % 100 === 0) report(read, total);
      const expected = expectedOf(row, expectation, all);
      if (expected === undefined) continue;
      const { closesAt, askedAt, window } = expected.question;
      checkLaw({ row, closesAt, release: release.manifest, list });
      latestCloseMs = Math.max(latestCloseMs, closesAt - askedAt - window);
      if (index % every !== 0) continue;
      rows++;
      tokens += row.ids.length;
      checkRow(expectation, row, { expected, maskIsWhole, whole: index % WHOLE_EVERY === 0 });
    }
  }
  reportStrangers(expectation, all.strangers);
  return { rows, tokens, latestCloseMs, sample: sample === undefined ? undefined : { every, total }, ...all };
}

/**
 * The row that the rules make here; undefined where they make none or it was there before (OPEN-4).
 */
function expectedOf(row: ReleaseRow, { list, rows }: Expectation, { present, strangers }: SeenRows) {
  const { place } = row;
  list.look('repeat');
  list.look('question');
  if (present.has(place.example) || strangers.has(place.example)) {
    list.add(place, { check: 'repeat', rule: ['OPEN-4', 'EVENT-3'], detail: 'the same question is here twice' });
    return undefined;
  }
  const expected = rows.get(place.example);
  if (expected === undefined) {
    strangers.set(place.example, row);
    return undefined;
  }
  present.set(place.example, { expected, place });
  expected.tokens = row.ids.length;
  return expected;
}

type KnownOfRow = { readonly expected: ExpectedRow; readonly maskIsWhole: boolean; readonly whole: boolean };

/**
 * All checks of one row that the rules make, the most telling first; `whole`: its text is tokenized
 * as a whole too.
 */
export function checkRow(shared: Omit<ReleaseCase, 'release'>, row: ReleaseRow, known: KnownOfRow): void {
  const { expected, maskIsWhole, whole } = known;
  const reference = referenceRow(expected.question, expected.template);
  // The budget is worked out with the rules' own tokens, not with those of a row that may be wrong.
  expected.tokens = reference.ids.length;
  const { list, pseudonyms } = shared;
  const rowCase: RowCase = { ...shared, row, expected, reference, wanted: wantedSegments(reference, pseudonyms) };
  if (expected.variant !== '') list.look('variants');
  const future = checkFuture(rowCase);
  const candidates = !future && checkCandidates(rowCase);
  const label = !candidates && checkLabel(rowCase, maskIsWhole);
  const control = checkControl(rowCase);
  const history = !future && checkHistory(rowCase);
  const explained = future || candidates || control || history;
  checkPrompt(rowCase, explained);
  checkOrigin(rowCase, explained || label || !samePrompt(rowCase));
  if (!explained) checkLedger(rowCase);
  checkSidecar(rowCase, explained);
  checkPseudonyms(rowCase);
  if (whole) checkWhole(rowCase);
}

const IMMATURE: readonly RuleId[] = ['LABEL-4', 'SPLIT-1'];

/** The rules that end a question so (OPEN-6), but those of its form. */
const RULE_OF_FATE: Readonly<Record<string, readonly RuleId[]>> = {
  capped: ['OPEN-5'],
  item_unknown: ['OPEN-6', 'ASOF-4', 'CAND-1', 'EVENT-4'],
  too_few_candidates: ['OPEN-6'],
};

function rulesOfFate({ fate, task }: ReferenceQuestion): readonly RuleId[] {
  return [...(RULE_OF_FATE[fate] ?? []), ...(fate === 'too_few_candidates' ? task.rules.rule : [])];
}

/** Rows that the rules do not make: no such question, or one that ended otherwise. */
function reportStrangers(releaseCase: ReleaseCase, strangers: ReadonlyMap<string, ReleaseRow>): void {
  if (strangers.size === 0) return;
  const { list } = releaseCase;
  const found = explainRows(releaseCase, new Set(strangers.keys()));
  for (const [example, { place, meta }] of strangers) {
    const { question, isVariant = text(meta.variant) !== '' } = found.get(example) ?? {};
    if (isVariant) {
      const detail = question === undefined ? 'no question has this variant' : 'a variant that no draw asks for';
      list.add(place, { check: 'variants', rule: ['TEMPLATE-1'], detail });
    } else if (question?.fate === 'pending') {
      const detail = 'the label of this question is not mature at until';
      list.add(place, { check: 'future', rule: IMMATURE, detail });
    } else {
      const detail = question === undefined ? 'no such question opens' : `this question is ${question.fate}`;
      const rule = question === undefined ? UNOPENED : rulesOfFate(question);
      list.add(place, { check: 'question', rule, detail });
    }
  }
}

/**
 * What a question breaks that no opening asks: the rules of what opens, and of which events there
 * are.
 */
const UNOPENED: readonly RuleId[] = [
  ...(['OPEN-1', 'OPEN-2', 'OPEN-3', 'CHOOSE-1', 'PAIR-1'] as const),
  ...(['EVENT-3', 'EVENT-4', 'EVENT-5', 'EVENT-6'] as const),
];
