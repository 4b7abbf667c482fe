/** Splits chunks of bytes into lines and never holds more than the longest line that is allowed. */

/** One line without its end. */
export interface ByteLine {
  /** From 1, empty lines counted. */
  readonly line: number;
  /** Valid until the next line is asked for. */
  readonly bytes: Uint8Array;
  /** `bytes` are the first `keptMax` alone. */
  readonly tooLong: boolean;
}

const LINE_FEED = 0x0a;

type LineLimits = { readonly max: number; readonly keptMax: number };

/**
 * Lines that end in LF, the last one perhaps without. A CR before it is kept: to JSON it is white
 * space. A line of more than `max` bytes is cut to `keptMax` while it streams by. Bound: `max`
 * bytes and one chunk.
 */
export async function* splitLines(chunks: AsyncIterable<Uint8Array>, limits: LineLimits): AsyncGenerator<ByteLine> {
  const { max, keptMax } = limits;
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
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, from)) {
      take(chunk.subarray(from, end));
      from = end + 1;
      yield finish();
    }
    take(chunk.subarray(from));
  }
  if (held > 0) yield finish();
}
