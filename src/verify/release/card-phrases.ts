/** How a card writes texts of others, moments, counts and shares (PUBLISH-4). */
import { LATEST } from '../events/raw-times.ts';

/** In one line, whatever line ends and controls a text has. */
function inOneLine(text: string): string {
  return text.toWellFormed().replace(/(\s|\p{Cc})+/gu, ' ');
}

const MARKS = new Set('\\`*[]<|');

/** In one line, with a backslash before each sign that Markdown would take for its own. */
export function asText(text: string): string {
  return Array.from(inOneLine(text), (sign) => (MARKS.has(sign) ? `\\${sign}` : sign)).join('');
}

/** In one line and in double quotes. */
export function inQuotes(text: string): string {
  return JSON.stringify(inOneLine(text)).replaceAll('\ufffe', '\\uFFFE').replaceAll('\uffff', '\\uFFFF');
}

/** A moment; the day alone where it is midnight. */
export function dateOf(at: number): string {
  const [day = '', time] = new Date(Math.min(at, LATEST)).toISOString().split('T');
  return time === '00:00:00.000Z' ? day : `${day}T${time}`;
}

/** 1204331 as 1,204,331. */
export function thousands(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Percent of a whole that is more than nothing, in tenths. */
export function shareOf(part: number, whole: number): string {
  return `${(Math.round((part * 1_000) / whole) / 10).toFixed(1)} %`;
}
