/** Prompts: the lines of a question under a template, as pieces of tokens with role and origin. */
import type { Role } from '../../../schemas/rows.ts';
import type { Template, TemplateBlock } from '../../../schemas/template.ts';
import { type Filling, fillHistory } from './filling.ts';
import { type PastActions, pastOf } from './history.ts';
import type { CutLine, LevelName, LineBook } from './levels.ts';
import { type FieldRange, fieldText } from './lines.ts';
import { answerText, fillTemplate, promptSlots, type Slots } from './phrases.ts';
import type { Asked } from './questions.ts';
import { answerLabels, letterOf } from './tasks.ts';
import { liveVersion, ownVersion, profileAt } from './view.ts';
import type { Timeline, World } from './world.ts';

/** A run of tokens of one role and origin; ids of events as the events have them. */
export interface Piece {
  readonly role: Role;
  /** Lines with their line ends; frames have none here. */
  readonly text: string;
  readonly ids: ArrayLike<number>;
  /** The event that put it there; empty: the template. */
  readonly event: string;
  /** The item version that it shows. */
  readonly version: string;
  readonly level: LevelName | '';
  /** Runs of its tokens that came from a field: `title 2 5;location 7 9`. */
  readonly fields: string;
}

/** All before the answer. It is made from what is asked alone: the type holds no label. */
export interface Prompt {
  readonly template: Template;
  readonly pieces: readonly Piece[];
  readonly past: PastActions;
  readonly filling: Filling;
  /** Tokens that the history could take. */
  readonly room: number;
}

const NO_HISTORY: Filling = { placed: [], used: 0, lowered: 0, stoppedAt: '' };

type HistoryBlock = Extract<TemplateBlock, { history: unknown }>;

/** What a block needs to become pieces. */
interface Scene {
  readonly world: World;
  readonly timeline: Timeline;
  readonly book: LineBook;
  readonly asked: Asked;
  readonly template: Template;
  readonly slots: Slots;
}

export function promptOf(world: World, timeline: Timeline, book: LineBook, asked: Asked, template: Template): Prompt {
  const slots = promptSlots(asked.task, world.vocabulary);
  const scene = { world, timeline, book, asked, template, slots };
  const before: Piece[] = [];
  const behind: Piece[] = [];
  let block: HistoryBlock | undefined;
  for (const { entry, role } of rolesOfBlocks(template)) {
    if ('history' in entry) block = entry;
    else (block === undefined ? before : behind).push(...blockPieces(scene, entry, role));
  }
  fuseFrame(scene, before, behind);

  const past = pastOf(world, timeline, asked);
  const fixed = [...before, ...behind].reduce((sum, { ids }) => sum + ids.length, 0);
  const room = world.identity.context - fixed - longestAnswer(world, asked, template);
  const filling =
    block === undefined
      ? NO_HISTORY
      : fillHistory(world, book, { asked, template, block: block.history, slots, entries: past.entries, room });
  const history = block === undefined ? [] : historyPieces(scene, block, filling);
  return { template, pieces: mergeFixed([...before, ...history, ...behind]), past, filling, room };
}

/** Text is an instruction until a block of another kind has been seen, and a part of the question after it. */
function rolesOfBlocks(template: Template): { entry: TemplateBlock; role: Role }[] {
  let role: Role = 'instruction';
  return template.blocks.map((entry) => {
    const isText = 'text' in entry || 'note' in entry;
    if (!isText) role = 'question';
    return { entry, role };
  });
}

function fixedPiece(scene: Scene, role: Role, line: string, event = ''): Piece {
  const text = fillTemplate(line, scene.slots);
  return { role, text: `${text}\n`, ids: scene.book.fixed(text), event, version: '', level: '', fields: '' };
}

function linePiece(role: Role, line: CutLine, origin: { event?: string; version?: string; level: LevelName }): Piece {
  const { event = '', version = '', level } = origin;
  return { role, text: `${line.text}\n`, ids: line.ids, event, version, level, fields: line.fields };
}

function blockPieces(scene: Scene, block: Exclude<TemplateBlock, HistoryBlock>, role: Role): Piece[] {
  const { world, asked, book, timeline } = scene;
  if ('text' in block) return block.text.map((line) => fixedPiece(scene, role, line));
  if ('note' in block) {
    return asked.task.spec.note === undefined ? [] : block.note.map((line) => fixedPiece(scene, role, line));
  }
  if ('profile' in block) {
    const version = profileAt(timeline, asked.askedAt);
    const line = version === undefined ? undefined : book.profile(version);
    if (version === undefined || line === undefined) return [];
    const heading = block.profile.map((text) => fixedPiece(scene, 'profile', text));
    return [...heading, linePiece('profile', line, { event: version.id, level: 'profile' })];
  }
  if ('shown' in block) {
    const { text, fields } = shownText(world, asked);
    if (text === '') return [];
    const line = book.shown(fillTemplate(block.shown, scene.slots), text, fields);
    return [linePiece('question', line, { event: asked.opening.event.id, level: 'shown' })];
  }
  if ('item' in block) return asked.itemIds.map((item) => itemPiece(scene, item));
  return asked.itemIds.flatMap((item, index) => {
    const letter = fillTemplate(block.candidates.letter, { ...scene.slots, letter: letterOf(index) });
    return [fixedPiece(scene, 'question', letter), itemPiece(scene, item)];
  });
}

/** The opening event's own item is read by event time; all others by what was known. */
function itemPiece(scene: Scene, item: string): Piece {
  const { world, asked } = scene;
  const own = asked.opening.event.item === item;
  const version = (own ? ownVersion : liveVersion)(world, item, asked.askedAt);
  if (version === undefined) throw new Error(`item ${item} of a rendered question is not there`);
  return linePiece('question', scene.book.item(version, 'question'), { version: version.id, level: 'question' });
}

/** `surface: feed, device: phone` of what the domain lets a prompt show of the opening event, and where the values stand. */
function shownText(world: World, asked: Asked): { text: string; fields: FieldRange[] } {
  const { event } = asked.opening;
  const fields: FieldRange[] = [];
  let text = '';
  const add = (field: string, value: Parameters<typeof fieldText>[0]) => {
    const said = fieldText(value);
    if (said === '') return;
    text += `${text === '' ? '' : ', '}${field}: `;
    fields.push({ field, from: text.length, to: text.length + said.length });
    text += said;
  };
  add('surface', event.surface);
  for (const key of world.vocabulary.domain.at_exposure) {
    // Of a drawn item neither is known: they were measured of the opening's.
    if (key === 'value') add(key, asked.drawn ? undefined : event.value);
    else if (key === 'position') add(key, asked.drawn ? undefined : event.position);
    else add(key, event.context !== undefined && Object.hasOwn(event.context, key) ? event.context[key] : undefined);
  }
  return { text, fields };
}

/** The first line is fused with the frame before it, the last with the frame behind it. */
function fuseFrame(scene: Scene, before: Piece[], behind: Piece[]): void {
  const first = before.shift()!;
  const last = (behind.length > 0 ? behind : before).pop()!;
  const { askedAt } = scene.asked;
  const frame = scene.world.tokenizer.frame(first.text.slice(0, -1), last.text.slice(0, -1), askedAt);
  const control = (ids: readonly number[]): Piece => ({ ...first, role: 'control', text: '', ids });
  const head = Array.from(frame.head);
  const tail = Array.from(frame.tail);
  before.unshift(control(head.slice(0, frame.headControl)), { ...first, ids: head.slice(frame.headControl) });
  behind.push({ ...last, ids: tail.slice(0, frame.tailLine) }, control(tail.slice(frame.tailLine)));
}

/** Room for the longest answer the question could have, never for its own; with the end token. */
function longestAnswer(world: World, asked: Asked, template: Template): number {
  const labels = answerLabels(asked.task, world.vocabulary);
  const lengths = labels.map((label) => {
    return world.tokenizer.encodeAnswer(answerText(template, world.vocabulary, label)).length;
  });
  return Math.max(...lengths) + 1;
}

function historyPieces(scene: Scene, block: HistoryBlock, filling: Filling): Piece[] {
  if (filling.placed.length === 0) return [];
  const pieces = block.history.heading.map((line) => fixedPiece(scene, 'history', line));
  let heading = '';
  for (const entry of filling.placed) {
    const { event, version, level, line } = entry;
    // The heading is filled already: slots in it would be words of the domain.
    if (entry.heading !== heading) {
      const ids = scene.book.fixed(entry.heading);
      pieces.push({
        role: 'history',
        text: `${entry.heading}\n`,
        ids,
        event: event.id,
        version: '',
        level: '',
        fields: '',
      });
    }
    heading = entry.heading;
    pieces.push(linePiece('history', line, { event: event.id, version: version.id, level }));
  }
  return pieces;
}

/** Neighbours of one role that are fixed text are one piece; pieces without tokens are none. */
export function mergeFixed(pieces: readonly Piece[]): Piece[] {
  const isFixed = (piece: Piece) => piece.event === '' && piece.version === '' && piece.level === '';
  const merged: Piece[] = [];
  for (const piece of pieces) {
    if (piece.ids.length === 0) continue;
    const before = merged.at(-1);
    if (before !== undefined && before.role === piece.role && isFixed(before) && isFixed(piece)) {
      const ids = [...Array.from(before.ids), ...Array.from(piece.ids)];
      merged[merged.length - 1] = { ...before, text: before.text + piece.text, ids };
    } else merged.push(piece);
  }
  return merged;
}
