/** Splits chunks of bytes into lines and never holds more than the longest line that is allowed. */

/** One line without its end. */
export interface ByteLine {
  /** From 1, empty lines counted. */
  readonly line: number;
  /** A window into the chunk, or a copy of pieces of several. */
  readonly bytes: Uint8Array;
  /** `bytes` are the first `keptMax` alone. */
  readonly tooLong: boolean;
}

/** What ends a line. */
export const LINE_FEED = 0x0a;

type LineLimits = { readonly max: number; readonly keptMax: number };

/** Splits what comes chunk by chunk. Bound: `max` bytes and one chunk. */
export interface LineSplitter {
  /** The lines that end in the chunk, which none of them copies unless it began before. */
  split(chunk: Uint8Array): Generator<ByteLine>;
  /** The last line, where no LF ends it; asked once. */
  rest(): ByteLine | undefined;
}

/**
 * Lines that end in LF, the last one perhaps without. A CR before it is kept: to JSON it is white
 * space. A line of more than `max` bytes is cut to `keptMax` while it streams by.
 */
export function createLineSplitter({ max, keptMax }: LineLimits): LineSplitter {
  let line = 1;
  let pieces: Uint8Array[] = [];
  let held = 0;
  let tooLong = false;
  const take = (piece: Uint8Array): void => {
    if (tooLong || piece.length === 0) return;
    pieces.push(piece);
    held += piece.length;
    if (held <= max) return;
    tooLong = true;
    // A copy, so that the chunks can go.
    pieces = [new Uint8Array(Buffer.concat(pieces).subarray(0, keptMax))];
  };
  const finish = (): ByteLine => {
    const [first] = pieces;
    const bytes = first !== undefined && pieces.length === 1 ? first : Buffer.concat(pieces);
    const done = { line, bytes, tooLong };
    line += 1;
    pieces = [];
    held = 0;
    tooLong = false;
    return done;
  };
  return {
    *split(chunk) {
      let from = 0;
      for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, from)) {
        take(chunk.subarray(from, end));
        from = end + 1;
        yield finish();
      }
      take(chunk.subarray(from));
    },
    rest: () => (held > 0 ? finish() : undefined),
  };
}

/** The lines of all chunks, as `createLineSplitter` splits them. */
export async function* splitLines(chunks: AsyncIterable<Uint8Array>, limits: LineLimits): AsyncGenerator<ByteLine> {
  const splitter = createLineSplitter(limits);
  for await (const chunk of chunks) yield* splitter.split(chunk);
  const last = splitter.rest();
  if (last !== undefined) yield last;
}
