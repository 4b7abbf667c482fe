/**
 * A template made ready for one task: fixed lines as token ids, answers as token ids, and what all
 * of it costs at most.
 */

import type { LabelTable } from '../../schemas/manifest.ts';
import type { Role } from '../../schemas/rows.ts';
import type { Template, TemplateBlock } from '../../schemas/template.ts';
import { last, nth } from '../checked.ts';
import { BrewhouseError } from '../errors.ts';
import type { Slots } from '../forms/form.ts';
import type { TaskRules } from '../forms/task-rules.ts';
import type { Vocabulary } from '../timeline/vocabulary.ts';
import { joinIds } from '../tokenize/boundaries.ts';
import { type ChatFrame, chatFrame, encodeAnswer } from '../tokenize/chat-frame.ts';
import { escapeMarkers, startsSafely } from '../tokenize/clean-field.ts';
import { labelWords } from '../tokenize/label-words.ts';
import type { LoadedTokenizer } from '../tokenize/load-tokenizer.ts';
import { answersOf, fillSlots, fixedSlots } from './phrases.ts';
import type { SegmentStore } from './segments.ts';

/** A run of fixed lines, or a place that the question fills. */
export type Block =
  | { readonly kind: 'lines'; readonly role: Role; readonly ids: Int32Array }
  | { readonly kind: 'profile'; readonly heading: Int32Array }
  | {
      readonly kind: 'history';
      readonly heading: Int32Array;
      readonly group: string;
      readonly dated: string;
      readonly undated: string;
    }
  | { readonly kind: 'shown'; readonly label: string }
  | { readonly kind: 'item' }
  | { readonly kind: 'candidates'; readonly letters: readonly Int32Array[] };

export interface TemplatePlan {
  readonly template: Template;
  readonly task: TaskRules;
  readonly blocks: readonly Block[];
  /** The frame at T (epoch ms), with our first and last line. */
  frame(t: number): Promise<ChatFrame>;
  /** Answer ids by label, the end token not included. */
  readonly answers: ReadonlyMap<string, Int32Array>;
  /** Tokens of the longest answer and the end token: ROOM FOR THE LONGEST, never the true one's. */
  readonly answerMax: number;
  /** Tokens of head and tail. */
  readonly frameTokens: number;
  readonly table: LabelTable;
}

export interface TemplateContext {
  readonly tokenizer: LoadedTokenizer;
  readonly segments: SegmentStore;
  readonly vocabulary: Vocabulary;
  readonly chat: boolean;
  readonly chatArgs: Readonly<Record<string, string | boolean | number>>;
}

/** Any moment: the length of a frame does not depend on it but for the digits of a date. */
const SOME_DAY = 1_772_323_200_000;

/** Throws `template_invalid`, `label_words_clash` or what the frame refuses. */
export async function planTemplate(
  template: Template,
  task: TaskRules,
  note: string | undefined,
  context: TemplateContext,
): Promise<TemplatePlan> {
  const { tokenizer, segments, vocabulary } = context;
  const slots = fixedSlots(task, vocabulary, note);
  const say = (line: string) => {
    const text = fillSlots(template, line, slots);
    if (/[\n\r]/.test(text) || escapeMarkers(text).escapes > 0) {
      throw new BrewhouseError(
        'template_invalid',
        `a line of the template ${template.id} holds a line break or looks like a control token: ${JSON.stringify(text)}`,
        {
          place: { field: task.name },
          remedy:
            'mend the task’s note, the words of the domain or the template: a line is one line, and orders come from the chat template alone',
        },
      );
    }
    if (!startsSafely(text)) {
      throw new BrewhouseError(
        'template_invalid',
        `a line of the template ${template.id} begins with white space or /: ${JSON.stringify(text)}`,
        {
          remedy: 'begin it with a letter, a digit or [: token borders are safe only there',
        },
      );
    }
    return text;
  };
  requireBlocks(template, task);
  const { firstLine, lastLine, inner } = splitFrameLines(template);
  const frame = (t: number) =>
    chatFrame(tokenizer, {
      firstLine: say(firstLine),
      lastLine: say(lastLine),
      askedAt: t,
      args: context.chatArgs,
      chat: context.chat,
    });
  const encodeLines = async (lines: readonly string[]) =>
    joinIds(await Promise.all(lines.map((line) => segments.line(say(line)))));
  const blocks: Block[] = [];
  let role: Role = 'instruction';
  for (const block of inner) {
    if (!('text' in block) && !('note' in block)) role = 'question';
    const planned = await planBlock(block, { role, note, encodeLines, template, task, slots, segments });
    if (planned !== undefined) blocks.push(planned);
  }
  const { head, tail } = await frame(SOME_DAY);
  const answers = answersOf(template, task);
  const words = await labelWords(
    tokenizer,
    tail,
    answers.map((answer) => answer.text),
  );
  const answerIds = await Promise.all(answers.map((answer) => encodeAnswer(tokenizer, tail, answer.text)));
  return {
    template,
    task,
    blocks,
    frame,
    answers: new Map(answers.map((answer, i) => [answer.label, nth(answerIds, i)])),
    frameTokens: head.length + tail.length,
    answerMax: Math.max(...answerIds.map((ids) => ids.length)) + 1,
    table: {
      task: task.name,
      template: template.id,
      before: [...words.before],
      labels: answers.map((answer, i) => ({ label: answer.label, text: answer.text, token: nth(words.tokens, i) })),
    },
  };
}

/**
 * The template's first and last line, which are fused with the frame, and the blocks without them.
 */
function splitFrameLines(template: Template): { firstLine: string; lastLine: string; inner: TemplateBlock[] } {
  const firstBlock = nth(template.blocks, 0);
  const lastBlock = last(template.blocks);
  if (!('text' in firstBlock) || !('text' in lastBlock)) {
    throw new BrewhouseError('template_invalid', `the template ${template.id} must begin and end with a text block`, {
      remedy: 'the first and last line are fused with the control tokens, so they must be our own words',
    });
  }
  const text = (lines: string[]): TemplateBlock[] => (lines.length === 0 ? [] : [{ text: lines }]);
  return {
    firstLine: nth(firstBlock.text, 0),
    lastLine: last(lastBlock.text),
    inner: [...text(firstBlock.text.slice(1)), ...template.blocks.slice(1, -1), ...text(lastBlock.text.slice(0, -1))],
  };
}

interface BlockContext {
  readonly role: Role;
  readonly note: string | undefined;
  readonly encodeLines: (lines: readonly string[]) => Promise<Int32Array>;
  readonly template: Template;
  readonly task: TaskRules;
  readonly slots: Slots;
  readonly segments: SegmentStore;
}

async function planBlock(block: TemplateBlock, context: BlockContext): Promise<Block | undefined> {
  const { role, encodeLines, template, task, slots, segments } = context;
  if ('text' in block) return { kind: 'lines', role, ids: await encodeLines(block.text) };
  if ('note' in block)
    return context.note === undefined ? undefined : { kind: 'lines', role, ids: await encodeLines(block.note) };
  if ('profile' in block) return { kind: 'profile', heading: await encodeLines(block.profile) };
  if ('history' in block) {
    const { heading, group, dated, undated } = block.history;
    const keep = (line: string, own: readonly string[]) =>
      fillSlots(template, line, { ...slots, ...Object.fromEntries(own.map((name) => [name, () => `{${name}}`])) });
    return {
      kind: 'history',
      heading: await encodeLines(heading),
      group: keep(group, ['group']),
      dated: keep(dated, ['age', 'action']),
      undated: keep(undated, ['action']),
    };
  }
  if ('shown' in block) return { kind: 'shown', label: fillSlots(template, block.shown, slots) };
  if ('item' in block) return { kind: 'item' };
  const letters = task.labels.map((letter) =>
    segments.line(fillSlots(template, block.candidates.letter, { ...slots, letter: () => letter })),
  );
  return { kind: 'candidates', letters: await Promise.all(letters) };
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
    throw new BrewhouseError(
      'template_invalid',
      `the template ${template.id} has ${count} blocks of kind ${kind}, not ${most}`,
      { remedy: `a template of ${task.form} has one ${task.block} block and one history block` },
    );
  }
}
