/** Flags to values: numbers, shares and times, refused with the flag's name. */
import { BrewhouseError } from '../errors.ts';
import type { OptionValues } from './command.ts';

export function textOf(options: OptionValues, flag: string): string {
  return String(options[flag]);
}

export function optionalText(options: OptionValues, flag: string): string | undefined {
  const value = options[flag];
  return typeof value === 'string' ? value : undefined;
}

/** A whole number of at least `least`. */
export function wholeOf(options: OptionValues, flag: string, least: number): number | undefined {
  const text = optionalText(options, flag);
  if (text === undefined) return undefined;
  const value = Number(text.replaceAll('_', ''));
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new BrewhouseError('usage', `--${flag} ${text} is no whole number of at least ${least}`, {
    remedy: `write it as --${flag} ${Math.max(least, 1000)}`,
  });
}

/** A number of 0 to 1. */
export function shareOf(options: OptionValues, flag: string): number | undefined {
  const text = optionalText(options, flag);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (value >= 0 && value <= 1) return value;
  throw new BrewhouseError('usage', `--${flag} ${text} is no share of 0 to 1`, { remedy: `write it as --${flag} 0.3` });
}

/** A moment with its zone, to epoch milliseconds. */
export function momentOf(options: OptionValues, flag: string): number | undefined {
  const text = optionalText(options, flag);
  if (text === undefined) return undefined;
  const value = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text)
    ? new Date(text).getTime()
    : Number.NaN;
  if (!Number.isNaN(value)) return value;
  throw new BrewhouseError('usage', `--${flag} ${text} is no time with a zone`, {
    remedy: `write it as --${flag} 2026-03-01T00:00:00Z`,
  });
}
