/** A thread that tokenizes for the checker: the library answers with promises, the reference reads better without. */
import { type MessagePort, workerData } from 'node:worker_threads';
import { Tokenizer } from 'tokenizers';

/** How a text is read: `content` and `start` know no control tokens; `start` is right behind one; `full` is for our own text. */
export type Reading = 'content' | 'start' | 'full';

export interface WorkerSetup {
  readonly port: MessagePort;
  /** Counts answers; the asking thread waits on it. */
  readonly answered: Int32Array;
  /** tokenizer.json by reading. */
  readonly files: Readonly<Record<Reading, string>>;
}

export interface EncodeRequest {
  readonly reading: Reading;
  readonly texts: readonly string[];
  readonly withOffsets: boolean;
}

/** One text's ids, and where wanted begin and end of each token in code points. */
export interface Encoded {
  readonly ids: Int32Array;
  readonly offsets: Int32Array | undefined;
}

export type EncodeReply = { readonly encoded: readonly Encoded[] } | { readonly failure: string };

const { port, answered, files } = workerData as WorkerSetup;
const tokenizers = new Map<Reading, Tokenizer>();

function tokenizerFor(reading: Reading): Tokenizer {
  const tokenizer = tokenizers.get(reading) ?? Tokenizer.fromString(files[reading]);
  tokenizers.set(reading, tokenizer);
  return tokenizer;
}

async function encode({ reading, texts, withOffsets }: EncodeRequest): Promise<EncodeReply> {
  try {
    const found = await tokenizerFor(reading).encodeBatch([...texts], { addSpecialTokens: false });
    return {
      encoded: found.map((encoding) => ({
        ids: Int32Array.from(encoding.getIds()),
        offsets: withOffsets ? Int32Array.from(encoding.getOffsets().flat()) : undefined,
      })),
    };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}

port.on('message', async (request: EncodeRequest) => {
  port.postMessage(await encode(request));
  Atomics.add(answered, 0, 1);
  Atomics.notify(answered, 0);
});
