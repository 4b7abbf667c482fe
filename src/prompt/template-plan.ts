/**
 * A template made ready for one task: fixed lines as token ids, answers as token ids, and what all
 * of it costs at most.
 */

import type { Domain } from '../../schemas/domain.ts';
import type { LabelTable } from '../../schemas/manifest.ts';
import type { Role } from '../../schemas/rows.ts';
import type { Template, TemplateBlock } from '../../schemas/template.ts';
import { intAt, last, nth, present } from '../checked.ts';
import { BrewhouseError } from '../errors.ts';
import type { Slots } from '../forms/form.ts';
import type { TaskRules } from '../forms/task-rules.ts';
import type { Vocabulary } from '../timeline/vocabulary.ts';
import { type ChatFrame, chatFrame } from '../tokenize/chat-frame.ts';
import { usesClock } from '../tokenize/chat-template.ts';
import { escapeMarkers, startsSafely } from '../tokenize/clean-field.ts';
import type { Encoding } from '../tokenize/encode-rounds.ts';
import { labelWords } from '../tokenize/label-words.ts';
import type { LoadedTokenizer } from '../tokenize/load-tokenizer.ts';
import { joinIds } from '../tokenize/token-ids.ts';
import type { ChatOptions } from '../tokenize/tokenizer-facts.ts';
import type { Block, HistoryBlock } from './blocks.ts';
import { type HeadingRules, headingRules } from './headings.ts';
import { answersOf, fillSlots, fixedSlots } from './phrases.ts';
import { createTemplateFrames, type FrameRules, type TemplateFrames } from './template-frames.ts';

/** What a tokenizer makes of a template for one task: plain data, which threads can send. */
export interface TemplateFacts {
  readonly blocks: readonly Block[];
  /** Answer ids by label, the end token not included. */
  readonly answers: ReadonlyMap<string, Int32Array>;
  /** Tokens of the longest answer and the end token: ROOM FOR THE LONGEST, never the true one's. */
  readonly answerMax: number;
  /** The frame of one day, and what those of others are made of. */
  readonly frame: ChatFrame;
  readonly frameRules: FrameRules;
  readonly table: LabelTable;
}

/** A template made ready for one task. */
export interface TemplatePlan extends Omit<TemplateFacts, 'frame' | 'frameRules'> {
  readonly template: Template;
  readonly task: TaskRules;
  /** The history block, which is one of the blocks. */
  readonly history: HistoryBlock;
  readonly headings: HeadingRules;
  /** The frames at T, with our first and last line. */
  readonly frames: TemplateFrames;
  /** Tokens of head and tail. */
  readonly frameTokens: number;
}

/** What a template is told by. */
export interface TemplateScope {
  readonly task: TaskRules;
  readonly note: string | undefined;
  readonly vocabulary: Vocabulary;
}

/** What a template is made ready with. */
export interface TemplateMeans extends TemplateScope, ChatOptions {
  readonly tokenizer: LoadedTokenizer;
}

/** Any moment: the length of a frame does not depend on it but for the digits of a date. */
const SOME_DAY = 1_772_323_200_000;

/** The template of which all is known. */
export function openTemplate(template: Template, scope: TemplateScope, facts: TemplateFacts): TemplatePlan {
  const { task, vocabulary, note } = scope;
  const { frame, frameRules, ...made } = facts;
  const history = historyOf(made.blocks);
  const frames = createTemplateFrames(frameRules);
  frames.keep(SOME_DAY, frame);
  return {
    ...made,
    template,
    task,
    history,
    headings: headingRules(template, task, { history, vocabulary, slots: fixedSlots(task, vocabulary, note) }),
    frames,
    frameTokens: frame.head.length + frame.tail.length,
  };
}

/** Throws `template_invalid`, `label_words_clash` or what the frame refuses. */
export function* planTemplate(template: Template, means: TemplateMeans): Encoding<TemplateFacts> {
  const { task, tokenizer, vocabulary, note, chat, args } = means;
  requireBlocks(template, task);
  const slots = fixedSlots(task, vocabulary, note);
  const tell = (line: string) => requireLine(template, task, line);
  const say = (line: string) => tell(fillSlots(template, line, slots));
  const { firstLine, lastLine, inner } = splitFrameLines(template, vocabulary.domain);
  const frameLines = { firstLine: say(firstLine), lastLine: say(lastLine), chat, args };
  const blocks: Block[] = [];
  let role: Role = 'instruction';
  for (const block of inner) {
    if (!('text' in block) && !('note' in block)) role = 'question';
    const planned = yield* planBlock(block, { template, task, note, slots, say, tell, role });
    if (planned !== undefined) blocks.push(planned);
  }
  const headings = headingRules(template, task, { history: historyOf(blocks), vocabulary, slots });
  for (const heading of headings.examples()) tell(heading);
  const frame = yield* chatFrame(tokenizer, { ...frameLines, askedAt: SOME_DAY });
  const { end, plain } = frame;
  // Token borders are looked at by the id: what is ours must be plain text in the frame, too.
  if (!plain.head.endsWith(`${frameLines.firstLine}\n`) || !plain.tail.startsWith(frameLines.lastLine))
    throw controlInLine(template, tokenizer);
  const answers = answersOf(template, task);
  const texts = answers.map((answer) => answer.text);
  for (const text of texts) requireNoOrder(template, task, { what: 'an answer', text });
  const words = yield* labelWords(tokenizer, frame, texts);
  return {
    blocks,
    answers: new Map(answers.map((answer, i) => [answer.label, nth(words.answers, i)])),
    answerMax: Math.max(...words.answers.map((ids) => ids.length)) + 1,
    frame,
    frameRules: { ...frameLines, isTimed: chat && usesClock(tokenizer.chatTemplate ?? '') },
    table: {
      task: task.name,
      template: template.id,
      before: [...words.before],
      end: intAt(end, 0),
      labels: answers.map(({ label, text }, i) => {
        return { label, text, token: nth(words.tokens, i), positive: task.positive.includes(label) };
      }),
    },
  };
}

function historyOf(blocks: readonly Block[]): HistoryBlock {
  const history = blocks.find((block) => block.kind === 'history');
  return present(history, 'history block');
}

/**
 * A fixed line as it is told (TEMPLATE-5). Throws `template_invalid` where it could not be joined,
 * or would be an order.
 */
function requireLine(template: Template, task: TaskRules, text: string): string {
  requireNoOrder(template, task, { what: 'a line', text });
  if (!startsSafely(text)) {
    const message = `a line of the template ${template.id} begins with white space or /: ${JSON.stringify(text)}`;
    throw new BrewhouseError('template_invalid', message, {
      remedy: 'begin it with a letter, a digit or [: token borders are safe only there',
    });
  }
  return text;
}

function requireNoOrder(template: Template, task: TaskRules, { what, text }: { what: string; text: string }): void {
  if (!/[\n\r]/.test(text) && escapeMarkers(text).escapes === 0) return;
  const fault = 'holds a line break or looks like a control token';
  const message = `${what} of the template ${template.id} ${fault}: ${JSON.stringify(text)}`;
  throw new BrewhouseError('template_invalid', message, {
    place: { field: task.name },
    remedy:
      'mend the task’s note, the words of the domain or the template: a line is one line, and orders come from ' +
      'the chat template alone',
  });
}

function controlInLine({ id }: Template, tokenizer: LoadedTokenizer): BrewhouseError {
  const message = `the first or last line of the template ${id} holds a control token of ${tokenizer.id}`;
  return new BrewhouseError('template_invalid', message, { remedy: 'say it in other words' });
}

/**
 * The template's first and last line, which are fused with the frame, and the blocks without them.
 */
function splitFrameLines(template: Template, domain: Domain) {
  const told = template.blocks.map((block) => withoutProfile(block, domain));
  const [firstBlock, lastBlock] = [nth(told, 0), last(told)];
  if (!('text' in firstBlock) || !('text' in lastBlock)) {
    throw new BrewhouseError('template_invalid', `the template ${template.id} must begin and end with a text block`, {
      remedy: 'the first and last line are fused with the control tokens, so they must be our own words',
    });
  }
  const text = (lines: string[]): TemplateBlock[] => (lines.length === 0 ? [] : [{ text: lines }]);
  return {
    firstLine: nth(firstBlock.text, 0),
    lastLine: last(lastBlock.text),
    inner: [...text(firstBlock.text.slice(1)), ...told.slice(1, -1), ...text(lastBlock.text.slice(0, -1))],
  };
}

/** A text block in the words of a domain whose members have no profile (TEMPLATE-4). */
function withoutProfile(block: TemplateBlock, { profile }: Domain): TemplateBlock {
  if (!('text' in block) || profile !== undefined) return block;
  return { text: block.without_profile ?? block.text };
}

interface BlockScope extends Pick<TemplateScope, 'task' | 'note'> {
  readonly template: Template;
  readonly slots: Slots;
  /** Fills the slots of a line, and requires that it can be told. */
  readonly say: (line: string) => string;
  readonly tell: (line: string) => string;
  readonly role: Role;
}

function* planBlock(block: TemplateBlock, scope: BlockScope): Encoding<Block | undefined> {
  const { template, task, slots, say, tell, role } = scope;
  if ('text' in block) return { kind: 'lines', role, ids: joinIds(yield* encodeLines(block.text.map(say))) };
  if ('note' in block) {
    if (scope.note === undefined) return undefined;
    return { kind: 'lines', role, ids: joinIds(yield* encodeLines(block.note.map(say))) };
  }
  if ('profile' in block) return { kind: 'profile', heading: joinIds(yield* encodeLines(block.profile.map(say))) };
  if ('history' in block) {
    const { heading, ...open } = block.history;
    // Those that this task does not use have no slots either that they cannot have.
    const named = (...own: string[]) => ({ ...slots, ...Object.fromEntries(own.map((name) => [name, () => ''])) });
    fillSlots(template, open.group, named('group'));
    fillSlots(template, open.dated, named('age', 'action'));
    fillSlots(template, open.undated, named('action'));
    return { kind: 'history', heading: joinIds(yield* encodeLines(heading.map(say))), ...open };
  }
  if ('shown' in block) return { kind: 'shown', label: say(block.shown) };
  if ('item' in block) return { kind: 'item' };
  const { letter: line } = block.candidates;
  const letters = task.labels.map((letter) => tell(fillSlots(template, line, { ...slots, letter: () => letter })));
  return { kind: 'candidates', letters: yield* encodeLines(letters) };
}

/** Ids of each line, its newline included. */
function* encodeLines(lines: readonly string[]): Encoding<Int32Array[]> {
  const requests = lines.map((line) => ({ as: 'continuation', text: `${line}\n`, ranges: [] }) as const);
  return (yield requests).map(({ ids }) => ids);
}

/**
 * What is asked about must be shown, and the history too, exactly once; what the form does not ask
 * about never.
 */
function requireBlocks(template: Template, task: TaskRules): void {
  const wanted = { item: 0, candidates: 0, history: 1, [task.block]: 1 };
  for (const [kind, most] of Object.entries(wanted)) {
    const count = template.blocks.filter((block) => kind in block).length;
    if (count === most) continue;
    const message = `the template ${template.id} has ${count} blocks of kind ${kind}, not ${most}`;
    const remedy = `a template of ${task.form} has one ${task.block} block and one history block`;
    throw new BrewhouseError('template_invalid', message, { remedy });
  }
}
