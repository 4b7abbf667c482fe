/** Rows: a prompt with its answer, and what stands beside it. */
import type { Template } from '../../../schemas/template.ts';
import { joinKey } from './draws.ts';
import { type LineBook, lineBookOf } from './levels.ts';
import { answerText } from './phrases.ts';
import { mergeFixed, type Piece, type Prompt, promptOf } from './prompt.ts';
import { type Asked, type ReferenceQuestion, referenceQuestions } from './questions.ts';
import { liveVersion } from './view.ts';
import type { Version, World } from './world.ts';

/** One rendered row. */
export interface ReferenceRow {
  /** Empty, or `template:ID`. */
  readonly variant: string;
  readonly template: Template;
  /** Everything, answer and end token included. */
  readonly pieces: readonly Piece[];
  readonly ids: Int32Array;
  /** From here on tokens are supervised. */
  readonly answerFrom: number;
  readonly answer: string;
  readonly shown: number;
  readonly available: number;
  readonly lowered: number;
  readonly room: number;
  readonly used: number;
  /** Event id; empty: none. */
  readonly stoppedAt: string;
  readonly actionsBefore: number;
  /** The draw `thin`. */
  readonly thin: number;
}

const books = new WeakMap<World, LineBook>();

function bookOf(world: World): LineBook {
  const book = books.get(world) ?? lineBookOf(world);
  books.set(world, book);
  return book;
}

/**
 * Cuts the lines that questions may show in a few rounds: those of all items that their members dealt with, as they are live
 * at T, and of the items asked about. Nothing depends on it but speed.
 */
export function prepareLines(world: World, questions: readonly ReferenceQuestion[]): void {
  const versions = new Set<Version>();
  const add = (item: string, t: number) => {
    const version = liveVersion(world, item, t);
    if (version !== undefined) versions.add(version);
  };
  for (const { member, askedAt, itemIds } of questions) {
    for (const item of world.timelines.get(member)!.byItem.keys()) add(item, askedAt);
    for (const item of itemIds) add(item, askedAt);
  }
  bookOf(world).prepare(versions);
}

/** Which templates a question is rendered with: the ordinary one, then the held-out one where the draw says so. */
export function templatesOf(world: World, asked: Asked): { template: Template; variant: string }[] {
  const { templates, heldOut } = asked.task;
  const { draws } = world;
  const rows = [];
  if (templates.length > 0) {
    rows.push({ template: templates[draws.number('template', asked.key) % templates.length]!, variant: '' });
  }
  if (heldOut.length > 0 && draws.within(world.section.variants ?? 0.1, 'variant', asked.key)) {
    const template = heldOut[draws.number('variant_template', asked.key) % heldOut.length]!;
    rows.push({ template, variant: `template:${template.id}` });
  }
  return rows;
}

/** The prompt of a question under a template; the label is not asked for (rules.md 5). */
export function referencePrompt(world: World, asked: Asked, template: Template): Prompt {
  const timeline = world.timelines.get(asked.opening.event.entity);
  if (timeline === undefined) throw new Error('a question without a timeline');
  return promptOf(world, timeline, bookOf(world), asked, template);
}

/** Joins prompt and answer of a rendered question. */
export function referenceRow(
  world: World,
  question: ReferenceQuestion,
  template: Template,
  variant: string,
): ReferenceRow {
  const prompt = referencePrompt(world, question, template);
  const answer = answerText(template, world.vocabulary, question.label);
  const plain = { event: '', version: '', level: '', fields: '' } as const;
  const pieces = mergeFixed([
    ...prompt.pieces,
    { ...plain, role: 'answer', text: answer, ids: world.tokenizer.encodeAnswer(answer) },
    { ...plain, role: 'control', text: '', ids: [world.tokenizer.endId] },
  ]);
  const answerFrom = prompt.pieces.reduce((sum, { ids }) => sum + ids.length, 0);
  const { filling, past } = prompt;
  return {
    ...{ variant, template, pieces, answerFrom, answer },
    ids: joinIds(pieces),
    shown: filling.placed.length,
    available: past.entries.length,
    lowered: filling.lowered,
    room: prompt.room,
    used: filling.used,
    stoppedAt: filling.stoppedAt,
    actionsBefore: past.actionsBefore,
    thin: world.draws.number('thin', [...question.key, variant]),
  };
}

function joinIds(pieces: readonly Piece[]): Int32Array {
  const joined = new Int32Array(pieces.reduce((sum, { ids }) => sum + ids.length, 0));
  let at = 0;
  for (const { ids } of pieces) {
    joined.set(ids, at);
    at += ids.length;
  }
  return joined;
}

/** A question with its rows: none where it was not rendered. */
export interface ReferenceExample {
  readonly question: ReferenceQuestion;
  readonly rows: readonly ReferenceRow[];
}

/** Every question of a member with its rows, ordinary and variant: the oracle of property tests. */
export function referenceMember(world: World, member: string, until?: number): ReferenceExample[] {
  return referenceQuestions(world, member, until).map((question) => ({
    question,
    rows:
      question.fate === 'rendered'
        ? templatesOf(world, question).map(({ template, variant }) => referenceRow(world, question, template, variant))
        : [],
  }));
}

/** The id of a row before it becomes a pseudonym: question key and variant, joined by U+001F. */
export function exampleId(question: Pick<Asked, 'key'>, variant: string): string {
  return joinKey([...question.key, variant]);
}
