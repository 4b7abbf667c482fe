/** A thread that tokenizes for the checker: the library answers with promises, the reference reads better without. */
import { type MessagePort, workerData } from 'node:worker_threads';
import type { Tokenizer } from 'tokenizers';
import { type PackedError, packError } from '../../errors.ts';

/** How a text is read: `content` and `start` know no control tokens; `start` is right behind one; `full` is for our own text. */
export type Reading = 'content' | 'start' | 'full';

export interface WorkerSetup {
  readonly port: MessagePort;
  /** [answers given, 1 once the thread has ended]; the asking thread waits on the first. */
  readonly state: Int32Array;
  /** The different tokenizer.json files, and which of them each reading is. */
  readonly files: string[];
  readonly fileOf: Readonly<Record<Reading, number>>;
}

export interface EncodeRequest {
  readonly reading: Reading;
  readonly texts: readonly string[];
  readonly withOffsets: boolean;
}

/** The encodings of several texts behind one another: one buffer crosses threads faster than thousands of small ones. */
export interface EncodedTexts {
  readonly ids: Int32Array<ArrayBuffer>;
  /** Begin and end of each token in code points of its text, where wanted: [from, to, from, to ...]; else empty. */
  readonly offsets: Int32Array<ArrayBuffer>;
  /** Where in `ids` each text's tokens end. */
  readonly ends: Int32Array<ArrayBuffer>;
}

export type EncodeReply = EncodedTexts | { readonly failure: PackedError };

const { port, state, files, fileOf } = workerData as WorkerSetup;
const tokenizers = new Map<number, Tokenizer>();

/** Readings of one file share one tokenizer: a vocabulary takes a hundred megabytes. */
async function tokenizerFor(reading: Reading): Promise<Tokenizer> {
  const file = fileOf[reading];
  const known = tokenizers.get(file);
  if (known !== undefined) return known;
  // Loaded here, so that a library that cannot be loaded is an answer and not a silence.
  const { Tokenizer } = await import('tokenizers');
  const tokenizer = Tokenizer.fromString(files[file]!);
  files[file] = '';
  tokenizers.set(file, tokenizer);
  return tokenizer;
}

async function encode({ reading, texts, withOffsets }: EncodeRequest): Promise<EncodeReply> {
  try {
    const tokenizer = await tokenizerFor(reading);
    const found = await tokenizer.encodeBatch([...texts], { addSpecialTokens: false });
    const idsOf = found.map((encoding) => encoding.getIds());
    const ends = new Int32Array(found.length);
    let count = 0;
    for (const [index, ids] of idsOf.entries()) {
      count += ids.length;
      ends[index] = count;
    }
    const ids = new Int32Array(count);
    const offsets = new Int32Array(withOffsets ? count * 2 : 0);
    for (const [index, encoding] of found.entries()) {
      let at = index === 0 ? 0 : ends[index - 1]!;
      ids.set(idsOf[index]!, at);
      if (!withOffsets) continue;
      for (const [from, to] of encoding.getOffsets()) {
        offsets[at * 2] = from!;
        offsets[at * 2 + 1] = to!;
        at++;
      }
    }
    return { ids, offsets, ends };
  } catch (error) {
    return { failure: packError(error) };
  }
}

function wake(): void {
  Atomics.add(state, 0, 1);
  Atomics.notify(state, 0);
}

process.on('exit', () => {
  Atomics.store(state, 1, 1);
  wake();
});

port.on('message', async (request: EncodeRequest) => {
  const reply = await encode(request);
  port.postMessage(reply, 'failure' in reply ? [] : [reply.ids.buffer, reply.offsets.buffer, reply.ends.buffer]);
  wake();
});
