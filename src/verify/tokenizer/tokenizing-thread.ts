/** Asks the tokenizing thread and waits for its answer. */
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { BrewhouseError, unpackError } from '../../errors.ts';
import type {
  DecodedText,
  DecodeRequest,
  EncodedTexts,
  EncodeRequest,
  Reading,
  Reply,
  TokenizingLink,
  WorkerSetup,
} from './tokenizer-worker.ts';

/** What a thread that encodes texts is asked. */
export interface TokenizingThread {
  /**
   * The encodings of texts, in their order. Blocks until they are there. Throws `tokenizer_refused`
   * where it fails.
   */
  encode(request: EncodeRequest): EncodedTexts;
  /** The text of ids. Blocks and throws as `encode`. */
  decode(request: DecodeRequest): string;
  close(): Promise<void>;
}

/** The thread, as the one has it that started it. */
export interface StartedThread extends TokenizingThread {
  /** A link for another thread, which gets its port transferred. */
  link(): TokenizingLink;
}

/**
 * Loading a vocabulary takes seconds, on a busy machine more; a thread that says nothing for this
 * long is dead.
 */
const SILENCE_MS_MAX = 120_000;
/** How long one wait lasts before the answer is looked for again. */
const WAIT_MS = 1_000;

/**
 * Encodings live outside the heap until the small objects that stand for them are collected: so
 * collect often.
 */
const YOUNG_MB = 4;

/** What a thread encodes by. */
export interface TokenizerTexts {
  /** tokenizer.json by reading. */
  readonly files: Readonly<Record<Reading, string>>;
  /** Ids of its added tokens. */
  readonly added: readonly number[];
}

/** Starts the thread; `script` is the worker's file. */
export function startTokenizingThread({ files, added }: TokenizerTexts, script: URL = workerFile()): StartedThread {
  const { own, other } = linkPair();
  const different = [...new Set(Object.values(files))];
  const fileOf = { full: 0, start: 0, content: 0 } satisfies Record<Reading, number>;
  for (const reading of Object.keys(fileOf) as Reading[]) fileOf[reading] = different.indexOf(files[reading]);
  const setup: WorkerSetup = { ...other, files: different, fileOf, added };
  const worker = new Worker(script, {
    workerData: setup,
    transferList: [other.port],
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  });
  worker.unref();
  return {
    ...joinTokenizingThread(own),
    link() {
      const { own: others, other: theirs } = linkPair();
      own.port.postMessage(theirs, [theirs.port]);
      return others;
    },
    async close() {
      own.port.close();
      await worker.terminate();
    },
  };
}

function linkPair(): Readonly<Record<'own' | 'other', TokenizingLink>> {
  const { port1, port2 } = new MessageChannel();
  const state = new Int32Array(new SharedArrayBuffer(8));
  return { own: { port: port1, state }, other: { port: port2, state } };
}

/** Asks by a link: the thread is another one's to close. */
export function joinTokenizingThread({ port, state }: TokenizingLink): TokenizingThread {
  port.unref();
  /** A wait may end early or the answer come a moment after the wake: so look, and wait again. */
  const answer = <T extends EncodedTexts | DecodedText>(): T => {
    for (let silent = 0; silent < SILENCE_MS_MAX; ) {
      const answered = Atomics.load(state, 0);
      const ended = Atomics.load(state, 1) === 1;
      const reply = receiveMessageOnPort(port)?.message as Reply<T> | undefined;
      if (reply !== undefined) {
        if ('failure' in reply) throw refused(reply.failure.message, unpackError(reply.failure));
        return reply;
      }
      if (ended) throw refused('its thread has ended');
      if (Atomics.wait(state, 0, answered, WAIT_MS) === 'timed-out') silent += WAIT_MS;
    }
    throw refused(`its thread has said nothing for ${SILENCE_MS_MAX / 1_000} seconds`);
  };
  return {
    encode(request) {
      port.postMessage(request);
      return answer<EncodedTexts>();
    },
    decode(request) {
      port.postMessage(request);
      return answer<DecodedText>().text;
    },
    async close() {
      port.close();
    },
  };
}

function refused(what: string, cause?: Error): BrewhouseError {
  return new BrewhouseError('tokenizer_refused', `the tokenizer failed: ${what}`, { cause });
}

/** Source in development, compiled in the package. */
function workerFile(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './tokenizer-worker.ts' : './tokenizer-worker.js', import.meta.url);
}
