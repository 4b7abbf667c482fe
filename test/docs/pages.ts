/** Pages of docs/ as tests read them: tables by heading, and words in code marks. */
import { readFileSync } from 'node:fs';

/** The text of a page below docs/. */
export function page(name: string): string {
  return readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
}

/** What stands under a heading of a page, up to the next one of its rank or above. */
export function section(text: string, heading: string): string {
  const lines = text.split('\n');
  const from = lines.indexOf(heading);
  if (from < 0) throw new Error(`no heading ${heading}`);
  const rank = heading.indexOf(' ');
  const to = lines.findIndex((line, i) => i > from && /^#+ /.test(line) && line.indexOf(' ') <= rank);
  return lines.slice(from + 1, to < 0 ? lines.length : to).join('\n');
}

/** Cells of the rows of all tables in a text, without their headings. */
export function tableRows(text: string): string[][] {
  const lines = text.split('\n').filter((line) => line.startsWith('|'));
  const rules = new Set(lines.flatMap((line, i) => (/^\|[-|]+$/.test(line) ? [i - 1, i] : [])));
  return lines
    .filter((_, i) => !rules.has(i))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

/** Words in code marks, those of code blocks left out. */
export function marked(text: string): string[] {
  return [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`]+)`/g)].flatMap(([, word]) => word ?? []);
}

/** The names of a table's first column. */
export function names(text: string): string[] {
  return tableRows(text).flatMap(([first = '']) => marked(first));
}
