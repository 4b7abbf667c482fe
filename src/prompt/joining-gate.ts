/** JOINED IDS ARE WHOLE-TEXT IDS: finished prompts are encoded again as one text; the first difference stops the build (tokens.md). */
import { BrewhouseError } from '../errors.ts';
import type { ChatFrame } from '../tokenize/chat-frame.ts';
import type { LoadedTokenizer } from '../tokenize/load-tokenizer.ts';
import type { Example } from './examples.ts';

/** Rows of a template that are compared by one worker: all of the first few, then every so many, up to a most. */
export const GATE_FIRST = 8;
export const GATE_EVERY = 64;
export const GATE_MOST = 1_000;

/** Throws `tokens_differ` at the first row that is not its whole text. */
export type JoiningGate = (example: Example, frame: ChatFrame) => Promise<void>;

/** A gate counts by template; whole rows are encoded at a tenth of the speed at which they are joined, hence not every one. */
export function createJoiningGate(tokenizer: Pick<LoadedTokenizer, 'id' | 'decode' | 'encodeTrusted'>): JoiningGate {
  const seen = new Map<string, number>();
  return async (example, frame) => {
    const { template } = example.template;
    const key = `${example.template.task.name}/${template.id}`;
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    const compared = count <= GATE_FIRST ? count : GATE_FIRST + Math.floor((count - GATE_FIRST) / GATE_EVERY);
    if (compared > GATE_MOST || (count > GATE_FIRST && (count - GATE_FIRST) % GATE_EVERY !== 0)) return;
    const prompt = example.ids.subarray(0, example.promptLength);
    const lines = tokenizer.decode(prompt.subarray(frame.head.length, prompt.length - frame.tail.length));
    const whole = await tokenizer.encodeTrusted(frame.headText + lines + frame.tailText);
    const at = prompt.findIndex((id, i) => id !== whole[i]);
    if (at < 0 && whole.length === prompt.length) return;
    const place = at < 0 ? prompt.length : at;
    const near = tokenizer.decode(prompt.subarray(Math.max(0, place - 6), place + 6));
    throw new BrewhouseError(
      'tokens_differ',
      `with the tokenizer ${tokenizer.id} a joined prompt of the template ${template.id} differs from its whole text at token ${place}, near ${JSON.stringify(near)}`,
    );
  };
}
