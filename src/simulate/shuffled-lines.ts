/** Lines in random order within bounded memory: dealt to files by lot, again where a file is too large, then shuffled file by file. */
import { createReadStream } from 'node:fs';
import { appendFile, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { LineSink } from './line-files.ts';
import type { Random } from './random.ts';

/** Files that lines are dealt to at each level. */
const HANDS = 16;
/** A dealt file up to this size is shuffled in memory; a larger one is dealt again. */
const SHUFFLE_BYTES_MAX = 4 << 20;
/** Characters gathered for a hand before they are appended to its file. */
const HAND_CHARS = 1 << 16;
/** Levels of dealing: 16 ** 6 files of 4 MiB are more than any disk holds. */
const LEVELS_MAX = 6;

/**
 * A sink that gives all its lines to `target` in an order drawn from `random`, every order being as likely, when it is closed.
 * Between, lines lie in the folder `directory`, which it makes and removes.
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

function createHands(directory: string, random: Random): Hands {
  const waiting: string[] = new Array(HANDS).fill('');
  const bytes: number[] = new Array(HANDS).fill(0);
  const pathOf = (hand: number) => join(directory, `hand-${hand}`);

  const flush = async (hand: number): Promise<void> => {
    const text = Buffer.from(waiting[hand]!);
    waiting[hand] = '';
    if (bytes[hand] === 0) await mkdir(directory, { recursive: true });
    bytes[hand]! += text.length;
    await appendFile(pathOf(hand), text);
  };

  const finishHand = async (hand: number, target: LineSink, level: number): Promise<void> => {
    if (waiting[hand] !== '') await flush(hand);
    if (bytes[hand] === 0) return;
    if (bytes[hand]! <= SHUFFLE_BYTES_MAX || level === LEVELS_MAX) {
      for (const line of inRandomOrder(await readFile(pathOf(hand), 'utf8'), random)) await target.write(line);
    } else {
      const next = createHands(`${pathOf(hand)}-dealt`, random);
      for await (const line of createInterface({ input: createReadStream(pathOf(hand)) }))
        await next.write(`${line}\n`);
      await next.finish(target, level + 1);
    }
    await rm(pathOf(hand));
  };

  return {
    write(line) {
      const hand = random.below(HANDS);
      waiting[hand] += line;
      return waiting[hand]!.length >= HAND_CHARS ? flush(hand) : undefined;
    },
    async finish(target, level) {
      for (let hand = 0; hand < HANDS; hand++) await finishHand(hand, target, level);
    },
  };
}

/** Fisher and Yates' shuffle of the lines of a text that ends with a line end. */
function inRandomOrder(text: string, random: Random): string[] {
  const lines = text.split('\n').slice(0, -1);
  for (let i = lines.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [lines[i], lines[j]] = [lines[j]!, lines[i]!];
  }
  return lines.map((line) => `${line}\n`);
}
