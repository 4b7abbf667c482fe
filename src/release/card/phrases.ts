/** Texts that are not ours, and moments, as a card writes them. */
import { TIME_MAX } from '../../../schemas/event-time.ts';

/** Every run of white space and control characters is one blank. */
function oneLine(text: string): string {
  return text.toWellFormed().replace(/[\s\p{Cc}]+/gu, ' ');
}

/** A text in a line of Markdown: it ends no cell and begins no link, code, emphasis or tag. */
export function plain(text: string): string {
  return oneLine(text).replace(/[\\`*[\]<|]/g, '\\$&');
}

/** A text in double quotes as any reader of YAML takes it; two code points are none to PyYAML. */
export function yamlText(text: string): string {
  return JSON.stringify(oneLine(text)).replace(
    /[\ufffe\uffff]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Epoch milliseconds in ISO 8601, at midnight the day alone; at most the end of the year 9999. */
export function moment(at: number): string {
  return new Date(Math.min(at, TIME_MAX)).toISOString().replace('T00:00:00.000Z', '');
}
