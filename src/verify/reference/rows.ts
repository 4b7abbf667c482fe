/** Rows: a prompt with its answer, and what belongs to it. */
import { nth, present, remember } from '../checked.ts';
import type { Template } from '../identity/domain.ts';
import { joinKey } from '../world/draws.ts';
import type { Version } from '../world/timeline.ts';
import { liveVersion, profileAt } from '../world/view.ts';
import type { World } from '../world/world.ts';
import { pastOf } from './history.ts';
import { type LineBook, type LineStore, lineBookOf } from './line-book.ts';
import { answersOf } from './phrases.ts';
import { countTokens, mergeFixed, type Piece, plainPiece } from './pieces.ts';
import { type Prompt, promptOf } from './prompt.ts';
import type { Asked, ReferenceQuestion } from './questions.ts';

/** Which template a row is rendered with. */
export interface Variant {
  readonly template: Template;
  /** Empty, or `template:ID`. */
  readonly variant: string;
}

/**
 * One rendered row: pieces and ids of everything, answer and end token included, of which those
 * from `answerFrom` on are supervised, and the cut ledger by the columns of `origin/` (FILL-5).
 */
export type ReferenceRow = ReturnType<typeof referenceRow>;

const books = new WeakMap<World, LineBook>();

const bookOf = (world: World) => remember(books, world, () => lineBookOf(world));

/** Keeps the cut lines of a world in a store, before any is cut. */
export function keepLines(world: World, store: LineStore): void {
  books.set(world, lineBookOf(world, store));
}

/** No prompt shows more history lines than this but those with a great context or short lines. */
const ENTRIES_MAX = 64;

/**
 * Cuts the lines that prompts of questions may show in a few rounds: profiles, the items asked
 * about and the history entries that filling takes first. Nothing depends on it but speed.
 */
export function prepareLines(world: World, questions: readonly ReferenceQuestion[]): void {
  const [versions, profiles] = [new Set<Version>(), new Set<Version>()];
  for (const question of questions) {
    const { task, timeline, askedAt, itemIds } = question;
    for (const item of itemIds) {
      const version = liveVersion(world, item, askedAt);
      if (version !== undefined) versions.add(version);
    }
    for (const { version } of task.strategy(pastOf(question).entries).slice(0, ENTRIES_MAX)) versions.add(version);
    const profile = profileAt(timeline, askedAt);
    if (profile !== undefined) profiles.add(profile);
  }
  const book = bookOf(world);
  book.prepare(versions);
  book.prepareProfiles(profiles);
}

/**
 * Of rendered questions those whose candidates' lines, cut to the level `question`, are not all
 * different (LEDGER-1).
 */
export function alikeAfterCut(world: World, questions: readonly ReferenceQuestion[]): ReferenceQuestion[] {
  const chosen = questions
    .filter(({ itemIds }) => itemIds.length > 1)
    .map((question) => ({
      question,
      versions: question.itemIds.map((item) => present(liveVersion(world, item, question.askedAt), 'a candidate')),
    }));
  const book = bookOf(world);
  book.prepare(chosen.flatMap(({ versions }) => versions));
  return chosen
    .filter(({ versions }) => new Set(versions.map((one) => book.item(one, 'question').text)).size < versions.length)
    .map(({ question }) => question);
}

/**
 * The ordinary template of a question, then the held-out one where the draw says so (TEMPLATE-1).
 */
export function templatesOf({ world, task, key }: Asked): Variant[] {
  const { draws } = world;
  const rows: Variant[] = [];
  const drawn = (purpose: string, templates: readonly Template[]) =>
    nth(templates, draws.number(purpose, key) % templates.length);
  if (task.templates.length > 0) rows.push({ template: drawn('template', task.templates), variant: '' });
  if (task.heldOut.length > 0 && draws.within(world.section.variants, 'variant', key)) {
    const template = drawn('variant_template', task.heldOut);
    rows.push({ template, variant: `template:${template.id}` });
  }
  return rows;
}

/** The prompt of a question under a template; the label is not asked for (LABEL-5). */
export function referencePrompt(asked: Asked, template: Template): Prompt {
  return promptOf(asked, bookOf(asked.world), template);
}

/** Joins prompt, answer and end token of a rendered question (FRAME-4). */
export function referenceRow(question: ReferenceQuestion, template: Template) {
  const { world, task, label } = question;
  const prompt = referencePrompt(question, template);
  const answers = answersOf(task, template, world.vocabulary);
  const answer = present(answers.find((one) => one.label === label)?.text, 'the answer of a label');
  const pieces = mergeFixed([
    ...prompt.pieces,
    plainPiece('answer', answer, world.tokenizer.encodeAnswer(answer)),
    plainPiece('control', '', [world.tokenizer.endId]),
  ]);
  const { filling, past, room } = prompt;
  const [shown, available] = [filling.placed.length, past.entries.length];
  const ledger = { shown, available, lowered: filling.lowered, left_out: available - shown, room, used: filling.used };
  return { prompt, pieces, answer, answerFrom: countTokens(prompt.pieces), ids: joinIds(pieces), ledger };
}

function joinIds(pieces: readonly Piece[]): Int32Array {
  const joined = new Int32Array(countTokens(pieces));
  let end = 0;
  for (const { ids } of pieces) {
    joined.set(ids, end);
    end += ids.length;
  }
  return joined;
}

/**
 * The id of a row before it becomes a pseudonym: question key and variant, joined by U+001F
 * (OPEN-4).
 */
export function exampleId({ key }: Pick<Asked, 'key'>, variant: string): string {
  return joinKey([...key, variant]);
}
