/**
 * The small marketplace that planted faults are built from: simulated events, and events by hand so
 * that every fault can show.
 */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import type { SourceFacts } from '../../schemas/source.ts';
import { SOURCE_FILE, sourceText } from '../../src/sources/source-file.ts';
import { runCli } from '../cli/run-cli.ts';
import { DOMAIN as SMALL_DOMAIN } from '../integration/small-world.ts';
import { writePrunedTokenizer } from '../tokenize/pruned-tokenizer.ts';
import { eventsByHand } from './hand-made-events.ts';

/** The pseudonym key of these tests. */
export const KEY = '7f'.repeat(32);

export interface FaultyWorld {
  /** The test file removes it. */
  readonly folder: string;
  readonly events: string;
  readonly domain: string;
  readonly recipe: string;
}

const CHAT_TEMPLATE =
  "{{ bos_token }}{% for message in messages %}{% if message['role'] == 'user' %}" +
  "{{ '[INST] ' + message['content'] + ' [/INST]' }}" +
  "{% else %}{{ message['content'] + eos_token }}{% endif %}{% endfor %}";

/** What a world may have otherwise. */
export interface WorldOptions {
  /** In YAML, one a line. */
  readonly tasks: readonly string[];
  readonly profile: string;
  readonly domain: string;
  /** How much is asked, in YAML. */
  readonly ask: string;
  /** Of labels, in YAML. */
  readonly caps: string;
  /** Of tokens: so that some rows are left out. */
  readonly budget: number;
  /** Members that are simulated. */
  readonly members: number;
  /** Whether an import left a word on what it assumed, and on what it left out. */
  readonly isImported: boolean;
}

/** With spoken names, and a line of its own where there is room for little. */
const DOMAIN = SMALL_DOMAIN.replace('Company: {company}]" }', 'Company: {company}]", title: "Job: {title}" }')
  .replace('name: applied,', 'name: applied, spoken: put in for it,')
  .replace('name: did not interact,', 'name: did not interact, spoken: let it pass,');

const EVERY_DAY: WorldOptions = {
  tasks: [
    '{ form: ranking.pointwise, order: by_action }',
    '{ form: ranking.binary, strategy: balanced }',
    '{ form: retrieval.choose, candidates: 4, shown: 0.5, random: 0.5 }',
    '{ form: next-action.action }',
  ],
  profile: 'hf',
  domain: DOMAIN,
  ask: '{ share: 0.3, per_member_day: 3 }',
  budget: 50_300,
  caps: '{ ranking.pointwise: { did not interact: 30 }, ranking.binary: { No: 40 } }',
  members: 35,
  isImported: false,
};

/** A world in which nothing says what was shown, so that items are drawn. */
export const WITHOUT_EXPOSURES: Partial<WorldOptions> = {
  tasks: [
    '{ form: ranking.binary }',
    '{ form: ranking.pointwise, drawn: 0.4 }',
    '{ form: retrieval.choose, candidates: 4 }',
  ],
  domain: DOMAIN.replace('exposures: [impression]', 'ignored: [impression]').replace(/^profile: .*\n/m, ''),
  ask: '{ share: 1 }',
  budget: 1_000_000,
  members: 1,
};

/** What `import` writes beside events. */
const SOURCE: SourceFacts = {
  dated: [],
  assumed: [{ type: 'item', attribute: 'location', because: 'a place of work does not move' }],
  left_out: [{ type: 'member', attribute: 'phone', why: 'it says who somebody is' }],
  credit: 'the Stone Works of Oslo, CC BY 4.0',
  licence: 'cc-by-4.0',
};

/** Shares, caps, budget and context are such that each of them leaves something out. */
const recipeWith = (tokenizer: string, sha256: string, { tasks, profile, ask, budget, caps }: WorldOptions) => `corpus:
  seed: 7
  tokenizer: { path: ${JSON.stringify(tokenizer)}, sha256: ${sha256} }
  context: 768
  known: ingest_time
  label_window: 3d
  label_lateness: 12h
  ask: ${ask}
  levels: { full: 64, short: 32, title: 16, question: 48, profile: 64 }
  tasks:
${tasks.map((task) => `    - ${task}`).join('\n')}
  holdout: { members: 0.1 }
release:
  until: 2026-02-25T00:00:00Z
  splits: { t1: 2026-02-07T00:00:00Z, t2: 2026-02-15T00:00:00Z, gap: 4d }
  token_budget: ${budget}
  label_caps: ${caps}
  profile: ${profile}
`;

/** Makes the world in a temporary folder of its own. */
export async function makeFaultyWorld(options: Partial<WorldOptions> = {}): Promise<FaultyWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'brewhouse-faults-'));
  const world = {
    folder,
    events: join(folder, 'events'),
    domain: join(folder, 'domain.yaml'),
    recipe: join(folder, 'recipe.yaml'),
  };
  const tokenizer = join(folder, 'tokenizer');
  const sha256 = writePrunedTokenizer(tokenizer);
  writeFileSync(join(tokenizer, 'chat_template.jinja'), CHAT_TEMPLATE);
  const all = { ...EVERY_DAY, ...options };
  writeFileSync(world.domain, all.domain);
  writeFileSync(world.recipe, recipeWith(tokenizer, sha256, all));
  await writeEvents(world.events, join(folder, 'simulated'), all.members);
  if (all.isImported) writeFileSync(join(world.events, SOURCE_FILE), sourceText(SOURCE));
  return world;
}

/**
 * Of the simulated items those that somebody met: the others would cost time in each run and show
 * nothing more.
 */
async function writeEvents(folder: string, simulated: string, members: number): Promise<void> {
  const size = ['--members', String(members), '--seed', '5', '--days', '40'];
  const ran = await runCli(['simulate', ...size, '--out', simulated]);
  expect(ran, ran.stderr).toMatchObject({ code: 0 });
  const lines = (kind: string) =>
    gunzipSync(readFileSync(join(simulated, `${kind}-00000.ndjson.gz`)))
      .toString('utf8')
      .trimEnd()
      .split('\n');
  const interactions = lines('interactions');
  const met = new Set(interactions.map((line) => (JSON.parse(line) as { item_id: string }).item_id));
  const items = lines('items').filter((line) => met.has((JSON.parse(line) as { item_id: string }).item_id));
  mkdirSync(folder);
  writeFileSync(join(folder, 'simulated.ndjson'), `${[...lines('members'), ...items, ...interactions].join('\n')}\n`);
  writeFileSync(
    join(folder, 'by-hand.ndjson'),
    eventsByHand()
      .map((event) => `${JSON.stringify(event)}\n`)
      .join(''),
  );
}
