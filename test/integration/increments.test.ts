/**
 * `release --since` and `verify` of what it makes, by the command line: what is refused, what is
 * found where an increment is not what the law says, and what stays of a release that stands.
 */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ReleaseId } from '../../schemas/ids.ts';
import type { Certificate, Fault, Lineage, Manifest } from '../../schemas/manifest.ts';
import { eventsAt, releaseAt } from '../../src/adapters/checker-reader.ts';
import { releaseFrom } from '../../src/cli/commands/release.ts';
import { sha256Hex } from '../../src/content-hash.ts';
import { PROCESS_EFFECTS } from '../../src/effects.ts';
import { verifyRelease } from '../../src/verify/verify-release.ts';
import { codeBlocks } from '../docs/code-blocks.ts';
import { page } from '../docs/pages.ts';
import { rowsOf } from '../worlds/increments.ts';
import { brewhouse, brewhouseJson, KEY, tempFolder } from './brewhouse.ts';
import { copyBuilder, type Replacement } from './copied-builder.ts';
import { ENDS, type GrowingLake, type IncrementJson, makeGrowingLake, releaseAs } from './growing-lake.ts';
import { hasPython, readWithPython, runPython } from './python-reader.ts';
import { build, release, tokenizerFlag } from './small-world.ts';
import { expectRefusal, ndjson, viewed } from './tiny-world.ts';

interface Verified {
  readonly ok: boolean;
  readonly faults: readonly Fault[];
  readonly taken_on_word: Certificate['taken_on_word'];
  readonly sentence: string;
}

const folder = tempFolder();
const read = <T>(...path: string[]): T => JSON.parse(readFileSync(join(...path), 'utf8')) as T;

let growing: GrowingLake;
let first: IncrementJson;
let second: IncrementJson;
let third: IncrementJson;
let verifiedSecond: Verified;

const verify = async (path: string, flags: readonly string[] = []): Promise<Verified> => {
  const words = ['verify', path, '--events', growing.world.events, ...tokenizerFlag(growing.world), ...flags, '--json'];
  const ran = await brewhouse(words);
  expect([0, 1], ran.stderr).toContain(ran.code);
  return JSON.parse(ran.stdout) as Verified;
};
const refused = (flags: readonly string[], { recipe = growing.world.recipe, until = ENDS[2]! } = {}) =>
  brewhouse(['release', '--lake', growing.lake, '--recipe', recipe, '--until', until, ...flags]);
/** A recipe beside the world's, with one text of it replaced. */
const otherRecipe = (from: string, to: string): string => {
  const { recipe } = growing.world;
  const text = readFileSync(recipe, 'utf8');
  expect(text).toContain(from);
  const path = recipe.replace('recipe.yaml', 'other.yaml');
  writeFileSync(path, text.replace(from, to));
  return path;
};

beforeAll(async () => {
  growing = await makeGrowingLake(folder, 40);
  await growing.grow();
  first = await releaseAs(growing, 'first', { end: 0 });
  await growing.grow();
  second = await releaseAs(growing, 'second', { end: 1, flags: ['--since', 'first', '--replay', '0.25'] });
  verifiedSecond = await verify(second.path);
  await growing.grow();
  third = await releaseAs(growing, 'third', { end: 2, flags: ['--since', second.path] });
});

describe('an increment', () => {
  it('says what it goes on from, what it replaced and what comes again (INCREMENT-1, INCREMENT-4)', () => {
    expect(second.since).toBe('first');
    expect(second.changes.replaced).toBeGreaterThan(0);
    expect(second.replay_rows).toBeGreaterThan(0);
    expect(Object.keys(second.rows).sort()).toEqual(['replay', 'train']);
    expect(Object.keys(third.rows)).toEqual(['train']);
    expect(third.changes.removed).toBeGreaterThan(0);
    const { since, release: section } = read<Manifest>(third.path, 'manifest.json');
    const named = ({ id, manifest_sha256 }: IncrementJson, end: number) => {
      return { id, manifest_sha256, until: Date.parse(ENDS[end]!) };
    };
    expect(since).toEqual({ ...named(second, 1), first: named(first, 0), replay: 0, changes: third.changes });
    expect({ ...section, until: 0 }).toEqual({ ...read<Manifest>(first.path, 'manifest.json').release, until: 0 });
    const card = readFileSync(join(third.path, 'README.md'), 'utf8');
    expect(card).toContain('an increment, which goes on from the release `second`');
  });

  it('is found in order, by the releases beside it or without them (INCREMENT-7)', async () => {
    expect(verifiedSecond.faults).toEqual([]);
    const beside = await verify(third.path);
    expect(beside.faults).toEqual([]);
    expect(beside.sentence).toContain('held to the release second and 1 before it');
    const alone = join(folder, 'alone');
    cpSync(third.path, alone, { recursive: true });
    const found = await verify(alone);
    expect(found.faults).toEqual([]);
    expect(found.taken_on_word).toContain('since');
    expect((await verify(alone, ['--since', second.path])).taken_on_word).toEqual(beside.taken_on_word);
    const elsewhere = await verify(alone, ['--since', folder]);
    expect(elsewhere.faults.map(({ rule }) => rule[0])).toEqual(['INCREMENT-1']);
  });

  it('has another name than a release of the same rows, and stands when asked for again (INCREMENT-6)', async () => {
    const { world, lake } = growing;
    const asked = ['--until', ENDS[2]!, '--since', 'second'];
    const [one, two] = [await release(world, lake, asked), (await release(world, lake, asked)) as IncrementJson];
    expect([two.id, two.stood]).toEqual([one.id, true]);
    const replayed = await release(world, lake, [...asked, '--replay', '0.000001']);
    expect(replayed.rows).toEqual(one.rows);
    expect(replayed.id).not.toBe(one.id);
  });

  it('is the same, and found to be so, by several threads', async () => {
    const { world, lake } = growing;
    const wish = { until: Date.parse(ENDS[2]!), since: 'second' as ReleaseId, replay: 0.5, workers: 2 };
    const none = { tokenBudget: undefined, profile: undefined, corpus: undefined, context: undefined, id: undefined };
    const of = {
      ...wish,
      ...none,
      lake,
      recipe: world.recipe,
      key: { text: KEY, file: undefined },
      allowEmpty: undefined,
    };
    const made = await releaseFrom({ ...of, tokensPerThread: 1_000 }, PROCESS_EFFECTS);
    const alone = await releaseFrom({ ...of, tokensPerThread: 1e12 }, PROCESS_EFFECTS);
    expect([alone.id, alone.stood]).toEqual([made.id, true]);
    const tokenizerPath = join(folder, 'tokenizer');
    const places = { release: releaseAt(made.path), events: eventsAt(world.events) };
    const verified = (threads: number) => verifyRelease({ ...places, key: KEY, tokenizerPath, threads });
    const [one, two] = [await verified(0), await verified(2)];
    expect(one.faults).toEqual([]);
    expect(two).toEqual(one);
  });

  it('goes on from the corpus as it was when its release was first made (PUBLISH-7)', async () => {
    const before = read<Lineage>(third.path, 'lineage.json').corpus;
    const { world, lake } = growing;
    writeFileSync(
      join(world.events, 'later.ndjson'),
      ndjson([viewed('later', { event_time: '2026-03-01T00:00:00Z' })]),
    );
    await build(world, lake, ['--append']);
    expect((await releaseAs(growing, 'third', { end: 2, flags: ['--since', second.path] })).stood).toBe(true);
    expect(read<Lineage>(third.path, 'lineage.json').corpus).toEqual(before);
  });
});

describe.skipIf(!hasPython)('Python', () => {
  it('finds the rows of both splits apart, and the card with its configs', () => {
    const { pyarrow, datasets, card } = readWithPython(second.path, [0], folder);
    for (const read of [pyarrow, datasets])
      expect(Object.fromEntries(Object.entries(read).map(([split, { lengths }]) => [split, lengths.length]))).toEqual(
        second.rows,
      );
    expect(card.warnings).toEqual([]);
    for (const { rows } of Object.values(card.configs)) expect(rows).toEqual(second.rows);
  });

  it('keeps by the example of docs/release.md what one release would have (INCREMENT-5)', async () => {
    const programs = codeBlocks(page('release.md')).filter(({ heading }) => heading === '## Increments');
    expect(programs).toHaveLength(1);
    const paths = `PATH = ${JSON.stringify(first.path)}\nINCREMENTS = ${JSON.stringify([second.path, third.path])}\n`;
    const told = [
      'import hashlib',
      'import json',
      'told = lambda ids: hashlib.sha256(",".join(map(str, ids)).encode()).hexdigest()',
      'print(json.dumps([[row["example_id"], told(row["input_ids"])] for row in rows.to_pylist()]))',
    ].join('\n');
    const kept = runPython<[string, string][]>(`${paths}${programs[0]!.code}\n${told}\n`);
    expect(new Map(kept).size).toBe(kept.length);
    // All that there is, but for what the first release had in its gap, validation and test.
    const recipe = otherRecipe(
      't1: 2026-02-08T00:00:00Z, t2: 2026-02-15T00:00:00Z',
      `t1: ${ENDS[2]}, t2: 2026-03-09T00:00:00Z`,
    );
    const { lake } = growing;
    const flags = ['--allow-empty', 'validation,test', '--until', ENDS[2]!];
    const whole = await brewhouseJson<IncrementJson>(['release', '--lake', lake, '--recipe', recipe, ...flags]);
    const all = new Map(
      [...(await rowsOf(whole.path, 'train'))].map(([id, row]) => [id, sha256Hex(row.split(' ')[0]!)]),
    );
    expect(kept.filter(([id, ids]) => all.get(id) !== ids)).toEqual([]);
    const changed = [...(await rowsOf(third.path, 'train')).keys()];
    expect(changed.filter((id) => !new Map(kept).has(id))).toEqual([]);
    expect(kept.length).toBeGreaterThan(changed.length);
  });
});

describe('an increment is refused', () => {
  it('where there is no such release, or it is one of another lake', async () => {
    expectRefusal(await refused(['--since', 'none']), 2, [/--since none/, /releases LAKE/]);
    expectRefusal(await refused(['--since', join(folder, 'elsewhere', 'releases', 'first')]), 2, [
      /no release of the lake/,
    ]);
    expectRefusal(await refused(['--replay', '0.1']), 2, [/--replay goes with --since/]);
    expectRefusal(await refused(['--since', 'first', '--replay', '0.1234567']), 2, [/six decimals/]);
  });

  it('with another section, an earlier end, or what takes rows away (INCREMENT-1)', async () => {
    expectRefusal(await refused(['--since', 'first', '--token-budget', '1000']), 2, [/token_budget/]);
    expectRefusal(await refused(['--since', 'first', '--profile', 'weighted']), 2, [/release\.profile/]);
    expectRefusal(await refused(['--since', 'third'], { until: ENDS[1]! }), 2, [/after this one/]);
    const capped = otherRecipe('  weights:', '  label_caps: { ranking.binary: { No: 5 } }\n  weights:');
    expectRefusal(await refused(['--since', 'first'], { recipe: capped }), 2, [/label_caps/]);
  });

  it('of another corpus, and with another key', async () => {
    const { world, lake } = growing;
    const recipe = otherRecipe('seed: 7', 'seed: 8');
    const words = ['--events', world.events, '--domain', world.domain, '--recipe', recipe, '--lake', lake];
    await brewhouseJson(['build', ...words]);
    expectRefusal(await refused(['--since', 'first'], { recipe }), 2, [/of the corpus/]);
    const env = { BREWHOUSE_KEY: '6b'.repeat(32) };
    const flags = ['--lake', lake, '--recipe', world.recipe, '--until', ENDS[2]!, '--since', 'second'];
    expectRefusal(await brewhouse(['release', ...flags], { env }), 2, [/was made with key/]);
  });
});

/** What a builder gets wrong, and the rule and the check that find it. */
const PLANTED: readonly (Replacement & Readonly<Record<'what' | 'check' | 'rule', string>>)[] = [
  {
    ...{ what: 'rows of the past that are the same', check: 'split', rule: 'INCREMENT-2' },
    ...{ file: 'src/release/increment-rule.ts', from: 'rules.fresh.has(key)', to: '!rules.fresh.has(key)' },
  },
  {
    ...{ what: 'no row that changed', check: 'ledger', rule: 'INCREMENT-2' },
    ...{ file: 'src/release/increment-rule.ts', from: 'rules.fresh.has(key)', to: 'rules.fresh.has(variant)' },
  },
  {
    ...{ what: 'rows that come again, all of them', check: 'split', rule: 'INCREMENT-2' },
    ...{ file: 'src/release/increment-rule.ts', from: 'rules.replay)', to: '1)' },
  },
  {
    ...{ what: 'a removed example that is not listed', check: 'changes', rule: 'INCREMENT-3' },
    file: 'src/release/corpus-changes.ts',
    ...{ from: 'return { removed, replaced, fresh };', to: 'return { removed: removed.slice(1), replaced, fresh };' },
  },
  {
    ...{ what: 'a replaced example that is not listed', check: 'changes', rule: 'INCREMENT-3' },
    file: 'src/release/corpus-changes.ts',
    ...{ from: 'return { removed, replaced, fresh };', to: 'return { removed, replaced: replaced.slice(1), fresh };' },
  },
  {
    ...{ what: 'a replaced example that is called removed', check: 'changes', rule: 'INCREMENT-3' },
    file: 'src/release/corpus-changes.ts',
    ...{
      from: 'return { removed, replaced, fresh };',
      to: 'return { removed: [...removed, ...replaced], replaced: [], fresh };',
    },
  },
  {
    ...{ what: 'another end of the release before', check: 'changes', rule: 'INCREMENT-1' },
    ...{ file: 'src/release/since.ts', from: 'until: before.until };', to: 'until: before.until - 1 };' },
  },
  {
    ...{ what: 'another manifest of the release before', check: 'changes', rule: 'INCREMENT-1' },
    ...{ file: 'src/release/since.ts', from: '{ id: before.id, manifest_sha256: manifestSha256,' },
    to: '{ id: before.id, manifest_sha256: before.recipe_sha256,',
  },
];

describe('verify names an increment with', () => {
  it.each(PLANTED.map((each, i) => ({ ...each, i })))('$what', async ({ what: _, check, rule, i, ...replacement }) => {
    const copy = join(folder, `copy-${i}`);
    mkdirSync(copy);
    const run = copyBuilder(copy, [replacement]);
    const { world, lake } = growing;
    const words = ['--lake', lake, '--recipe', world.recipe, '--until', ENDS[2]!, '--since', 'second'];
    const { path } = await run<IncrementJson>(['release', ...words, '--id', `planted-${i}`]);
    const { faults } = await verify(path);
    expect(faults.map((fault) => [fault.check, fault.rule.includes(rule)])).toContainEqual([check, true]);
  });
});
