/**
 * Small inputs whose texts were once cut in two ways, or held tokens that a tokenizer adds. The
 * lines of `cut-*` in `lines.txt`, and the ids below, were worked out from RULES.md with the
 * tokenizers library of Python, without any code of ours.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { withAddedTokens } from '../tokenize/added-tokens.ts';
import { MISTRAL } from '../tokenize/families.ts';
import { brewhouse } from './brewhouse.ts';
import { buildArgs, CASE_FILES, releaseArgs } from './small-world.ts';

const root = mkdtempSync(join(tmpdir(), 'brewhouse-cases-'));
afterAll(() => rmSync(root, { recursive: true }));

/** Runs a command that must end well in the folder of the case. */
async function run(folder: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await brewhouse(args, { cwd: folder });
  expect(code, `${args.join(' ')}: ${stderr}`).toBe(0);
  return stdout;
}

const ADDED_LINE = '[Title: the <item_12> thing, Company: C]';
/** Of Mistral's tokenizer as it ships, which does not know `<item_12>`. */
const ADDED_IDS = [
  28792, 7522, 28747, 272, 523, 1751, 28730, 28740, 28750, 28767, 1970, 28725, 6452, 28747, 334, 28793, 13,
];

it.each(['cut-url', 'cut-chinese', 'cut-early-space', 'added-token-in-text'])(
  'builds, releases and verifies %s',
  async (name) => {
    const folder = join(root, name);
    cpSync(join(import.meta.dirname, '..', 'cases', name), folder, { recursive: true });
    if (name === 'added-token-in-text') {
      const { path, sha256 } = withAddedTokens(MISTRAL.package);
      cpSync(path, join(folder, 'TOKENIZER'), { recursive: true });
      rmSync(path, { recursive: true });
      const recipe = readFileSync(join(folder, 'recipe.yaml'), 'utf8');
      writeFileSync(join(folder, 'recipe.yaml'), recipe.replace('SHA', sha256));
    }
    await run(folder, ...buildArgs(CASE_FILES, 'lake'));
    await run(folder, ...releaseArgs(CASE_FILES, 'lake', ['--id', 'r']));
    const from = name === 'added-token-in-text' ? ['--tokenizer', 'TOKENIZER'] : [];
    const inspected = await run(folder, 'inspect', 'lake/releases/r', '--row', '0', '--json', ...from);
    const row = JSON.parse(inspected) as { text: string; input_ids: number[] };
    const said = row.text.split('\n').filter((line) => line.includes('[Title: '));
    expect(said.length).toBeGreaterThan(0);
    if (name === 'added-token-in-text') {
      expect(said).toContain(ADDED_LINE);
      expect(` ${row.input_ids.join(' ')} `).toContain(` ${ADDED_IDS.join(' ')} `);
    } else {
      const right = readFileSync(join(folder, 'lines.txt'), 'utf8').split('\n');
      expect(right).toEqual(expect.arrayContaining(said.map((line) => line.slice(line.indexOf('[')))));
    }
    const verdict = JSON.parse(await run(folder, 'verify', 'lake/releases/r', '--events', 'events', '--json', ...from));
    expect(verdict).toMatchObject({ ok: true, faults: [] });
  },
  120_000,
);
