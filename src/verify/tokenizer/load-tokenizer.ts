/** A real tokenizer behind the reference's port. */
import type { CorpusIdentity } from '../../../schemas/manifest.ts';
import type { TokenizerSpec } from '../../../schemas/recipe.ts';
import { DAY_MS } from '../events/raw-times.ts';
import type { ReferenceFrame, ReferenceTokenizer } from '../reference/tokenizer-port.ts';
import { renderEnding, renderFrame } from './chat-frame.ts';
import { readTokenizerFiles, type TokenizerFiles } from './tokenizer-files.ts';
import type { Encoded, Reading } from './tokenizer-worker.ts';
import { startTokenizingThread, type TokenizingThread } from './tokenizing-thread.ts';

export interface LoadedReferenceTokenizer extends ReferenceTokenizer {
  readonly controlIds: ReadonlySet<number>;
  offsets(text: string): ArrayLike<number>;
  encodeWhole(lines: readonly string[], askedAt: number): ArrayLike<number> | undefined;
  close(): Promise<void>;
}

/**
 * Loads the tokenizer that a corpus was rendered with; `path` overrides where it lies. Throws `tokenizer_refused` where its
 * files are missing or others.
 */
export function loadReferenceTokenizer(identity: CorpusIdentity, path?: string): LoadedReferenceTokenizer {
  const section = identity.section as { tokenizer: TokenizerSpec; chat_template?: unknown };
  const spec = path === undefined ? section.tokenizer : { path, sha256: identity.tokenizer.sha256 };
  const files = readTokenizerFiles(spec, identity.tokenizer);
  const thread = startTokenizingThread(files.readings);
  const chat = section.chat_template === false ? undefined : files.chatTemplate;
  const args = typeof section.chat_template === 'object' ? (section.chat_template as Record<string, unknown>) : {};
  return tokenizerOf(files, thread, framingOf(files, chat, args));
}

/** Text before and behind first and last line. */
interface Framing {
  texts(first: string, last: string, askedAt: number): { before: string; behind: string };
  /** What the chat template puts behind an answer; empty: none. */
  readonly ending: string;
  /** Whether a chat template makes it, and whether it tells the day. */
  readonly chat: boolean;
  readonly daily: boolean;
}

function framingOf(files: TokenizerFiles, chat: string | undefined, args: Record<string, unknown>): Framing {
  const { bos, eos } = files;
  if (chat === undefined) {
    return { texts: () => ({ before: bos ?? '', behind: '\n' }), ending: '', chat: false, daily: false };
  }
  return {
    texts: (first, last, askedAt) => renderFrame(chat, { first, last }, { askedAt, args, bos, eos }),
    ending: renderEnding(chat, { askedAt: 0, args, bos, eos }),
    chat: true,
    daily: chat.includes('strftime_now'),
  };
}

type EncodeOne = (reading: Reading, text: string, withOffsets?: boolean) => Encoded;

function tokenizerOf(files: TokenizerFiles, thread: TokenizingThread, framing: Framing): LoadedReferenceTokenizer {
  const controlIds = new Set(files.added.map(({ id }) => id));
  const one: EncodeOne = (reading, text, withOffsets = false) =>
    thread.encode({ reading, texts: [text], withOffsets })[0]!;
  const eosId = files.added.find(({ content }) => content === files.eos)?.id;
  const endId = one('full', framing.ending).ids.find((id) => controlIds.has(id)) ?? eosId;
  if (endId === undefined) throw new Error(`the end token ${files.eos} is not among the added tokens`);
  const frames = new Map<string, ReferenceFrame>();
  const frame = (first: string, last: string, askedAt: number): ReferenceFrame => {
    const day = framing.daily ? Math.floor(askedAt / DAY_MS) : 0;
    return remember(frames, [first, last, day].join('\u001f'), () => frameOf(framing, one, { first, last, askedAt }));
  };
  const answers = new Map<string, ArrayLike<number>>();
  const lines = lineCache(thread);
  return {
    ...{ frame, endId, controlIds },
    encode: (text) => lines.of(text).ids,
    prepare: lines.prepare,
    encodeAnswer: (text) =>
      remember(answers, text, () => {
        const { tail } = frame('First', 'Last', 0);
        const behindControl = framing.chat && controlIds.has(tail[tail.length - 1]!);
        return one(behindControl ? 'start' : 'content', text).ids;
      }),
    offsets: (text) => utf16Offsets(text, lines.of(text).offsets!),
    encodeWhole(lines, askedAt) {
      const middle = lines.slice(1, -1).map((line) => `${line}\n`);
      const [first, last] = [lines[0]!, lines.at(-1)!];
      const { before, behind } = framing.texts(first, last, askedAt);
      const text = middle.join('');
      if (files.added.some(({ content }) => text.includes(content))) return undefined;
      return one('full', `${before}${first}\n${text}${last}${behind}`).ids;
    },
    close: () => thread.close(),
  };
}

/** Encoded lines that are kept: they are asked for again within a few cuts, and by the check of their fields. */
const LINES_KEPT_MAX = 50_000;

function lineCache(thread: TokenizingThread) {
  const kept = new Map<string, Encoded>();
  const prepare = (texts: readonly string[]) => {
    const fresh = texts.filter((text) => !kept.has(text));
    if (fresh.length === 0) return;
    if (kept.size > LINES_KEPT_MAX) kept.clear();
    const encoded = thread.encode({ reading: 'content', texts: fresh, withOffsets: true });
    for (const [index, text] of fresh.entries()) kept.set(text, encoded[index]!);
  };
  const of = (text: string): Encoded => {
    const known = kept.get(text);
    if (known !== undefined) return known;
    prepare([text]);
    return kept.get(text)!;
  };
  return { prepare, of };
}

function remember<T>(made: Map<string, T>, name: string, make: () => T): T {
  const known = made.get(name) ?? make();
  made.set(name, known);
  return known;
}

function frameOf(
  framing: Framing,
  one: EncodeOne,
  { first, last, askedAt }: { first: string; last: string; askedAt: number },
): ReferenceFrame {
  const { before, behind } = framing.texts(first, last, askedAt);
  const head = one('full', `${before}${first}\n`, true);
  // Behind a line end, text of ours is a continuation of the lines: no sentencepiece prefix may stand there.
  const lead = 'x\n';
  const tail = one('full', `${lead}${last}${behind}`, true);
  const skipped = tokensBefore(tail.offsets!, codePoints(lead));
  const lineEnd = framing.chat ? tokensBefore(tail.offsets!, codePoints(lead + last)) : tail.ids.length;
  return {
    head: head.ids,
    tail: tail.ids.slice(skipped),
    headControl: tokensBefore(head.offsets!, codePoints(before)),
    tailLine: lineEnd - skipped,
  };
}

/** How many tokens begin before a code point. */
function tokensBefore(offsets: Int32Array, end: number): number {
  let count = 0;
  while (count * 2 < offsets.length && offsets[count * 2]! < end) count++;
  return count;
}

function codePoints(text: string): number {
  return [...text].length;
}

/** The library counts code points, JavaScript UTF-16 units. */
function utf16Offsets(text: string, offsets: Int32Array): Int32Array {
  const places = [0];
  for (const character of text) places.push(places.at(-1)! + character.length);
  return offsets.map((place) => places[Math.min(place, places.length - 1)]!);
}
