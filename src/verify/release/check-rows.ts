/** Checks the rows of a release one by one against the reference. */
import type { FaultList } from '../fault-list.ts';
import type { ReferenceQuestion } from '../reference/questions.ts';
import { prepareLines, referenceRow } from '../reference/rows.ts';
import type { World } from '../reference/world.ts';
import { checkFuture } from './check-future.ts';
import type { RowPlace } from './check-index.ts';
import {
  checkCandidates,
  checkHistory,
  checkLedger,
  checkOrigin,
  checkPseudonyms,
  checkSidecar,
} from './check-origin.ts';
import type { PresentRow } from './check-selection.ts';
import { checkControl, checkLabel, checkMask, checkPrompt, sameIds, samePrompt } from './check-tokens.ts';
import { type Expectation, explainRows } from './expected-rows.ts';
import type { Pseudonyms } from './pseudonyms.ts';
import { type ReadRow, readRowGroups } from './read-rows.ts';
import { type RowDigest, rowDigest } from './release-digest.ts';
import type { OpenRelease } from './release-files.ts';
import { type ReleaseRow, type RowCase, text, wantedSegments } from './release-row.ts';
import type { ExpectedRow, ReleaseRules } from './selection.ts';

export interface RowsCase {
  readonly release: OpenRelease;
  readonly world: World;
  readonly list: FaultList;
  readonly pseudonyms: Pseudonyms;
  readonly expectation: Expectation;
  readonly rules: ReleaseRules;
  readonly sample: number | undefined;
  readonly report: (done: number, total: number) => void;
}

export interface CheckedRows {
  /** Rows checked in full, and their tokens. */
  readonly rows: number;
  readonly tokens: number;
  /** Every so manieth row was checked in full; of how many. */
  readonly every: number;
  readonly total: number;
  readonly present: ReadonlyMap<string, PresentRow>;
  readonly places: readonly RowPlace[];
  readonly digests: readonly RowDigest[];
}

/** Every so manieth row is also tokenized as a whole: joined ids must be those of the whole text. */
const WHOLE_EVERY = 97;

export async function checkRows(rowsCase: RowsCase): Promise<CheckedRows> {
  const { release, list } = rowsCase;
  const total = Object.values(release.manifest.splits).reduce((sum, { rows }) => sum + rows, 0);
  const every = rowsCase.sample === undefined ? 1 : Math.max(1, Math.ceil(total / Math.max(rowsCase.sample, 1)));
  const present = new Map<string, PresentRow>();
  const places: RowPlace[] = [];
  const digests: RowDigest[] = [];
  const strangers = new Map<string, ReleaseRow>();
  let [read, rows, tokens] = [0, 0, 0];
  for await (const group of readRowGroups(release, list)) {
    prepareLines(
      rowsCase.world,
      questionsOf(rowsCase, group, (index) => (read + index) % every === 0),
    );
    for (const { row, shard, group: inShard, inGroup, inFile } of group) {
      const { example, split } = row.place;
      places.push({
        example,
        member: text(row.meta.member),
        split,
        shard: shard.shard,
        group: inShard,
        inGroup,
        inFile,
      });
      digests.push(rowDigest(row));
      const maskIsWhole = checkMask({ row, list, world: rowsCase.world });
      const index = read++;
      if (read % 100 === 0) rowsCase.report(read, total);
      const expected = expectedOf(rowsCase, row, present, strangers);
      if (expected === undefined || index % every !== 0) continue;
      rows++;
      tokens += row.ids.length;
      checkRow(rowsCase, row, expected, { maskIsWhole, whole: index % WHOLE_EVERY === 0 });
    }
  }
  reportStrangers(rowsCase, strangers);
  return { rows, tokens, every, total, present, places, digests };
}

/** The questions of a group's rows that are checked in full. */
function questionsOf(
  { expectation }: RowsCase,
  group: readonly ReadRow[],
  isChosen: (index: number) => boolean,
): ReferenceQuestion[] {
  return group.flatMap(({ row }, index) => {
    const expected = isChosen(index) ? expectation.rows.get(row.place.example) : undefined;
    return expected === undefined ? [] : [expected.question];
  });
}

/** The row that the rules make in its place; undefined where they make none or it stands here twice. */
function expectedOf(
  { list, expectation }: RowsCase,
  row: ReleaseRow,
  present: Map<string, PresentRow>,
  strangers: Map<string, ReleaseRow>,
): ExpectedRow | undefined {
  const { example } = row.place;
  list.look('repeat');
  list.look('question');
  if (present.has(example) || strangers.has(example)) {
    list.add('repeat', row.place, 'the same question stands here twice');
    return undefined;
  }
  const expected = expectation.rows.get(example);
  if (expected === undefined) {
    strangers.set(example, row);
    return undefined;
  }
  present.set(example, { expected, place: row.place });
  expected.tokens = row.ids.length;
  return expected;
}

/** All checks of one row that the rules make, the most telling first. */
export function checkRow(
  rowsCase: Pick<RowsCase, 'world' | 'pseudonyms' | 'list' | 'rules'>,
  row: ReleaseRow,
  expected: ExpectedRow,
  options: { maskIsWhole: boolean; whole: boolean },
): void {
  const { world, pseudonyms, list, rules } = rowsCase;
  const { task, maturesAt } = expected.question;
  const template = world.identity.templates.find(({ id, form }) => id === expected.templateId && form === task.form)!;
  const reference = referenceRow(world, expected.question, template, expected.variant);
  // The budget is worked out with the rules' own tokens, not with those of a row that may be wrong.
  expected.tokens = reference.ids.length;
  const wanted = wantedSegments(reference, pseudonyms);
  const rowCase: RowCase = { ...{ world, pseudonyms, list, row, expected, reference, wanted } };
  if (expected.variant !== '') list.look('variants');
  const future = checkFuture(rowCase);
  if (maturesAt > rules.until) {
    list.add('future', row.place, `the label is known at ${maturesAt}, the release ends at ${rules.until}`);
  }
  const candidates = !future && checkCandidates(rowCase);
  const label = !candidates && checkLabel(rowCase, options.maskIsWhole);
  const control = checkControl(rowCase);
  const history = !future && checkHistory(rowCase);
  const explained = future || candidates || control || history;
  checkPrompt(rowCase, explained);
  checkOrigin(rowCase, explained || label || !samePrompt(rowCase));
  if (!explained) checkLedger(rowCase);
  checkSidecar(rowCase, explained);
  checkPseudonyms(rowCase);
  if (options.whole) checkWhole(rowCase);
}

/** The boundary rule: the whole text, tokenized at once, has the ids of its lines (tokens.md). */
function checkWhole({ world, reference, expected, list, row }: RowCase): void {
  const lines = reference.pieces
    .filter(({ role }) => role !== 'answer')
    .map((piece) => piece.text)
    .join('')
    .split('\n')
    .slice(0, -1);
  const whole = world.tokenizer.encodeWhole?.(lines, expected.question.askedAt);
  if (whole !== undefined && !sameIds(whole, reference.ids.subarray(0, reference.answerFrom))) {
    list.add('prompt', row.place, 'the text tokenized at once has other ids than its lines');
  }
}

/** Rows that the rules do not make: no such question, or one that ended otherwise. */
function reportStrangers(
  { world, pseudonyms, list, rules }: RowsCase,
  strangers: ReadonlyMap<string, ReleaseRow>,
): void {
  if (strangers.size === 0) return;
  const fates = explainRows(world, pseudonyms, rules.until, new Set(strangers.keys()));
  for (const [example, { place, meta }] of strangers) {
    const fate = fates.get(example);
    if (text(meta.variant) !== '') list.add('variants', place, fate ?? 'no question has this variant');
    else if (fate === 'pending') list.add('future', place, 'the label of this question is not mature at until');
    else list.add('question', place, fate === undefined ? 'no such question opens' : `this question is ${fate}`);
  }
}
