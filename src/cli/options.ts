/** Flags to values: numbers, shares and times, refused with the flag's name. */
import { parseMoment } from '../../schemas/raw-time.ts';
import { BrewhouseError } from '../errors.ts';
import type { OptionValues } from './command.ts';

export function textOf(options: OptionValues, flag: string): string {
  return String(options[flag]);
}

export function optionalText(options: OptionValues, flag: string): string | undefined {
  const value = options[flag];
  return typeof value === 'string' ? value : undefined;
}

const WHOLE = /^(\d+|\d{1,3}(_\d{3})+)$/;

/** A whole number of at least `least`: digits alone, in groups of three where underscores stand. */
export function wholeOf(options: OptionValues, flag: string, least: number): number | undefined {
  const text = optionalText(options, flag);
  if (text === undefined) return undefined;
  const value = WHOLE.test(text) ? Number(text.replaceAll('_', '')) : Number.NaN;
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new BrewhouseError('usage', `--${flag} ${text} is no whole number of at least ${least}`, {
    remedy: `give digits alone, as --${flag} ${least} for the least`,
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
  const parsed = parseMoment(text);
  if (parsed.ok) return Number(parsed.time);
  throw new BrewhouseError('usage', `--${flag}: ${parsed.message.split('; ')[0]}`, {
    remedy: `write it as --${flag} 2026-03-01T00:00:00Z`,
  });
}
