/** A real tokenizer behind the reference's port. */
import type { CorpusIdentity } from '../../../schemas/manifest.ts';
import type { TokenizerSpec } from '../../../schemas/recipe.ts';
import { DAY_MS } from '../events/raw-times.ts';
import type { ReferenceFrame, ReferenceTokenizer } from '../reference/tokenizer-port.ts';
import { renderFrame } from './chat-frame.ts';
import { readTokenizerFiles, type TokenizerFiles } from './tokenizer-files.ts';
import type { Reading } from './tokenizer-worker.ts';
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
  return tokenizerOf(files, thread, chat, args);
}

/** Text before and behind first and last line, and whether each day has its own. */
interface Framing {
  texts(first: string, last: string, askedAt: number): { before: string; behind: string };
  daily: boolean;
}

function framingOf(files: TokenizerFiles, chat: string | undefined, args: Record<string, unknown>): Framing {
  if (chat === undefined) return { texts: () => ({ before: files.bos ?? '', behind: '\n' }), daily: false };
  const { bos, eos } = files;
  return {
    texts: (first, last, askedAt) => renderFrame(chat, { first, last }, { askedAt, args, bos, eos }),
    daily: chat.includes('strftime_now'),
  };
}

function tokenizerOf(
  files: TokenizerFiles,
  thread: TokenizingThread,
  chat: string | undefined,
  args: Record<string, unknown>,
): LoadedReferenceTokenizer {
  const framing = framingOf(files, chat, args);
  const controlIds = new Set(files.added.map(({ id }) => id));
  const endId = files.added.find(({ content }) => content === files.eos)?.id;
  if (endId === undefined) throw new Error(`the end token ${files.eos} is not among the added tokens`);
  const one = (reading: Reading, text: string, withOffsets = false) =>
    thread.encode({ reading, texts: [text], withOffsets })[0]!;
  const frames = new Map<string, ReferenceFrame>();
  const answers = new Map<string, ArrayLike<number>>();
  let answerReading: Reading | undefined;

  const frame = (first: string, last: string, askedAt: number): ReferenceFrame => {
    const day = framing.daily ? Math.floor(askedAt / DAY_MS) : 0;
    const name = [first, last, day].join('\u001f');
    let made = frames.get(name);
    if (made === undefined) {
      const { before, behind } = framing.texts(first, last, askedAt);
      const head = one('full', `${before}${first}\n`, true);
      // Behind a line end, text of ours is a continuation of the lines: no sentencepiece prefix may stand there.
      const tail = encodeTail(last, behind);
      made = {
        head: head.ids,
        tail: tail.ids,
        headControl: tokensBefore(head.offsets!, codePoints(before)),
        tailLine: tail.lineTokens,
      };
      frames.set(name, made);
    }
    return made;
  };

  /** The last line and what follows it, by the full tokenizer, as they are behind a line end. */
  const encodeTail = (last: string, behind: string): { ids: Int32Array; lineTokens: number } => {
    const lead = 'x\n';
    const { ids, offsets } = one('full', `${lead}${last}${behind}`, true);
    const skipped = tokensBefore(offsets!, codePoints(lead));
    const inLine = tokensBefore(offsets!, codePoints(lead + last));
    return { ids: ids.slice(skipped), lineTokens: chat === undefined ? ids.length - skipped : inLine - skipped };
  };

  return {
    encode: (text) => one('content', text).ids,
    encodeAnswer(text) {
      let ids = answers.get(text);
      if (ids === undefined) {
        if (answerReading === undefined) {
          const { tail } = frame('First', 'Last', 0);
          answerReading = chat !== undefined && controlIds.has(tail[tail.length - 1]!) ? 'start' : 'content';
        }
        ids = one(answerReading, text).ids;
        answers.set(text, ids);
      }
      return ids;
    },
    frame,
    endId,
    controlIds,
    offsets(text) {
      const { offsets } = one('content', text, true);
      return utf16Offsets(text, offsets!);
    },
    encodeWhole(lines, askedAt) {
      const middle = lines
        .slice(1, -1)
        .map((line) => `${line}\n`)
        .join('');
      const [first, last] = [lines[0]!, lines.at(-1)!];
      const { before, behind } = framing.texts(first, last, askedAt);
      const looksLikeControl = files.added.some(({ content }) => middle.includes(content));
      if (looksLikeControl) return undefined;
      return one('full', `${before}${first}\n${middle}${last}${behind}`).ids;
    },
    close: () => thread.close(),
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
