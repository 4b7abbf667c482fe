/**
 * Objects are no maps: what a user names is looked up by `ownValue`, in a Map, or behind
 * `Object.hasOwn`, and never by `[name]` or `in`.
 */
import { describe, expect, it } from 'vitest';
import { runsOf, textFiles } from './source-text.ts';

/** Words for what a user may name, as variables are called. */
const WORDS = 'action|attribute|column|field|flag|item|key|kind|label|name|part|reason|slot|surface|task|template|word';
/** An element by such a variable, or by a text made on the spot. */
const LOOKUP = new RegExp(String.raw`[\w.)\]]*[\w)\]](?:\?\.)?\[(?:${WORDS}|String\([^)]*\)|\w+\.(?:${WORDS}))\]`, 'g');
const IN = new RegExp(String.raw`\b(?:${WORDS}) in \w+`, 'g');

/** Where nothing has a name of a user's, and where such names are looked up for all others. */
const WITHOUT_NAMES = /^(src\/(simulate|shard|sort|verify)\/|src\/sources\/hash-table\.ts|schemas\/names\.ts)/;

/** Tables of our own: the compiler knows their keys, a closed union of texts. */
const CLOSED: readonly string[] = [
  'schemas/columns.ts row[name]',
  'schemas/event-time.ts fields[key]',
  'src/cli/command-thread.ts LOADERS[name]',
  'src/cli/help.ts COMMANDS[name]',
  'src/cli/nearest-path.ts flags[flag]',
  'src/cli/parse-arguments.ts flags[flag]',
  'src/cli/run-command.ts COMMANDS[name]',
  'src/corpus/part-files.ts chunks[name]',
  'src/corpus/part-files.ts draft[name]',
  'src/corpus/part-files.ts lists[name]',
  'src/corpus/part-files.ts numbers[name]',
  'src/prompt/fill-row.ts draft[name]',
  'src/prompt/template-plan.ts kind in block',
  'src/release/shards.ts files[kind]',
  'src/sources/source-file.ts all[reason]',
  'src/tables/import-file.ts counts.dead[dead.reason]',
  'src/tables/import-file.ts counts[each.reason]',
  'src/tables/mapping.ts draft[field]',
  'src/tables/mapping.ts sources[field]',
  'src/tables/time-format.ts parts[part]',
  'src/tables/time-format.ts said[part]',
  'src/sources/validate-event.ts record[field]',
  'src/tokenize/load-tokenizer.ts config[name]',
  'src/tokenize/tokenizer-variants.ts step[key]',
  'src/tokenize/tokenizer-variants.ts step[name]',
];

/** Look-ups by a name in the builder, as `PATH CODE`, each once. */
function lookups(): string[] {
  const files = textFiles(/^(schemas|src|pipelines)\/.*\.ts$/).filter(({ path }) => !WITHOUT_NAMES.test(path));
  const found = files.flatMap(({ path, text }) =>
    runsOf(text)
      .filter(({ kind }) => kind === 'code')
      .flatMap(({ text: code }) => [...code.matchAll(LOOKUP), ...code.matchAll(IN)].map(([each]) => `${path} ${each}`)),
  );
  return [...new Set(found)].sort();
}

describe('the builder', () => {
  it('looks nothing up by a name of users in a plain object', () => {
    expect(lookups().filter((found) => !CLOSED.includes(found))).toEqual([]);
  });

  it('is held by patterns that bite', () => {
    const bites = (code: string) => code.match(LOOKUP) !== null || code.match(IN) !== null;
    const bad = ['weights[task]', 'event.context?.[key]', 'f()[label]', 'map[String(cell)]', 'caps[row.label]'];
    expect([...bad, 'find((name) => name in ours)'].map(bites)).not.toContain(false);
    expect(['rows[i]', '[name, value]', '{ [name]: 1 }', 'const [key] = pair'].map(bites)).not.toContain(true);
  });
});
