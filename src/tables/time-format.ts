/**
 * Times as a format of strptime describes them (C and Python): English names, any number of digits
 * up to the field's own.
 */
import { DAY_MS, MINUTE_MS } from '../../schemas/durations.ts';
import { dayNumber } from '../../schemas/event-time.ts';

/** What a text says by a format. */
export interface FormattedTime {
  /** `2018`, `2018-05`, `2018-05-01` where the format has no hour. */
  readonly date: string;
  /** Milliseconds from 1970-01-01T00:00 as if the clock showed UTC; undefined without an hour. */
  readonly local: number | undefined;
  /** `Z`, `+0200`, `Europe/Berlin`, or empty where none is written. */
  readonly zone: string;
}

/** Undefined where the text is none of the format, or names a day or hour that does not exist. */
export type TimeFormat = (text: string) => FormattedTime | undefined;

const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];
const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const short = (names: readonly string[]) => names.map((name) => name.slice(0, 3));
const either = (names: readonly string[]) => `(${names.join('|')})`;

type Part = 'year' | 'month' | 'day' | 'dayOfYear' | 'hour' | 'minute' | 'second' | 'ms' | 'afternoon' | 'zone';
type Parts = Partial<Record<Part, number | string>>;

/** A directive: what it matches, and what of a time that says. */
interface Directive {
  readonly pattern: string;
  readonly part?: Part;
  readonly read?: (text: string) => number | string;
}

const digits = (most: number) => `(\\d{1,${most}})`;
const DIRECTIVES: Readonly<Record<string, Directive>> = {
  Y: { pattern: '(\\d{4})', part: 'year', read: Number },
  // As POSIX has it: 69 to 99 are of the last century.
  y: { pattern: '(\\d{2})', part: 'year', read: (text) => Number(text) + (Number(text) < 69 ? 2000 : 1900) },
  m: { pattern: digits(2), part: 'month', read: Number },
  d: { pattern: ' ?(\\d{1,2})', part: 'day', read: Number },
  e: { pattern: ' ?(\\d{1,2})', part: 'day', read: Number },
  j: { pattern: digits(3), part: 'dayOfYear', read: Number },
  H: { pattern: ' ?(\\d{1,2})', part: 'hour', read: Number },
  I: { pattern: ' ?(\\d{1,2})', part: 'hour', read: Number },
  M: { pattern: digits(2), part: 'minute', read: Number },
  S: { pattern: digits(2), part: 'second', read: Number },
  f: { pattern: digits(9), part: 'ms', read: (text) => Number(text.slice(0, 3).padEnd(3, '0')) },
  p: { pattern: '([AaPp]\\.?[Mm]\\.?)', part: 'afternoon', read: (text) => (/^p/i.test(text) ? 1 : 0) },
  b: { pattern: either(short(MONTHS)), part: 'month', read: (text) => 1 + short(MONTHS).indexOf(text.toLowerCase()) },
  B: { pattern: either(MONTHS), part: 'month', read: (text) => 1 + MONTHS.indexOf(text.toLowerCase()) },
  a: { pattern: either(short(DAYS)) },
  A: { pattern: either(DAYS) },
  z: { pattern: '([Zz]|[+-]\\d\\d:?\\d\\d)', part: 'zone', read: String },
  Z: { pattern: '([A-Za-z]+(?:/[A-Za-z_+-]+)*)', part: 'zone', read: String },
};
const LONG_FORMS: Readonly<Record<string, string>> = { T: '%H:%M:%S', F: '%Y-%m-%d', D: '%m/%d/%y', R: '%H:%M' };

/** The directives that a format may have, for messages. */
const DIRECTIVES_SAID = [...Object.keys(DIRECTIVES), ...Object.keys(LONG_FORMS), '%']
  .map((letter) => `%${letter}`)
  .join(' ');

/**
 * The reader of a format, or what is wrong with the format. `%H` and `%I` without `%p` are the
 * hours of a day; a format without an hour is of days, one without a day of months, one of `%Y`
 * alone of years.
 */
export function timeFormat(format: string): TimeFormat | { readonly flaw: string } {
  const long = format.replaceAll(/%([TFDR])/g, (_, letter: string) => LONG_FORMS[letter] ?? '');
  const directives: Directive[] = [];
  let pattern = '';
  for (const [token, letter] of long.matchAll(/%(.?)|[^%]/gsu)) {
    if (letter === undefined) {
      pattern += /\s/.test(token) ? '\\s+' : token.replace(/[\\^$.|?*+()[\]{}/]/g, '\\$&');
    } else if (letter === '%') pattern += '%';
    else {
      const directive = Object.hasOwn(DIRECTIVES, letter) ? DIRECTIVES[letter] : undefined;
      if (directive === undefined) return { flaw: `there is no %${letter}; write one of ${DIRECTIVES_SAID}` };
      directives.push(directive);
      pattern += directive.pattern;
    }
  }
  const parts = new Set(directives.map(({ part }) => part));
  if (!parts.has('year')) return { flaw: 'a time needs its year: %Y or %y' };
  if (parts.has('day') && !parts.has('month')) return { flaw: 'a day needs its month: %m, %b or %B' };
  if (parts.has('hour') && !parts.has('day') && !parts.has('dayOfYear'))
    return { flaw: 'an hour needs its day: %d or %j' };
  const whole = new RegExp(`^${pattern}$`, 'iu');
  return (text) => {
    const found = whole.exec(text.trim());
    if (found === null) return undefined;
    const said: Parts = {};
    for (const [i, { part, read }] of directives.entries())
      if (part !== undefined && read !== undefined) said[part] = read(found[i + 1] ?? '');
    return timeOf(said);
  };
}

function timeOf(parts: Parts): FormattedTime | undefined {
  const number = (part: Part) => (parts[part] === undefined ? undefined : Number(parts[part]));
  const year = number('year') ?? 0;
  const inYear = number('dayOfYear');
  const days =
    inYear === undefined ? dayNumber(year, number('month') ?? 1, number('day') ?? 1) : dayInYear(year, inYear);
  if (days === undefined) return undefined;
  const zone = String(parts.zone ?? '');
  const date = new Date(days * DAY_MS).toISOString().slice(0, 10);
  if (parts.hour === undefined) {
    const isMonth = parts.day === undefined && inYear === undefined;
    return { date: isMonth ? date.slice(0, parts.month === undefined ? 4 : 7) : date, local: undefined, zone };
  }
  const hour = hourOf(number('hour') ?? 0, number('afternoon'));
  const [minute, second] = [number('minute') ?? 0, number('second') ?? 0];
  if (hour === undefined || minute > 59 || second > 59) return undefined;
  return { date, local: days * DAY_MS + (hour * 60 + minute) * MINUTE_MS + second * 1000 + (number('ms') ?? 0), zone };
}

function dayInYear(year: number, day: number): number | undefined {
  const first = dayNumber(year, 1, 1);
  const next = dayNumber(year + 1, 1, 1);
  return first === undefined || next === undefined || day < 1 || first + day > next ? undefined : first + day - 1;
}

/** Twelve at night is 12 AM. */
function hourOf(hour: number, afternoon: number | undefined): number | undefined {
  if (afternoon === undefined) return hour > 23 ? undefined : hour;
  return hour < 1 || hour > 12 ? undefined : (hour % 12) + 12 * afternoon;
}
