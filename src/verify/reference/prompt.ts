/** Prompts: the lines of a question under a template, as pieces of tokens with role and origin. */
import type { Role } from '../../../schemas/rows.ts';
import { present } from '../checked.ts';
import { letterOf, type Slots } from '../forms/form.ts';
import type { Block, Template } from '../identity/domain.ts';
import { liveVersion, profileAt } from '../world/view.ts';
import { type Filling, fillHistory } from './filling.ts';
import { pastOf } from './history.ts';
import type { LineBook, Said } from './line-book.ts';
import { answersOf, fillTemplate, promptSlots } from './phrases.ts';
import { countTokens, linePiece, mergeFixed, type Piece, plainPiece } from './pieces.ts';
import { type Asked, ownVersion } from './questions.ts';

/**
 * All before the answer. It is made from what is asked alone: the type holds no label (LABEL-5).
 */
export type Prompt = ReturnType<typeof promptOf>;

const NO_HISTORY: Filling = { placed: [], used: 0, lowered: 0, stoppedAt: '' };

/** What a block needs to become pieces. */
interface Scene {
  readonly asked: Asked;
  readonly book: LineBook;
  readonly slots: Slots;
}

/**
 * The prompt of a question under a template: fixed parts first, the history in the room that they
 * leave, in tokens (FILL-1).
 */
export function promptOf(asked: Asked, book: LineBook, template: Template) {
  const slots = promptSlots(asked.task, asked.world.vocabulary);
  const scene = { asked, book, slots };
  const before: Piece[] = [];
  const behind: Piece[] = [];
  let headings: Extract<Block, { kind: 'history' }>['headings'] | undefined;
  for (const { block, role } of rolesOf(template)) {
    if (block.kind === 'history') headings = block.headings;
    else (headings === undefined ? before : behind).push(...blockPieces(scene, block, role));
  }
  fuseFrame(asked, before, behind);

  const past = pastOf(asked);
  const room = asked.world.identity.context - countTokens([...before, ...behind]) - longestAnswer(asked, template);
  const filling = headings ? fillHistory(asked, { book, template, headings, slots, past, room }) : NO_HISTORY;
  const history = historyPieces(scene, headings?.heading ?? [], filling);
  return { pieces: mergeFixed([...before, ...history, ...behind]), past, filling, room };
}

/**
 * Text is an instruction until a block of another kind has been seen, and a part of the question
 * after it (ORIGIN-1).
 */
function rolesOf(template: Template): { block: Block; role: Role }[] {
  let role: Role = 'instruction';
  return template.blocks.map((block) => {
    if (block.kind !== 'text' && block.kind !== 'note') role = 'question';
    return { block, role };
  });
}

function fixedPiece({ book, slots }: Scene, role: Role, line: string): Piece {
  const text = fillTemplate(line, slots);
  return plainPiece(role, `${text}\n`, book.fixed(text));
}

/** The pieces of a block; none where it is left out (TEMPLATE-4). */
function blockPieces(scene: Scene, block: Exclude<Block, { kind: 'history' }>, role: Role): Piece[] {
  const { asked, book, slots } = scene;
  switch (block.kind) {
    case 'text': {
      const hasProfile = asked.world.vocabulary.domain.profile !== undefined;
      return (hasProfile ? block.lines : block.withoutProfile).map((line) => fixedPiece(scene, role, line));
    }
    case 'note':
      return asked.task.note === undefined ? [] : block.lines.map((line) => fixedPiece(scene, role, line));
    case 'profile': {
      const version = profileAt(asked.timeline, asked.askedAt);
      const line = version && book.profile(version);
      if (version === undefined || line === undefined) return [];
      const heading = block.lines.map((text) => fixedPiece(scene, 'profile', text));
      return [...heading, linePiece('profile', line, { event: version.id, level: 'profile' })];
    }
    case 'shown': {
      const line = book.shown(fillTemplate(block.label, slots), saidOf(asked));
      return line === undefined ? [] : [linePiece('question', line, { event: asked.opening.event.id, level: 'shown' })];
    }
    case 'item':
      return asked.itemIds.map((item) => itemPiece(scene, item));
    case 'candidates':
      return asked.itemIds.flatMap((item, index) => {
        const letter = fillTemplate(block.letter, { ...slots, letter: letterOf(index) });
        return [fixedPiece(scene, 'question', letter), itemPiece(scene, item)];
      });
  }
}

/**
 * The opening's own item is read as its form says (ASOF-4), all others by what was known (ASOF-3).
 */
function itemPiece({ asked, book }: Scene, item: string): Piece {
  const isOwn = asked.opening.event.item === item;
  const version = isOwn ? ownVersion(asked) : liveVersion(asked.world, item, asked.askedAt);
  const there = present(version, `item ${item} of a rendered question`);
  return linePiece('question', book.item(there, 'question'), { version: there.id, level: 'question' });
}

/** What a prompt may say of the opening event, by name (OPEN-7). */
function saidOf({ world, opening }: Asked): Said {
  const { surface, value, position, context = {} } = opening.event;
  const own = new Map([
    ['value', value],
    ['position', position],
  ]);
  const said = (key: string) => {
    if (own.has(key)) return own.get(key);
    return Object.hasOwn(context, key) ? context[key] : undefined;
  };
  // The surface is said anyway.
  const keys = world.vocabulary.domain.at_exposure.map(({ key }) => key).filter((key) => key !== 'surface');
  return [['surface', surface], ...keys.map((key) => [key, said(key)] as const)];
}

/**
 * The first line is fused with the frame before it, the last with the frame after it (FRAME-1,
 * ORIGIN-1).
 */
function fuseFrame({ world, askedAt }: Asked, before: Piece[], behind: Piece[]): void {
  const first = present(before.shift(), 'the first line');
  const last = present((behind.length > 0 ? behind : before).pop(), 'the last line');
  const frame = world.tokenizer.frame(first.text.slice(0, -1), last.text.slice(0, -1), askedAt);
  const { headControl, tailLine } = frame;
  const [head, tail] = [Array.from(frame.head), Array.from(frame.tail)];
  before.unshift(plainPiece('control', '', head.slice(0, headControl)), { ...first, ids: head.slice(headControl) });
  behind.push({ ...last, ids: tail.slice(0, tailLine) }, plainPiece('control', '', tail.slice(tailLine)));
}

/**
 * Room for the longest answer the question could have, never for its own; with the end token
 * (FILL-1).
 */
function longestAnswer({ world, task }: Asked, template: Template): number {
  const answers = answersOf(task, template, world.vocabulary);
  return Math.max(...answers.map(({ text }) => world.tokenizer.encodeAnswer(text).length)) + 1;
}

/**
 * The block's heading lines, then each entry, below a heading of its own where that differs
 * (FILL-3, ORIGIN-2).
 */
function historyPieces(scene: Scene, lines: readonly string[], { placed }: Filling): Piece[] {
  if (placed.length === 0) return [];
  const pieces = lines.map((line) => fixedPiece(scene, 'history', line));
  let above = '';
  for (const { event, version, level, line, heading } of placed) {
    // The heading is filled already: slots in it would be words of the domain.
    if (heading !== above) {
      pieces.push({ ...plainPiece('history', `${heading}\n`, scene.book.fixed(heading)), event: event.id });
    }
    above = heading;
    pieces.push(linePiece('history', line, { event: event.id, version: version.id, level }));
  }
  return pieces;
}
