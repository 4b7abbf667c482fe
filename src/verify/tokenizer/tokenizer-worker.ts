/**
 * A thread that tokenizes for the checker: the library answers with promises, the reference reads
 * better without.
 */
import { type MessagePort, workerData } from 'node:worker_threads';
import type { Tokenizer } from 'tokenizers';
import { type PackedError, packError } from '../../errors.ts';
import { nth, remember } from '../checked.ts';

/**
 * How a text is read: `content` and `start` know no control tokens (TOKEN-2); `start` is right
 * after one; `full` is for our own text.
 */
export type Reading = 'content' | 'start' | 'full';

/** What a thread asks by. */
export interface TokenizingLink {
  readonly port: MessagePort;
  /** [answers given, 1 once the thread has ended]; the asking thread waits on the first. */
  readonly state: Int32Array;
}

/** What the thread is given when it starts. */
export interface WorkerSetup extends TokenizingLink {
  /** The different tokenizer.json files, and which of them each reading is. */
  readonly files: string[];
  readonly fileOf: Readonly<Record<Reading, number>>;
  /** Ids of all tokens that `full` may find as a whole. */
  readonly added: readonly number[];
}

/** Texts to encode in one go. */
export interface EncodeRequest {
  readonly reading: Reading;
  readonly texts: readonly string[];
  readonly withOffsets: boolean;
}

/**
 * The encodings of several texts in a row: one buffer crosses threads faster than thousands of
 * small ones.
 */
export interface EncodedTexts {
  readonly ids: Int32Array<ArrayBuffer>;
  /**
   * Begin and end of each token in code points of its text, where wanted: [from, to, from, to ...];
   * else empty.
   */
  readonly offsets: Int32Array<ArrayBuffer>;
  /** Where in `ids` each text's tokens end. */
  readonly ends: Int32Array<ArrayBuffer>;
}

/** Tokens whose text is wanted. */
export interface DecodeRequest {
  readonly ids: Int32Array;
  /** Texts of added tokens by id: `full` knows those of the frame alone. */
  readonly spelled: ReadonlyMap<number, string>;
}

/** The text of tokens; those that there are not have none. */
export interface DecodedText {
  readonly text: string;
}

/** The answer; a failure is the whole error, with stack and causes. */
export type Reply<T extends EncodedTexts | DecodedText> = T | { readonly failure: PackedError };

const { port, state, files, fileOf, added } = workerData as WorkerSetup;
const addedIds: ReadonlySet<number> = new Set(added);
const states: Int32Array[] = [];
/** Readings of one file share one tokenizer: a vocabulary takes a hundred megabytes. */
const tokenizers = new Map<number, Promise<Tokenizer>>();

async function load(file: number): Promise<Tokenizer> {
  // Loaded here, so that a library that cannot be loaded is an answer and not a silence.
  const { Tokenizer } = await import('tokenizers');
  const tokenizer = Tokenizer.fromString(files[file] ?? '');
  files[file] = '';
  return tokenizer;
}

function tokenizerFor(reading: Reading): Promise<Tokenizer> {
  const file = fileOf[reading];
  return remember(tokenizers, file, () => load(file));
}

async function decode({ ids, spelled }: DecodeRequest): Promise<DecodedText> {
  const tokenizer = await tokenizerFor('full');
  const tokens = Array.from(ids, (id) => spelled.get(id) ?? (id < 0 ? null : tokenizer.idToToken(id)));
  const there = tokens.filter((token) => token !== null);
  return { text: tokenizer.getDecoder()?.decode(there) ?? there.join(' ') };
}

const encodeBatch = async (reading: Reading, texts: readonly string[]) =>
  (await tokenizerFor(reading)).encodeBatch([...texts], { addSpecialTokens: false });

/**
 * Where no reading has a prefix they differ in their added tokens alone, so that a text in which
 * `full` finds none of these is one text to all of them. The other tokenizer is loaded for the
 * first text that is not (TOKEN-2).
 */
async function encodeBy(reading: Reading, texts: readonly string[]) {
  if (reading === 'full' || fileOf.start !== fileOf.content) return encodeBatch(reading, texts);
  const found = await encodeBatch('full', texts);
  const others = [...found.keys()].filter((i) =>
    nth(found, i)
      .getIds()
      .some((id) => addedIds.has(id)),
  );
  if (others.length === 0) return found;
  const again = await encodeBatch(
    reading,
    others.map((i) => nth(texts, i)),
  );
  for (const [n, i] of others.entries()) found[i] = nth(again, n);
  return found;
}

async function encode({ reading, texts, withOffsets }: EncodeRequest): Promise<EncodedTexts> {
  const found = await encodeBy(reading, texts);
  const idsOf = found.map((encoding) => encoding.getIds());
  const count = idsOf.reduce((sum, { length }) => sum + length, 0);
  const [ids, ends] = [new Int32Array(count), new Int32Array(found.length)];
  const offsets = new Int32Array(withOffsets ? count * 2 : 0);
  let end = 0;
  for (const [index, own] of idsOf.entries()) {
    ids.set(own, end);
    for (const [token, pair] of (withOffsets ? nth(found, index).getOffsets() : []).entries()) {
      offsets.set(pair, (end + token) * 2);
    }
    end += own.length;
    ends[index] = end;
  }
  return { ids, offsets, ends };
}

function wake(asking: Int32Array): void {
  Atomics.add(asking, 0, 1);
  Atomics.notify(asking, 0);
}

process.on('exit', () => {
  for (const asking of states) {
    Atomics.store(asking, 1, 1);
    wake(asking);
  }
});

/** Answers what is asked by a link; another link may come by it too. */
function serve(link: TokenizingLink): void {
  states.push(link.state);
  link.port.on('message', async (request: EncodeRequest | DecodeRequest | TokenizingLink) => {
    if ('port' in request) {
      serve(request);
      return;
    }
    try {
      if ('spelled' in request) link.port.postMessage(await decode(request));
      else {
        const encoded = await encode(request);
        link.port.postMessage(encoded, [encoded.ids.buffer, encoded.offsets.buffer, encoded.ends.buffer]);
      }
    } catch (failure) {
      link.port.postMessage({ failure: packError(failure) });
    }
    wake(link.state);
  });
}

serve({ port, state });
