/** A real tokenizer behind the reference's port. */
import { numberAt, present, remember } from '../checked.ts';
import { DAY_MS } from '../events/raw-times.ts';
import type { Identity } from '../identity/identity.ts';
import type { EncodedLine, ReferenceFrame, ReferenceTokenizer } from '../world/tokenizer-port.ts';
import { renderEnding, renderFrame } from './chat-frame.ts';
import { readTokenizerFiles, refused, type TokenizerFiles } from './tokenizer-files.ts';
import type { EncodedTexts, Reading, TokenizingLink } from './tokenizer-worker.ts';
import { joinTokenizingThread, startTokenizingThread, type TokenizingThread } from './tokenizing-thread.ts';

/** A tokenizer with its thread, which must be closed. */
export interface LoadedReferenceTokenizer extends ReferenceTokenizer {
  readonly controlIds: ReadonlySet<number>;
  readonly vocabularySize: number;
  encodeWhole(lines: readonly string[], askedAt: number): ArrayLike<number> | undefined;
  /** The text of ids, control tokens as they are spelled; ids that no token has are left out. */
  decode(ids: Int32Array): string;
  close(): Promise<void>;
}

/** The tokenizer of the thread that loaded it, which others may share. */
export interface OwnTokenizer extends LoadedReferenceTokenizer {
  share(): SharedTokenizer;
}

/** What another thread needs to use a loaded tokenizer; its port is to be transferred. */
export interface SharedTokenizer {
  readonly link: TokenizingLink;
  readonly facts: TokenizerFacts;
  readonly chat: string | undefined;
  readonly args: ReadonlyMap<string, unknown>;
}

/** What is small of a tokenizer's files. */
type TokenizerFacts = Omit<TokenizerFiles, 'readings'> & { readonly inFrame: TokenizerFiles['added'] };

/**
 * Loads the tokenizer that a corpus was rendered with; `path` overrides where it lies. Throws
 * `tokenizer_refused` where its files are missing or others (TOKEN-1).
 */
export function loadReferenceTokenizer(identity: Identity, path?: string): OwnTokenizer {
  const { tokenizer, chat_template: chat } = identity.section;
  const { readings, ...files } = readTokenizerFiles(path === undefined ? tokenizer : { path }, identity.tokenizer);
  if (chat.isUsed && files.chatTemplate === undefined && files.hasChatTemplate) {
    const remedy = 'use the tokenizer_config.json that the release was made with';
    throw refused('the tokenizer has a chat template, the release was made without one', { remedy });
  }
  const template = chat.isUsed ? files.chatTemplate : undefined;
  const framing = framingOf(files, template, chat.args);
  const { before, behind } = framing.texts('First', 'Last', 0);
  const frame = [before, behind, framing.ending].join('\n');
  const thread = startTokenizingThread({ files: readings(frame), added: files.added.map(({ id }) => id) });
  const facts = { ...files, inFrame: files.added.filter(({ content }) => frame.includes(content)) };
  const loaded = tokenizerOf(facts, thread, framing);
  requireSame(identity.tokenizer, files, loaded.endId);
  return { ...loaded, share: () => ({ link: thread.link(), facts, chat: template, args: chat.args }) };
}

/** A tokenizer that another thread has loaded. */
export function joinReferenceTokenizer({ link, facts, chat, args }: SharedTokenizer): LoadedReferenceTokenizer {
  return tokenizerOf(facts, joinTokenizingThread(link), framingOf(facts, chat, args));
}

/**
 * The special tokens are those of the identity: no hash names tokenizer_config.json (NAME-2).
 * Throws `tokenizer_refused`.
 */
function requireSame(wanted: Identity['tokenizer'], files: Omit<TokenizerFiles, 'readings'>, end: number): void {
  const { added, bos, bosNamed, eos, pad } = files;
  const idOf = (content: string | undefined) => added.find((token) => token.content === content)?.id ?? null;
  for (const [name, found, told] of [
    ['bos', idOf(bosNamed), wanted.bos] as const,
    ['bos at the begin of a text', idOf(bos), wanted.add_bos ? wanted.bos : null] as const,
    ['eos', idOf(eos), wanted.eos] as const,
    ['pad', idOf(pad), wanted.pad] as const,
    ['end', end, wanted.end] as const,
  ]) {
    if (found === told) continue;
    const remedy = 'use the tokenizer_config.json that the release was made with';
    throw refused(`the ${name} token is ${found}, the release was made with ${told}`, { remedy });
  }
}

type Framing = ReturnType<typeof framingOf>;

/**
 * Text before and after first and last line; what the chat template puts after an answer (`ending`,
 * empty where there is none); whether a chat template makes it, and whether it tells the day.
 * Without one the bos token is before the lines and a line end after them (FRAME-2).
 */
function framingOf(
  { bos, eos }: Pick<TokenizerFiles, 'bos' | 'eos'>,
  chat: string | undefined,
  args: ReadonlyMap<string, unknown>,
) {
  if (chat === undefined) {
    return { texts: () => ({ before: bos ?? '', behind: '\n' }), ending: '', chat: false, daily: false };
  }
  const options = { args: Object.fromEntries(args), bos, eos };
  return {
    texts: (first: string, last: string, askedAt: number) =>
      renderFrame(chat, { first, last }, { ...options, askedAt }),
    ending: renderEnding(chat, { ...options, askedAt: 0 }),
    chat: true,
    daily: chat.includes('strftime_now'),
  };
}

type FramedLines = { readonly first: string; readonly last: string; readonly askedAt: number };
type EncodeOne = (reading: Reading, text: string, withOffsets?: boolean) => EncodedTexts;

/** The end token is the first control token of the ending, or eos (FRAME-3). */
function tokenizerOf(
  { added, inFrame, eos, vocabularySize }: TokenizerFacts,
  thread: TokenizingThread,
  framing: Framing,
) {
  const controlIds = new Set(added.map(({ id }) => id));
  const one: EncodeOne = (reading, text, withOffsets = false) => thread.encode({ reading, texts: [text], withOffsets });
  const eosId = added.find(({ content }) => content === eos)?.id;
  const endId = one('full', framing.ending).ids.find((id) => controlIds.has(id)) ?? eosId;
  if (endId === undefined) throw refused(`the end token ${eos} is not among the added tokens`);
  const frames = new Map<string, ReferenceFrame>();
  const frame = (first: string, last: string, askedAt: number): ReferenceFrame => {
    const day = framing.daily ? Math.floor(askedAt / DAY_MS) : 0;
    return remember(frames, [first, last, day].join('\u001f'), () => frameOf(framing, one, { first, last, askedAt }));
  };
  const answers = new Map<string, ArrayLike<number>>();
  return {
    frame,
    endId,
    controlIds,
    vocabularySize,
    encode: (text: string) => one('content', text).ids,
    encodeLines: (texts: readonly string[]) => encodeLines(thread, texts),
    encodeAnswer: (text: string) =>
      remember(answers, text, () => {
        const { tail } = frame('First', 'Last', 0);
        const behindControl = framing.chat && controlIds.has(numberAt(tail, tail.length - 1));
        return one(behindControl ? 'start' : 'content', text).ids;
      }),
    encodeWhole(lines: readonly string[], askedAt: number) {
      const middle = lines.slice(1, -1).map((line) => `${line}\n`);
      const [first, last] = [present(lines[0], 'the first line'), present(lines.at(-1), 'the last line')];
      const { before, behind } = framing.texts(first, last, askedAt);
      const text = middle.join('');
      if (inFrame.some(({ content }) => text.includes(content))) return undefined;
      return one('full', `${before}${first}\n${text}${last}${behind}`).ids;
    },
    decode: (ids: Int32Array) =>
      thread.decode({ ids, spelled: new Map(added.map(({ id, content }) => [id, content])) }),
    close: () => thread.close(),
  };
}

/**
 * Texts that cross to the thread at once: the library holds some hundred bytes a token until they
 * are collected.
 */
const TEXTS_MAX = 1_000;

function encodeLines(thread: TokenizingThread, texts: readonly string[]): EncodedLine[] {
  const lines: EncodedLine[] = [];
  for (let from = 0; from < texts.length; from += TEXTS_MAX) {
    const some = texts.slice(from, from + TEXTS_MAX);
    const { ids, offsets, ends } = thread.encode({ reading: 'content', texts: some, withOffsets: true });
    for (const [index, text] of some.entries()) {
      const [begin, end] = [index === 0 ? 0 : numberAt(ends, index - 1), numberAt(ends, index)];
      const inUnits = utf16Offsets(text, offsets.subarray(begin * 2, end * 2));
      lines.push({ ids: ids.subarray(begin, end), offsets: inUnits });
    }
  }
  return lines;
}

function frameOf(framing: Framing, one: EncodeOne, { first, last, askedAt }: FramedLines): ReferenceFrame {
  const { before, behind } = framing.texts(first, last, askedAt);
  const head = one('full', `${before}${first}\n`, true);
  // After a line end, text of ours is a continuation of the lines: no sentencepiece prefix may
  // be there.
  const lead = 'x\n';
  const tail = one('full', `${lead}${last}${behind}`, true);
  const skipped = tokensBefore(tail.offsets, codePoints(lead));
  const lineEnd = framing.chat ? tokensBefore(tail.offsets, codePoints(lead + last)) : tail.ids.length;
  return {
    head: head.ids,
    tail: tail.ids.slice(skipped),
    headControl: tokensBefore(head.offsets, codePoints(before)),
    tailLine: lineEnd - skipped,
  };
}

/** How many tokens begin before a code point. */
function tokensBefore(offsets: Int32Array, end: number): number {
  let count = 0;
  while (count * 2 < offsets.length && numberAt(offsets, count * 2) < end) count++;
  return count;
}

const codePoints = (text: string): number => [...text].length;

const SURROGATE = /[\ud800-\udfff]/;

/** The library counts code points, JavaScript UTF-16 units. */
function utf16Offsets(text: string, offsets: Int32Array): Int32Array {
  if (!SURROGATE.test(text)) return offsets;
  let end = 0;
  const ends = [0, ...Array.from(text, (character) => (end += character.length))];
  return offsets.map((points) => numberAt(ends, Math.min(points, ends.length - 1)));
}
