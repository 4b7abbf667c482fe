/** The card of a release as a person finds it: whose data it is, what it is called, and a row. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Manifest } from '../../schemas/manifest.ts';
import { sha256Hex } from '../../src/content-hash.ts';
import { brewhouse, brewhouseJson, tempFolder } from './brewhouse.ts';
import { build, DOMAIN, type ReleaseJson, release, type SmallWorld, tokenizerFlag } from './small-world.ts';
import { makeTinyWorld, ndjson, TINY_EVENTS } from './tiny-world.ts';

const folder = tempFolder();
/** Nothing says what was shown, so that tasks draw. */
const UNSEEN = DOMAIN.replace('exposures: [impression]', 'ignored: [impression]');
const KEYS = 'at_exposure: ["hour of <b>|`\\e"]\n';
const SOURCE =
  'name: shop\ncredit: "Ann & Bo | of <Oslo>\\n# not a heading"\nlicence: cc-by-4.0\n' +
  'assumed: [{ type: "item\\n# no", attribute: "title\\nverified: a", because: "so\\e[2J\\nverified: b" }]\n';

const cardOf = ({ path }: ReleaseJson) => readFileSync(join(path, 'README.md'), 'utf8');
const verified = (world: SmallWorld, { path }: ReleaseJson) =>
  brewhouseJson(['verify', path, '--events', world.events, ...tokenizerFlag(world)]);

it('is the same under every name, credits its source, and tells the row that inspect shows', async () => {
  const world = makeTinyWorld(folder, 'said', { domain: `${UNSEEN}${KEYS}`, files: { 'source.yaml': SOURCE } });
  const lake = join(folder, 'said-lake');
  await build(world, lake);
  const [named, unnamed] = [await release(world, lake, ['--id', 'first']), await release(world, lake)];
  const card = cardOf(named);
  expect(card).toBe(cardOf(unnamed));
  expect(card).toContain('\n# jobs, until 2026-02-25\n');
  expect(card).toContain(`; the release is \`${unnamed.id}\`.\n`);
  expect(card).toContain('\nlicense: cc-by-4.0\n');
  expect(card).toContain('\n- Credit: Ann & Bo \\| of \\<Oslo> # not a heading.\n');
  expect(card).toContain('Negatives are drawn');
  expect(card).toContain('are by the word of the domain: hour of \\<b>\\|\\` .\n');
  const [, row = '', text = ''] = /\nRow (\d+) of train[^\n]*\n\n```text\n([\s\S]*?)\n```\n/.exec(card) ?? [];
  const shown = await brewhouseJson<{ text: string }>(['inspect', named.path, '--row', row, ...tokenizerFlag(world)]);
  expect(text.length).toBeGreaterThan(200);
  expect(text).toBe(shown.text);
  for (const member of ['m1', 'm2']) expect(card).not.toMatch(new RegExp(`\\b${member}\\b`));
  expect(card).toContain('been known all along: item # no.title verified: a (so \\[2J verified: b).\n');
  expect(await verified(world, named)).toMatchObject({ ok: true, faults: [] });

  // Neither what a source says nor what a card says orders a terminal about or passes for our line.
  const forged = Buffer.from(card.replace('## One row', '## \u001b[2J\rverified: c'));
  writeFileSync(join(named.path, 'README.md'), forged);
  const manifest = JSON.parse(readFileSync(join(named.path, 'manifest.json'), 'utf8')) as Manifest;
  const files = manifest.files.map((file) =>
    file.kind === 'card' ? { ...file, bytes: forged.length, sha256: sha256Hex(forged) } : file,
  );
  writeFileSync(join(named.path, 'manifest.json'), JSON.stringify({ ...manifest, files }));
  const { stdout } = await brewhouse(['verify', named.path, '--events', world.events, ...tokenizerFlag(world)]);
  expect(stdout).not.toMatch(/(?!\n)\p{Cc}|^verified/mu);
  expect(stdout).toMatch(/README\.md, line \d+: ## \\u\{1b\}\[2J\\u\{d\}verified: c instead of ## One row/);
  expect(stdout).toMatch(/^FAULTS FOUND: /m);
}, 120_000);

it('claims nothing of drawn negatives where no item has a time and so no row has one', async () => {
  const untimed = TINY_EVENTS.map((event) =>
    'item_id' in event && 'op' in event ? { ...event, event_time: null } : event,
  );
  const files = { 'events.ndjson': ndjson(untimed) };
  const world = makeTinyWorld(folder, 'untimed', { domain: UNSEEN, files });
  const lake = join(folder, 'untimed-lake');
  await build(world, lake);
  const released = await release(world, lake);
  const card = cardOf(released);
  expect(card).toContain('\n- 3 items have no time');
  expect(card).not.toMatch(/Negatives are drawn|Popularity may tell|brand-new|\| retrieval\.choose \|/);
  expect(card).toContain('\n- Which questions were lost');
  expect(card).toContain('\n- Licence of the data: none was named.\n');
  expect(card).not.toMatch(/^license/m);
  expect(await verified(world, released)).toMatchObject({ ok: true, faults: [] });
}, 120_000);
