/** The frame around the lines of a prompt (FRAME-1), fused with our first and last line. */
import { DAY_MS } from '../../schemas/durations.ts';
import { intAt } from '../checked.ts';
import { BrewhouseError } from '../errors.ts';
import { renderChat, type TemplateOptions, usesClock } from './chat-template.ts';
import { type Encoded, type EncodeRequest, type Encoding, encoded } from './encode-rounds.ts';
import type { LoadedTokenizer } from './load-tokenizer.ts';

/** What a frame depends on beside its tokenizer. */
export interface ChatFrameOptions extends TemplateOptions {
  /** Trusted, without line end: `Instruction:`. */
  readonly firstLine: string;
  /** Trusted, without line end: `Answer:`. */
  readonly lastLine: string;
  /** False for no template: then the frame is the bos token, where the model has one. */
  readonly chat: boolean;
}

/** The ids around the lines of a prompt. Callers share them: do not write into the arrays. */
export interface ChatFrame {
  /** Frame and first line, its line end included. */
  readonly head: Int32Array;
  /** Last line and the rest of the frame (without a template: its line end). */
  readonly tail: Int32Array;
  readonly headText: string;
  readonly tailText: string;
  /** What of the head comes after its last control token, and of the tail before its first. */
  readonly plain: { readonly head: string; readonly tail: string };
  /**
   * Number of tokens of `head` that begin inside the frame's own text; the others are the first
   * line.
   */
  readonly headFrame: number;
  /** Number of tokens of `tail` that begin inside the last line; the others are the frame's. */
  readonly tailLine: number;
  /**
   * What follows the answer: the control token with which the template ends an assistant's turn, or
   * else the eos token.
   */
  readonly end: Int32Array;
}

/**
 * Replaces the lines while the template is rendered: plain ASCII that no template splits, trims or
 * changes.
 */
const SENTINEL = 'brewhouse-lines-stand-here';

/**
 * Frames kept for each tokenizer, thirty years of days for one template; the oldest is forgotten
 * first.
 */
const FRAMES_MAX = 11_000;

const frames = new WeakMap<LoadedTokenizer, Map<string, ChatFrame>>();

/**
 * The frame of a prompt (FRAME-1). `head`, `encode` of each line with its line end, and `tail`,
 * joined, are `encodeTrusted` of the whole rendered text (TOKEN-3), as long as lines begin safely
 * (`startsSafely`) and hold no text of a control token. Throws BrewhouseError `tokenizer_refused`
 * where there is no template or it changes the user message, and `recipe_invalid` as `renderChat`
 * does. Bound: FRAMES_MAX frames a tokenizer.
 */
export function* chatFrame(tokenizer: LoadedTokenizer, options: ChatFrameOptions): Encoding<ChatFrame> {
  const known = frames.get(tokenizer) ?? new Map<string, ChatFrame>();
  frames.set(tokenizer, known);
  const key = frameKey(tokenizer, options);
  const before = known.get(key);
  if (before !== undefined) return before;
  const frame = yield* makeFrame(tokenizer, options);
  if (known.size >= FRAMES_MAX) for (const oldest of known.keys().take(1)) known.delete(oldest);
  known.set(key, frame);
  return frame;
}

function frameKey(tokenizer: LoadedTokenizer, options: ChatFrameOptions): string {
  const { firstLine, lastLine, askedAt, args, chat } = options;
  const timed = chat && tokenizer.chatTemplate !== null && usesClock(tokenizer.chatTemplate);
  return JSON.stringify([firstLine, lastLine, chat ? (args ?? {}) : null, timed ? Math.floor(askedAt / DAY_MS) : null]);
}

function* makeFrame(tokenizer: LoadedTokenizer, options: ChatFrameOptions): Encoding<ChatFrame> {
  const { firstLine, lastLine, chat } = options;
  const { headText, tailText } = chat ? chatTexts(tokenizer, options) : rawTexts(tokenizer, options);
  const [head, before, tail] = yield [
    trusted(headText, headText.length - firstLine.length - 1),
    trusted(BEFORE_TAIL),
    trusted(BEFORE_TAIL + tailText, BEFORE_TAIL.length + lastLine.length),
  ];
  if (head === undefined || before === undefined || tail === undefined) throw new Error('a frame was not encoded');
  if (before.ids.some((id, i) => tail.ids[i] !== id)) {
    const joining = `tokenizer ${tokenizer.id} joins ${JSON.stringify(tailText)} with the line before it`;
    throw new BrewhouseError('tokenizer_refused', joining, {
      remedy: 'segments cannot be joined with this tokenizer; use another',
    });
  }
  const tailIds = tail.ids.slice(before.ids.length);
  const { head: inHead, tail: inTail } = controlsIn(tokenizer, head.ids, tailIds);
  const headFrom = inHead === 0 ? 0 : head.spanOf(inHead - 1).to;
  const tailEnd = inTail === tailIds.length ? undefined : tail.spanOf(before.ids.length + inTail).from;
  return {
    head: head.ids,
    tail: tailIds,
    headText,
    tailText,
    plain: {
      head: headText.slice(headFrom),
      tail: tailText.slice(0, tailEnd === undefined ? undefined : tailEnd - BEFORE_TAIL.length),
    },
    headFrame: beginning(head),
    // Without a template no frame follows the last line: its line end is its own.
    tailLine: chat ? beginning(tail) - before.ids.length : tailIds.length,
    end: Int32Array.of(chat ? yield* endOfTurn(tokenizer, options) : tokenizer.eosId),
  };
}

/**
 * Comes before the tail while it is encoded: the tail begins as a continuation and may end in
 * control tokens, and `trusted` would prefix it as it prefixes every beginning.
 */
const BEFORE_TAIL = '.\n';

/** Trusted text, and which of its tokens begin below `length` (ORIGIN-1). */
function trusted(text: string, length = 0): EncodeRequest {
  return { as: 'trusted', text, ranges: [{ from: 0, to: length }] };
}

/** Number of tokens that begin below the length asked for. */
function beginning({ runs }: Encoded): number {
  return intAt(runs, 1);
}

/**
 * The end token (FRAME-3). A config's eos token need not be what ends a turn: Llama 3 says
 * `<|end_of_text|>` and ends turns with `<|eot_id|>`.
 */
function* endOfTurn(tokenizer: LoadedTokenizer, options: ChatFrameOptions): Encoding<number> {
  const rendered = renderChat(tokenizer, { user: 'question', assistant: SENTINEL }, options);
  const after = rendered.slice(rendered.lastIndexOf(SENTINEL) + SENTINEL.length);
  const { ids } = yield* encoded(trusted(after));
  return ids.find((id) => tokenizer.controlIds.has(id)) ?? tokenizer.eosId;
}

/** Tokens of the head up to and with its last control token, and of the tail before its first. */
export function controlsIn({ controlIds }: Pick<LoadedTokenizer, 'controlIds'>, head: Int32Array, tail: Int32Array) {
  const first = tail.findIndex((id) => controlIds.has(id));
  return { head: head.findLastIndex((id) => controlIds.has(id)) + 1, tail: first < 0 ? tail.length : first };
}

/** Without a chat template (FRAME-2). */
function rawTexts(tokenizer: LoadedTokenizer, options: ChatFrameOptions): { headText: string; tailText: string } {
  const bos = tokenizer.beginsWithBos ? (tokenizer.specialTexts.bos_token ?? '') : '';
  return { headText: `${bos}${options.firstLine}\n`, tailText: `${options.lastLine}\n` };
}

function chatTexts(tokenizer: LoadedTokenizer, options: ChatFrameOptions): { headText: string; tailText: string } {
  const { firstLine, lastLine } = options;
  const rendered = renderChat(tokenizer, { user: `${firstLine}\n${SENTINEL}\n${lastLine}` }, options);
  const parts = rendered.split(`${SENTINEL}\n`);
  const [headText = '', tailText = ''] = parts;
  if (parts.length !== 2 || !headText.endsWith(`${firstLine}\n`) || !tailText.startsWith(lastLine)) {
    throw new BrewhouseError('tokenizer_refused', `the chat template of ${tokenizer.id} changes the user message`, {
      place: { field: 'chat_template' },
      remedy: 'the message must stand in the rendered text once, as it is; set chat_template: false',
    });
  }
  return { headText, tailText };
}

/** What follows `tail` comes right after a control token. */
export function endsInControl(tokenizer: LoadedTokenizer, tail: Int32Array): boolean {
  const end = tail.at(-1);
  return end !== undefined && tokenizer.controlIds.has(end);
}

/**
 * The answers after a frame's tail, each as one piece of untrusted text (TOKEN-3); `ChatFrame.end`
 * follows them.
 */
export function* encodeAnswers(
  tokenizer: LoadedTokenizer,
  tail: Int32Array,
  answers: readonly string[],
): Encoding<Int32Array[]> {
  const as = endsInControl(tokenizer, tail) ? 'afterControl' : 'continuation';
  return (yield answers.map((text) => ({ as, text, ranges: [] }) as const)).map(({ ids }) => ids);
}
