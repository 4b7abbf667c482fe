/** The reference page: every key of the files that people write. */
import type { FileKind } from './files.ts';
import { type Key, type Section, sectionsOf } from './keys.ts';

const COLUMNS = 100;

const INTRO = `
Every key of the files that people write: the mapping of tables to events, the domain that says
how a vocabulary is spoken, the recipe, the templates, and what a source says of itself, which
\`brewhouse import\` writes.
This page is made from the schemas in \`schemas/\` and the files that ship in \`pipelines/\` by
\`npm run docs\`; a test fails when it differs from them.
For editors, \`docs/schemas/\` holds a JSON Schema of each file, with which VS Code (its
extension "YAML" by Red Hat) completes keys, explains them and marks wrong ones.
The first line of a file names its schema, counted from its own folder;
for a recipe beside \`node_modules\`:
\`# yaml-language-server: $schema=node_modules/brewhouse/docs/schemas/recipe.schema.json\`.
[Mappings for public data sets](mappings.md) has whole mappings and domains to begin with.
Ids such as \`LABEL-2\` are rules of [RULES.md](../RULES.md).
`;

/** The page as Markdown of 100 columns. */
export function referencePage(kinds: readonly FileKind[]): string {
  const files = kinds.flatMap((kind) => [
    `## ${kind.name}.yaml`,
    '',
    ...sectionsOf(kind).flatMap((section) => sectionLines(section)),
  ]);
  return `${['# Reference', INTRO, ...files].join('\n').trimEnd()}\n`;
}

function sectionLines({ title, about, keys }: Section): string[] {
  const isNamed = /^[A-Z]/.test(title) && !title.includes('.');
  const heading = title === '' ? [] : [isNamed ? `### ${title}` : `### \`${title}\``, ''];
  const intro = about === '' ? [] : [...wrap(about, ''), ''];
  return [...heading, ...intro, ...keys.flatMap(keyLines), ...(keys.length === 0 ? [] : [''])];
}

function keyLines(key: Key): string[] {
  const { name, arms, type, meaning, example } = key;
  const where = arms.length === 0 ? '' : ` (${arms.join(', ')})`;
  const given = key.given === 'alternative' ? 'one of these is given' : key.given;
  const last = key.default === undefined ? given : `default \`${yamlOf(key.default)}\``;
  const lines = [`- \`${name}\`${where}: ${type}; ${last}.`, meaning];
  if (example !== undefined) lines.push(`Example: \`${name}: ${yamlOf(example)}\``);
  return lines.filter((line) => line !== '').flatMap((line, i) => wrap(line, i === 0 ? '' : '  '));
}

/** Words, lengths of time and moments, which YAML 1.2 reads as texts. */
const PLAIN = /^([\p{L}/][\p{L}\p{N} _./+-]*|\d+(ms|s|m|h|d)|\d{4}-\d\d-\d\dT[\d:]+Z)$/u;

/** The value as YAML in one line. */
export function yamlOf(value: unknown): string {
  if (typeof value === 'string') return PLAIN.test(value) ? value : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(yamlOf).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value);
  return entries.length === 0 ? '{}' : `{ ${entries.map(([key, one]) => `${key}: ${yamlOf(one)}`).join(', ')} }`;
}

/** Breaks a line at spaces, never inside `code`. */
function wrap(line: string, indent: string): string[] {
  const lines: string[] = [];
  let open = indent;
  for (const word of line.match(/(`[^`]*`|[^\s`]+)+/g) ?? []) {
    if (open.trim() !== '' && open.length + 1 + word.length > COLUMNS) {
      lines.push(open);
      open = line.startsWith('- ') ? '  ' : indent;
    }
    open += open.trim() === '' ? word : ` ${word}`;
  }
  return [...lines, open];
}
