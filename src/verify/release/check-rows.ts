/** Checks the rows of a release one by one against the reference. */
import type { FaultList, RuleId } from '../fault-list.ts';
import { prepareLines, referenceRow } from '../reference/rows.ts';
import { checkFuture } from './check-future.ts';
import { checkHistory, checkLedger } from './check-history.ts';
import type { RowAddress } from './check-index.ts';
import { checkCandidates, checkOrigin, checkPseudonyms } from './check-origin.ts';
import type { PresentRow } from './check-selection.ts';
import { checkSidecar } from './check-sidecar.ts';
import { checkColumns, checkControl, checkLabel, checkPrompt, checkWhole, samePrompt } from './check-tokens.ts';
import { type Expectation, explainRows, type ReleaseCase, type Report } from './expected-rows.ts';
import { readRowGroups } from './read-rows.ts';
import type { RowDigest } from './release-digest.ts';
import { type ReleaseRow, type RowCase, text, wantedSegments } from './release-row.ts';
import type { ExpectedRow } from './selection.ts';

/** Rows checked in full, and what was seen of all. */
export interface CheckedRows {
  /** Rows checked in full, and their tokens. */
  rows: number;
  tokens: number;
  /** One row in `every` was checked in full; of how many. */
  readonly every: number;
  readonly total: number;
  readonly present: Map<string, PresentRow>;
  readonly addresses: RowAddress[];
  readonly digests: RowDigest[];
  /** Rows that the rules do not make. */
  readonly strangers: Map<string, ReleaseRow>;
}

/** Every 97th row is also tokenized as a whole: joined ids must be those of the whole text. */
const WHOLE_EVERY = 97;

/** Reads all rows and checks them, or about `sample` of them, in full. */
export async function checkRows(
  releaseCase: ReleaseCase,
  expectation: Expectation,
  { sample, report }: { sample: number | undefined; report: Report },
): Promise<CheckedRows> {
  const { release, list, corpus } = releaseCase;
  const { profile } = release.manifest.release;
  const total = [...release.manifest.splits.values()].reduce((sum, { rows }) => sum + rows, 0);
  const every = sample === undefined ? 1 : Math.max(1, Math.ceil(total / Math.max(sample, 1)));
  const checked: CheckedRows = {
    ...{ rows: 0, tokens: 0, every, total, addresses: [], digests: [] },
    ...{ present: new Map(), strangers: new Map() },
  };
  let read = 0;
  for await (const group of readRowGroups(release, list)) {
    const first = read;
    const chosen = group.filter((_, index) => (first + index) % every === 0);
    prepareLines(
      corpus,
      chosen.flatMap(({ row }) => expectation.rows.get(row.place.example)?.question ?? []),
    );
    for (const { row, address } of group) {
      checked.addresses.push(address);
      checked.digests.push({ example: address.example, sha256: profile.digest(row) });
      const maskIsWhole = checkColumns({ row, list, corpus }, profile);
      const index = read++;
      if (read % 100 === 0) report(read, total);
      const expected = expectedOf({ list, expectation, row }, checked);
      if (expected === undefined || index % every !== 0) continue;
      checked.rows++;
      checked.tokens += row.ids.length;
      checkRow(releaseCase, row, { expected, maskIsWhole, whole: index % WHOLE_EVERY === 0 });
    }
  }
  reportStrangers(releaseCase, checked.strangers);
  return checked;
}

/**
 * The row that the rules make here; undefined where they make none or it was there before (OPEN-4).
 */
function expectedOf(
  { list, expectation, row }: { list: FaultList; expectation: Expectation; row: ReleaseRow },
  { present, strangers }: CheckedRows,
): ExpectedRow | undefined {
  const { place } = row;
  list.look('repeat');
  list.look('question');
  if (present.has(place.example) || strangers.has(place.example)) {
    list.add(place, { check: 'repeat', rule: ['OPEN-4', 'EVENT-3'], detail: 'the same question is here twice' });
    return undefined;
  }
  const expected = expectation.rows.get(place.example);
  if (expected === undefined) {
    strangers.set(place.example, row);
    return undefined;
  }
  present.set(place.example, { expected, place });
  expected.tokens = row.ids.length;
  return expected;
}

/**
 * All checks of one row that the rules make, the most telling first; `whole`: its text is tokenized
 * as a whole too.
 */
export function checkRow(
  { release, ...shared }: ReleaseCase,
  row: ReleaseRow,
  { expected, maskIsWhole, whole }: { expected: ExpectedRow; maskIsWhole: boolean; whole: boolean },
): void {
  const reference = referenceRow(expected.question, expected);
  // The budget is worked out with the rules' own tokens, not with those of a row that may be wrong.
  expected.tokens = reference.ids.length;
  const { list, pseudonyms } = shared;
  const rowCase: RowCase = { ...shared, row, expected, reference, wanted: wantedSegments(reference, pseudonyms) };
  if (expected.variant !== '') list.look('variants');
  const future = checkFuture(rowCase);
  const { maturesAt } = expected.question;
  const { until } = release.manifest;
  if (maturesAt > until) {
    const detail = `the label is known at ${maturesAt}, the release ends at ${until}`;
    list.add(row.place, { check: 'future', rule: IMMATURE, detail });
  }
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

/** The rule that ends a question so (OPEN-6). */
const RULE_OF_FATE: Readonly<Record<string, readonly RuleId[]>> = {
  ...{ capped: ['OPEN-5'], item_unknown: ['OPEN-6', 'ASOF-4'], too_few_candidates: ['OPEN-6', 'CAND-2'] },
};

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
      const rule = question === undefined ? UNOPENED : (RULE_OF_FATE[question.fate] ?? []);
      list.add(place, { check: 'question', rule, detail });
    }
  }
}

/**
 * What a question breaks that no opening asks: the rules of what opens, and of which events there
 * are.
 */
const UNOPENED: readonly RuleId[] = ['OPEN-1', 'OPEN-2', 'OPEN-3', 'EVENT-3', 'EVENT-5', 'EVENT-6'];
