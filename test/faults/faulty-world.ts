/**
 * The small marketplace that planted faults are built from: simulated events, and events by hand so
 * that every fault can show.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { root, runCli } from '../cli/run-cli.ts';
import { DOMAIN } from '../integration/small-world.ts';
import { MISTRAL } from '../tokenize/families.ts';
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

/**
 * Sentencepiece style and small: it loads in a fraction of the others' time, and build, release and
 * verify each load it anew.
 */
const CHAT_TEMPLATE =
  "{{ bos_token }}{% for message in messages %}{% if message['role'] == 'user' %}" +
  "{{ '[INST] ' + message['content'] + ' [/INST]' }}" +
  "{% else %}{{ message['content'] + eos_token }}{% endif %}{% endfor %}";

/** What the recipe of a world may say otherwise. */
interface FaultyRecipe {
  /** In YAML, one a line. */
  readonly tasks: readonly string[];
  readonly profile: string;
}

const EVERY_DAY: FaultyRecipe = {
  tasks: [
    '{ form: ranking.pointwise, order: by_action }',
    '{ form: ranking.binary, strategy: balanced }',
    '{ form: retrieval.choose, candidates: 4, shown: 0.5, random: 0.5 }',
    '{ form: next-action.action }',
  ],
  profile: 'hf',
};

/** Shares, caps, budget and context are such that each of them leaves something out. */
const recipeWith = (tokenizer: string, { tasks, profile }: FaultyRecipe) => `corpus:
  seed: 7
  tokenizer: { path: ${JSON.stringify(tokenizer)}, sha256: ${MISTRAL.sha256} }
  context: 768
  label_window: 3d
  ask: { share: 0.3, per_member_day: 3 }
  levels: { full: 64, short: 32, title: 16, question: 48, profile: 64 }
  tasks:
${tasks.map((task) => `    - ${task}`).join('\n')}
  holdout: { members: 0.1 }
release:
  until: 2026-02-25T00:00:00Z
  splits: { t1: 2026-02-08T00:00:00Z, t2: 2026-02-15T00:00:00Z, gap: 3d }
  token_budget: 50000
  profile: ${profile}
`;

/** Makes the world in a temporary folder of its own. */
export async function makeFaultyWorld(recipe: Partial<FaultyRecipe> = {}): Promise<FaultyWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'brewhouse-faults-'));
  const world = {
    folder,
    events: join(folder, 'events'),
    domain: join(folder, 'domain.yaml'),
    recipe: join(folder, 'recipe.yaml'),
  };
  const tokenizer = join(folder, 'tokenizer');
  cpSync(join(root, 'node_modules', MISTRAL.package, 'models'), tokenizer, { recursive: true });
  writeFileSync(join(tokenizer, 'chat_template.jinja'), CHAT_TEMPLATE);
  writeFileSync(world.domain, DOMAIN);
  writeFileSync(world.recipe, recipeWith(tokenizer, { ...EVERY_DAY, ...recipe }));
  await writeEvents(world.events, join(folder, 'simulated'));
  return world;
}

/**
 * Of the simulated items those that somebody met: the others would cost time in each run and show
 * nothing more.
 */
async function writeEvents(folder: string, simulated: string): Promise<void> {
  const ran = await runCli(['simulate', '--members', '60', '--seed', '5', '--days', '40', '--out', simulated]);
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
