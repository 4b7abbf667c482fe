/**
 * JOINED IDS ARE WHOLE-TEXT IDS (TOKEN-3): finished prompts are encoded again as one text; the
 * first difference stops the build.
 */
import { intAt, nth, present } from '../checked.ts';
import { BrewhouseError } from '../errors.ts';
import { type ChatFrame, controlsIn } from './chat-frame.ts';
import type { EncodeRequest } from './encode-rounds.ts';
import type { EncoderName, LoadedTokenizer } from './load-tokenizer.ts';

/** Prompts of a template that are compared by one gate: the first so many, all of them. */
export const GATE_FIRST = 8;
/** After the first, every 64th, while no more than GATE_EARLY were joined. */
export const GATE_EVERY = 64;
/** Prompts of a template up to which what is wrong with it, or with its texts, is met early. */
export const GATE_EARLY = 1_000;
/** After those, every 512th. */
export const GATE_LATE_EVERY = 512;

/** A prompt that was joined of segments. */
export interface JoinedPrompt {
  /** Id of its template. */
  readonly template: string;
  readonly ids: Int32Array;
  readonly frame: ChatFrame;
  /** Who encodes its whole text: the library, unless it is said. */
  readonly by?: EncoderName;
}

/** Compares a sample of the prompts. */
export interface JoiningGate {
  /**
   * Counts a prompt of this kind, a template of a task, and says who is to encode it, the library
   * the first of a kind; undefined: nobody is. Throws Error where there is no such kind.
   */
  takes(kind: string): EncoderName | undefined;
  /**
   * Has the prompts compared, when those before them are, and does not wait for it. Throws
   * `tokens_differ` at the first prompt before them that is not its whole text.
   */
  compare(prompts: readonly JoinedPrompt[]): Promise<void>;
  /** Waits for all that is compared. Throws as `compare`. */
  settle(): Promise<void>;
}

type GateTokenizer = Pick<LoadedTokenizer, 'id' | 'decode' | 'idsByLibrary' | 'encodeRequests' | 'controlIds'>;

/** What the gates of all threads of a build count in: prompts of each of so many kinds. */
export function createGateCounts(kinds: number): SharedArrayBuffer {
  return new SharedArrayBuffer(kinds * Int32Array.BYTES_PER_ELEMENT);
}

/** What a gate counts, and how it compares. */
export interface GateOptions {
  /** Every kind that there is, in an order that is the same in all threads. */
  readonly kinds: readonly string[];
  /** Of `createGateCounts`. */
  readonly counts: SharedArrayBuffer;
  /** `comparePrompts`, with a tokenizer of this thread or of another. */
  readonly compare: (prompts: readonly JoinedPrompt[]) => Promise<void>;
}

/**
 * Whole prompts are encoded at a tenth of the speed at which they are joined, hence not every one,
 * and after the first by the encoder of all texts, which the library judges by a draw of them.
 * Threads that share `counts` compare together as many as one would.
 */
export function createJoiningGate({ kinds, counts, compare }: GateOptions): JoiningGate {
  const seen = new Int32Array(counts);
  const numbers = new Map(kinds.map((kind, i) => [kind, i]));
  let comparing: Promise<void> = Promise.resolve();
  return {
    takes(kind) {
      const count = Atomics.add(seen, present(numbers.get(kind), `kind ${kind}`), 1) + 1;
      if (count <= GATE_FIRST) return 'library';
      const isTaken =
        count <= GATE_EARLY ? (count - GATE_FIRST) % GATE_EVERY === 0 : (count - GATE_EARLY) % GATE_LATE_EVERY === 0;
      return isTaken ? 'own' : undefined;
    },
    async compare(prompts) {
      if (prompts.length === 0) return;
      await comparing;
      comparing = compare(prompts);
      // Whoever waits for it next hears of it.
      comparing.catch(() => undefined);
    },
    settle: () => comparing,
  };
}

/** Throws `tokens_differ` at the first prompt that is not its whole text. */
export async function comparePrompts(tokenizer: GateTokenizer, prompts: readonly JoinedPrompt[]): Promise<void> {
  const plains = prompts.map((prompt) => plainPart(tokenizer, prompt));
  const [own, others] = [plains.filter(({ by }) => by === 'own'), plains.filter(({ by }) => by !== 'own')];
  const requests = (of: readonly PlainPart[]) => of.map(({ request }) => request);
  const [encoded, byLibrary] = await Promise.all([
    own.length === 0 ? [] : tokenizer.encodeRequests(requests(own)),
    others.length === 0 ? [] : tokenizer.idsByLibrary(requests(others)),
  ]);
  const wholes = new Map([
    ...encoded.map(({ ids }, i) => [nth(own, i), ids] as const),
    ...byLibrary.map((ids, i) => [nth(others, i), ids] as const),
  ]);
  for (const plain of plains) requireEqual(tokenizer, plain, present(wholes.get(plain), 'whole text'));
}

interface PlainPart extends Pick<JoinedPrompt, 'template' | 'by'> {
  /** Tokens of the prompt before it. */
  readonly from: number;
  readonly ids: Int32Array;
  readonly request: EncodeRequest;
}

/**
 * All between the frame's control tokens, as texts are encoded: one that reads as a token which the
 * tokenizer adds is plain text here too (TOKEN-2).
 */
function plainPart(tokenizer: GateTokenizer, { template, ids, frame, by = 'library' }: JoinedPrompt): PlainPart {
  const controls = controlsIn(tokenizer, frame.head, frame.tail);
  const lines = tokenizer.decode(ids.subarray(frame.head.length, ids.length - frame.tail.length));
  return {
    template,
    by,
    from: controls.head,
    ids: ids.subarray(controls.head, ids.length - frame.tail.length + controls.tail),
    request: {
      as: controls.head === 0 ? 'beginning' : 'afterControl',
      text: frame.plain.head + lines + frame.plain.tail,
      ranges: [],
    },
  };
}

function requireEqual(tokenizer: GateTokenizer, { template, ids, from }: PlainPart, whole: Int32Array): void {
  let token = 0;
  while (token < ids.length && token < whole.length && intAt(ids, token) === intAt(whole, token)) token++;
  if (token === ids.length && token === whole.length) return;
  const near = JSON.stringify(tokenizer.decode(ids.subarray(Math.max(0, token - 6), token + 6)));
  const prompt = `with the tokenizer ${tokenizer.id} a joined prompt of the template ${template}`;
  const message = `${prompt} differs from its whole text at token ${from + token}, near ${near}`;
  throw new BrewhouseError('tokens_differ', message);
}
