/**
 * Kinds of flags: how the text of each becomes its value, and how a wrong one is refused by the
 * flag's name.
 */
import { parseDuration } from '../../schemas/durations.ts';
import { BrewhouseError } from '../errors.ts';
import type { Switch, ValueFlag } from './command.ts';

/** A flag that is given or not. */
export const given = (about: string): Switch => ({ about });

/** Any text. */
export const text = (value: string, about: string) =>
  ({ value, about, parse: (text: string) => text }) satisfies ValueFlag<string>;

/** A path that must be there. */
export const path = (value: string, about: string) => ({ ...text(value, about), reads: true }) as const;

const WHOLE = /^(\d+|\d{1,3}(_\d{3})+)$/;

/**
 * A whole number of at least `least`: digits alone, or in groups of three with underscores between.
 */
export function wholeNumber(text: string, flag: string, least: number): number {
  const value = WHOLE.test(text) ? Number(text.replaceAll('_', '')) : Number.NaN;
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new BrewhouseError('usage', `--${flag} ${text} is no whole number of at least ${least}`, {
    remedy: `give digits alone, as --${flag} ${least} for the least`,
  });
}

/** A whole number of at least `least`. */
export const whole = (least: number, value: string, about: string) =>
  ({ value, about, parse: (text: string, flag: string) => wholeNumber(text, flag, least) }) satisfies ValueFlag<number>;

/** Whole numbers from the first to the last, both of them included. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

/** A range of whole numbers: `3..7`. */
export const range = (value: string, about: string) => ({ value, about, parse: parseRange }) satisfies ValueFlag<Range>;

function parseRange(text: string, flag: string): Range {
  const [first, last, ...more] = text.split('..').map((part) => (WHOLE.test(part) ? wholeNumber(part, flag, 0) : null));
  if (typeof first === 'number' && typeof last === 'number' && more.length === 0 && first <= last)
    return { first, last };
  throw new BrewhouseError('usage', `--${flag} ${text} is no range of rows`, {
    remedy: `write the first and the last one, as --${flag} 0..9`,
  });
}

/** A number from 0 to 1. */
export const share = (value: string, about: string) =>
  ({ value, about, parse: parseShare }) satisfies ValueFlag<number>;

function parseShare(text: string, flag: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new BrewhouseError('usage', `--${flag} ${text} is no share of 0 to 1`, { remedy: `write it as --${flag} 0.3` });
}

/** A moment with its zone, in epoch milliseconds. */
export const moment = (value: string, about: string) =>
  ({ value, about, parse: parseTime }) satisfies ValueFlag<number>;

/**
 * Loads the reader of times only where there is one to read: all schemas come with it, and --help
 * is quick.
 */
async function parseTime(text: string, flag: string): Promise<number> {
  const { parseMoment } = await import('../../schemas/raw-time.ts');
  const parsed = parseMoment(text);
  if (parsed.ok) return Number(parsed.time);
  throw new BrewhouseError('usage', `--${flag}: ${parsed.message.split('; ')[0]}`, {
    remedy: `write it as --${flag} 2026-03-01T00:00:00Z`,
  });
}

/** A length of time, in milliseconds. */
export const duration = (value: string, about: string) =>
  ({ value, about, parse: parseLength }) satisfies ValueFlag<number>;

function parseLength(text: string, flag: string): number {
  const ms = parseDuration(text);
  if (ms !== null) return ms;
  throw new BrewhouseError('usage', `--${flag} ${text} is no length of time`, {
    remedy: `write it as --${flag} 90s, 15m or 2h`,
  });
}

/** One or more of `names`, with commas between. */
export const some = <N extends string>(names: readonly N[], value: string, about: string) =>
  ({ value, about, parse: (text: string, flag: string) => parseNames(text, flag, names) }) satisfies ValueFlag<N[]>;

function parseNames<N extends string>(text: string, flag: string, names: readonly N[]): N[] {
  return text.split(',').map((word) => {
    const found = names.find((name) => name === word);
    if (found !== undefined) return found;
    throw new BrewhouseError('usage', `--${flag} ${text}: ${word === '' ? 'a name is missing' : `${word} is none`}`, {
      remedy: `it takes ${names.join(', ')}, with commas between`,
    });
  });
}

/** The same flag, which must be given. */
export const required = <T, F extends ValueFlag<T>>(flag: F) => ({ ...flag, required: true }) as const;
