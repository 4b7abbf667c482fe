/** Renders a chat template for one user message, with the day of T for a clock (FRAME-1). */

import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja';
import { DAY_MS } from '../../schemas/durations.ts';
import { ownValue } from '../../schemas/names.ts';
import { nth } from '../checked.ts';
import { BrewhouseError } from '../errors.ts';
import type { LoadedTokenizer } from './load-tokenizer.ts';

/** Arguments that a recipe passes to the template, such as `enable_thinking: false`. */
export type TemplateArgs = Readonly<Record<string, string | boolean | number>>;

/** The rendered text may depend on the day of T. */
export function usesClock(chatTemplate: string): boolean {
  return chatTemplate.includes('strftime_now');
}

/** A message, and perhaps its answer. */
export interface ChatMessages {
  readonly user: string;
  /** Where undefined, the template is asked to begin the assistant's turn. */
  readonly assistant?: string;
}

/** When a template is asked, and how. */
export interface TemplateOptions {
  /** T, epoch ms; only its UTC day counts, and only for templates that ask for it. */
  readonly askedAt: number;
  readonly args?: TemplateArgs;
}

/**
 * The text that `apply_chat_template` of `transformers` makes of these messages (with
 * `add_generation_prompt` where there is no answer) on the UTC day of `askedAt` (epoch ms); hours
 * and minutes read 00:00. Throws BrewhouseError `tokenizer_refused` where there is no template or
 * it cannot be rendered, and `recipe_invalid` where an argument has a name that we set ourselves.
 */
export function renderChat(tokenizer: LoadedTokenizer, messages: ChatMessages, options: TemplateOptions): string {
  const { user, assistant } = messages;
  const { askedAt, args = {} } = options;
  if (tokenizer.chatTemplate === null) {
    throw new BrewhouseError('tokenizer_refused', `tokenizer ${tokenizer.id} has no chat template`, {
      place: { file: 'tokenizer_config.json', field: 'chat_template' },
      remedy: 'set chat_template: false in the recipe, or use a folder that holds chat_template.jinja',
    });
  }
  const specials = Object.entries(tokenizer.specialTexts).filter(([, text]) => text !== null);
  const ours = {
    ...JINJA_GLOBALS,
    messages: [
      { role: 'user', content: user },
      ...(assistant === undefined ? [] : [{ role: 'assistant', content: assistant }]),
    ],
    tools: null,
    documents: null,
    add_generation_prompt: assistant === undefined,
    strftime_now: (format: string) => formatDay(askedAt, format),
  };
  const taken = Object.keys(args).find(
    (name) => Object.hasOwn(ours, name) || Object.hasOwn(tokenizer.specialTexts, name),
  );
  if (taken !== undefined) {
    throw new BrewhouseError('recipe_invalid', `chat template argument ${taken} is set by Brewhouse`, {
      place: { field: `corpus.chat_template.${taken}` },
      remedy: 'leave it out',
    });
  }
  try {
    return renderJinja(tokenizer.chatTemplate, { ...args, ...Object.fromEntries(specials), ...ours });
  } catch (cause) {
    throw new BrewhouseError('tokenizer_refused', `the chat template of ${tokenizer.id} cannot be rendered`, {
      place: { field: 'chat_template' },
      remedy: `set chat_template: false, or mend the template (${(cause as Error).message})`,
      cause,
    });
  }
}

/**
 * The template with `transformers`' settings for white space; the library's own `Template` would
 * bring a clock along.
 */
function renderJinja(template: string, values: Readonly<Record<string, unknown>>): string {
  const environment = new Environment();
  for (const [name, value] of Object.entries(values)) environment.set(name, value);
  const program = parse(tokenize(template, { lstrip_blocks: true, trim_blocks: true }));
  return String(new Interpreter(environment).run(program).value);
}

/** What `@huggingface/jinja` declares for every template, except strftime_now. */
const JINJA_GLOBALS = {
  true: true,
  false: false,
  none: null,
  True: true,
  False: false,
  None: null,
  raise_exception: (message: string) => {
    throw new Error(message);
  },
  range: (start: number, stop?: number, step = 1) => {
    const [from, to] = stop === undefined ? [0, start] : [start, stop];
    return Array.from({ length: Math.max(0, Math.ceil((to - from) / step)) }, (_, i) => from + i * step);
  },
};

const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
const MONTHS = 'January February March April May June July August September October November December'.split(' ');

/**
 * The UTC day of T as Python's strftime writes it in English; all that is finer is midnight. Throws
 * RangeError on an unknown directive.
 */
export function formatDay(askedAt: number, format: string): string {
  const date = new Date(Math.floor(askedAt / DAY_MS) * DAY_MS);
  const two = (value: number) => String(value).padStart(2, '0');
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth();
  const day = date.getUTCDate();
  const dayName = nth(DAYS, date.getUTCDay());
  const monthName = nth(MONTHS, month);
  const ofYear = (date.getTime() - Date.UTC(year, 0, 1)) / DAY_MS + 1;
  const fields: Record<string, string> = {
    '%Y': String(year),
    '%y': two(year % 100),
    '%m': two(month + 1),
    '%-m': String(month + 1),
    '%B': monthName,
    '%b': monthName.slice(0, 3),
    '%d': two(day),
    '%-d': String(day),
    '%e': String(day).padStart(2, ' '),
    '%j': String(ofYear).padStart(3, '0'),
    '%A': dayName,
    '%a': dayName.slice(0, 3),
    '%H': '00',
    '%I': '12',
    '%M': '00',
    '%S': '00',
    '%p': 'AM',
    '%F': `${year}-${two(month + 1)}-${two(day)}`,
    '%%': '%',
  };
  return format.replace(/%-?./g, (directive) => {
    const text = ownValue(fields, directive);
    if (text === undefined) throw new RangeError(`strftime_now: ${directive} is not known`);
    return text;
  });
}
