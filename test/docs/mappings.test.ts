/** docs/mappings.md: its commands and its blocks, run on small files of each shape. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { runCli } from '../cli/run-cli.ts';
import { tempFolder } from '../integration/brewhouse.ts';
import { prunedSha256, writePrunedTokenizer } from '../tokenize/pruned-tokenizer.ts';
import { codeBlocks } from './code-blocks.ts';
import { page, section } from './pages.ts';
import { PUBLIC_SHAPES, type PublicShape } from './public-shapes.ts';

const text = page('mappings.md');
const folder = tempFolder();

/** The code blocks of a language in a section. */
function blocks(heading: string, language: string): string[] {
  const own = codeBlocks(section(text, `## ${heading}`));
  return own.filter((block) => block.language === language).map(({ code }) => code);
}

/** The domain that a section shows, or shares with another one. */
function domainOf({ heading, domainOf: other }: PublicShape): string | undefined {
  return blocks(other ?? heading, 'yaml')[1];
}

/** Runs the section's own command in a folder that holds its files. */
async function runSection({ heading, folder: name, files }: PublicShape) {
  const cwd = join(folder, heading.replaceAll(/\W/g, '-'));
  for (const [file, content] of Object.entries(files)) {
    const path = join(cwd, 'DATA', name, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  const [npx, brewhouse, ...args] = (blocks(heading, 'sh')[0] ?? '').trim().split(' ');
  expect([npx, brewhouse, args[0]]).toEqual(['npx', 'brewhouse', 'import']);
  writeFileSync(join(cwd, args[args.indexOf('--mapping') + 1] ?? ''), blocks(heading, 'yaml')[0] ?? '');
  return { cwd, ran: await runCli([...args, '--json'], { cwd }) };
}

function eventsBelow(events: string): Record<string, object[]> {
  const found: Record<string, object[]> = {};
  for (const name of readdirSync(events, { recursive: true }) as string[]) {
    if (!name.endsWith('.ndjson.gz')) continue;
    const records = gunzipSync(readFileSync(join(events, name)))
      .toString('utf8')
      .split('\n')
      .filter(Boolean);
    found[name.slice(0, -'.ndjson.gz'.length)] = records.map((record) => JSON.parse(record) as object);
  }
  return found;
}

const RECIPE = `corpus:
  seed: 7
  tokenizer: { path: tokenizer, sha256: ${prunedSha256()} }
  chat_template: false
  context: 1024
  label_window: 1d
  tasks: [{ form: ranking.pointwise }]
release:
  splits: { t1: 2030-01-01T00:00:00Z, t2: 2030-02-01T00:00:00Z, gap: 1d }
`;

describe('docs/mappings.md', () => {
  test('has one section for each shape, in this order', () => {
    const headings = text.split('\n').flatMap((line) => (line.startsWith('## ') ? [line.slice(3)] : []));
    expect(headings).toEqual(PUBLIC_SHAPES.map(({ heading }) => heading));
  });

  test.each(PUBLIC_SHAPES)('$heading is imported, checked and built as the page has it', async (shape) => {
    const { cwd, ran } = await runSection(shape);
    const { filtered = 0, equal = 0, dead = {} } = shape;
    expect(JSON.parse(ran.stdout), ran.stderr).toMatchObject({ filtered, equal, dead_by_reason: dead });
    // In files of a few rows one dead row is more than --max-dead.
    expect(ran.code).toBe(Object.keys(dead).length === 0 ? 0 : 1);
    const found = eventsBelow(join(cwd, 'events'));
    const ids = Object.values(found).flatMap((events) => events.map((event) => Reflect.get(event, 'event_id')));
    expect(new Set(ids).size).toBe(ids.length);
    for (const event of Object.values(found).flat()) Reflect.deleteProperty(event, 'event_id');
    expect(found).toEqual(shape.events);

    const domain = domainOf(shape);
    if (domain !== undefined) writeFileSync(join(cwd, 'domain.yaml'), domain);
    const withDomain = domain === undefined ? [] : ['--domain', 'domain.yaml'];
    const checked = await runCli(['check', '--events', 'events', ...withDomain, '--json'], { cwd });
    expect(checked.code, checked.stdout + checked.stderr).toBe(0);
    const { warnings } = JSON.parse(checked.stdout) as { warnings: { code: string }[] };
    expect(warnings.some(({ code }) => code === 'no_interactions')).toBe(
      !Object.values(shape.events)
        .flat()
        .some((event) => Reflect.get(event, 'type') === 'interaction'),
    );
    if (shape.questions === undefined) return;
    writePrunedTokenizer(join(cwd, 'tokenizer'));
    writeFileSync(join(cwd, 'recipe.yaml'), RECIPE);
    const how = ['--events', 'events', ...withDomain, '--recipe', 'recipe.yaml', '--lake', 'lake', '--workers', '1'];
    const built = await runCli(['build', ...how, '--json'], { cwd });
    expect(built.code, built.stderr).toBe(0);
    const questions = { rendered: shape.questions, item_unknown: shape.unknown ?? 0 };
    expect(JSON.parse(built.stdout)).toMatchObject({ dead: 0, questions });
  });
});
