/** Lines in random order in bounded memory: dealt to files by lot, then shuffled file by file. */
import { createReadStream } from 'node:fs';
import { appendFile, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { nth } from '../checked.ts';
import type { LineSink } from './numbered-files.ts';
import type { Random } from './random.ts';

/** Files (hands) that lines are dealt to at each level. */
const HANDS = 16;
/** A dealt file up to this size is shuffled in memory; a larger one is dealt again. */
const SHUFFLE_BYTES_MAX = 4 << 20;
/** Characters gathered for a hand before they are appended to its file. */
const HAND_CHARS = 1 << 16;
/** Levels of dealing: 16 ** 6 files of 4 MiB are more than any disk holds. */
const LEVELS_MAX = 6;

/**
 * A sink that, when it is closed, passes all its lines to `target` in an order drawn from `random`,
 * each order equally likely. Until then the lines lie in the folder `directory`, which it makes and
 * removes. Bound: HANDS times HAND_CHARS a level, and one file of SHUFFLE_BYTES_MAX.
 */
export function createShuffledLines(directory: string, random: Random, target: LineSink): LineSink {
  const hands = createHands(directory, random);
  return {
    write: hands.write,
    async close() {
      await hands.finish(target, 1);
      await rm(directory, { recursive: true, force: true });
      await target.close();
    },
  };
}

interface Hands {
  write(line: string): Promise<void> | undefined;
  finish(target: LineSink, level: number): Promise<void>;
}

/** One file with the text that waits to be appended to it. */
interface Hand {
  readonly path: string;
  waiting: string;
  bytes: number;
}

function createHands(directory: string, random: Random): Hands {
  const hands = Array.from({ length: HANDS }, (_, i): Hand => {
    return { path: join(directory, `hand-${i}`), waiting: '', bytes: 0 };
  });

  const flush = async (hand: Hand): Promise<void> => {
    const text = Buffer.from(hand.waiting);
    hand.waiting = '';
    if (hand.bytes === 0) await mkdir(directory, { recursive: true });
    hand.bytes += text.length;
    await appendFile(hand.path, text);
  };

  const finishHand = async (hand: Hand, target: LineSink, level: number): Promise<void> => {
    if (hand.waiting !== '') await flush(hand);
    if (hand.bytes === 0) return;
    if (hand.bytes <= SHUFFLE_BYTES_MAX || level === LEVELS_MAX) {
      for (const line of inRandomOrder(await readFile(hand.path, 'utf8'), random)) await target.write(line);
    } else {
      const next = createHands(`${hand.path}-dealt`, random);
      for await (const line of createInterface({ input: createReadStream(hand.path) })) await next.write(`${line}\n`);
      await next.finish(target, level + 1);
    }
    await rm(hand.path);
  };

  return {
    write(line) {
      const hand = random.pick(hands);
      hand.waiting += line;
      return hand.waiting.length >= HAND_CHARS ? flush(hand) : undefined;
    },
    async finish(target, level) {
      for (const hand of hands) await finishHand(hand, target, level);
    },
  };
}

/** Fisher and Yates' shuffle of the lines of a text that ends with a line end. */
function inRandomOrder(text: string, random: Random): string[] {
  const lines = text.split('\n').slice(0, -1);
  for (let i = lines.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [lines[i], lines[j]] = [nth(lines, j), nth(lines, i)];
  }
  return lines.map((line) => `${line}\n`);
}
