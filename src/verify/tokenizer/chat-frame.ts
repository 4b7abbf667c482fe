/** The chat template's text around a prompt, by Jinja, without a clock. */
import { Template } from '@huggingface/jinja';
import { nth } from '../checked.ts';
import { refused } from './tokenizer-files.ts';

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

/** The library's own strftime_now reads the clock and cannot be replaced, only gone around. */
const CLOCK = 'day_of_question';

/** Takes the place of the lines between the first and the last while the template is rendered. */
const SENTINEL = 'the lines of the prompt stand here';

/** What a chat template is told. */
export interface FrameOptions {
  readonly askedAt: number;
  /** The recipe's arguments of the chat template. */
  readonly args: Record<string, unknown>;
  readonly bos: string | undefined;
  readonly eos: string;
}

/** A dialogue that the user begins: a user's message is followed by the generation prompt. */
function render(chatTemplate: string, said: readonly string[], options: FrameOptions): string {
  const messages = said.map((content, index) => ({ role: index % 2 === 0 ? 'user' : 'assistant', content }));
  try {
    return new Template(chatTemplate.replace(/\bstrftime_now\b/g, CLOCK)).render({
      messages,
      add_generation_prompt: messages.at(-1)?.role === 'user',
      bos_token: options.bos ?? '',
      eos_token: options.eos,
      [CLOCK]: (format: string) => formatDay(format, options.askedAt),
      ...options.args,
    });
  } catch (cause) {
    throw refused('the chat template cannot be rendered', { cause });
  }
}

/**
 * Renders the template with one user message of the first line, the lines, and the last line, and
 * the generation prompt (FRAME-1). Returns the text before the first line and that after the last.
 */
export function renderFrame(chatTemplate: string, lines: { first: string; last: string }, options: FrameOptions) {
  const content = `${lines.first}\n${SENTINEL}\n${lines.last}`;
  const text = render(chatTemplate, [content], options);
  const at = text.indexOf(content);
  if (at < 0) throw refused('the chat template does not show its message as it is');
  return { before: text.slice(0, at), behind: text.slice(at + content.length) };
}

/** What the template puts after an assistant's message: the end token is in it (FRAME-3). */
export function renderEnding(chatTemplate: string, options: FrameOptions): string {
  const text = render(chatTemplate, ['question', SENTINEL], options);
  const at = text.lastIndexOf(SENTINEL);
  return at < 0 ? '' : text.slice(at + SENTINEL.length);
}

/** strftime of the UTC day of a moment, at 00:00: what chat templates use of it (FRAME-1). */
export function formatDay(format: string, at: number): string {
  const day = new Date(at);
  const two = (n: number) => String(n).padStart(2, '0');
  const month = nth(MONTHS, day.getUTCMonth());
  const weekday = nth(DAYS, day.getUTCDay());
  const parts: Record<string, string> = {
    Y: String(day.getUTCFullYear()),
    m: two(day.getUTCMonth() + 1),
    d: two(day.getUTCDate()),
    b: month.slice(0, 3),
    B: month,
    a: weekday.slice(0, 3),
    A: weekday,
    H: '00',
    M: '00',
    S: '00',
    '%': '%',
  };
  return format.replace(/%([a-zA-Z%])/g, (whole, letter: string) => parts[letter] ?? whole);
}
