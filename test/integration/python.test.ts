/** Python reads a release as a trainer does, and finds the rows that `inspect` shows. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { FIELD_RUNS } from '../../schemas/field-runs.ts';
import { openStore } from '../../src/adapters/open-store.ts';
import { readRelease } from '../../src/release/release-reader.ts';
import { codeBlocks } from '../docs/code-blocks.ts';
import { page } from '../docs/pages.ts';
import { brewhouseJson, sidecarOf, tempFolder } from './brewhouse.ts';
import { hasPython, type Row, readWithPython, runPython } from './python-reader.ts';
import { shown } from './shown-row.ts';
import {
  build,
  DOMAIN,
  makeSmallWorld,
  type ReleaseJson,
  release,
  type SmallWorld,
  tokenizerFlag,
} from './small-world.ts';

/** Rows compared token by token. */
const ROWS = [0, 5, 11];

/** YAML and Markdown have a meaning for most of it. */
const ODD_NAME = 'jobs: "Über" --- | #1 & [契約](x) \u{1f600} \\';

describe.skipIf(!hasPython)('pyarrow and datasets', () => {
  // A skipped suite runs no afterAll: it makes no folder either.
  const folder = hasPython ? tempFolder() : '';
  let world: SmallWorld;
  let released: ReleaseJson;
  let read: ReturnType<typeof readWithPython>;

  beforeAll(async () => {
    world = await makeSmallWorld(folder, { members: 60 });
    writeFileSync(world.domain, DOMAIN.replace('name: jobs', `name: ${JSON.stringify(ODD_NAME)}`));
    writeFileSync(join(world.events, 'source.yaml'), `licence: 'CC BY 4.0: "as is" --- #1'\n`);
    await build(world, join(folder, 'lake'), ['--workers', '2']);
    released = await release(world, join(folder, 'lake'));
    read = readWithPython(released.path, ROWS, folder);
  });

  test.for(['pyarrow', 'datasets'] as const)(
    '%s finds every row of every split, as long as the sidecar says',
    async (library) => {
      const found = read[library];
      expect(new Set(Object.keys(found))).toEqual(new Set(Object.keys(released.rows)));
      for (const [split, rows] of Object.entries(released.rows)) {
        expect(found[split]!.lengths).toHaveLength(rows);
        const said = (await sidecarOf(released.path, split)).map((row) => [row.n_tokens, row.n_loss_tokens]);
        expect(found[split]!.lengths).toEqual(said);
      }
    },
  );

  test('both find the ids and labels that inspect shows', async () => {
    for (const [split, rows] of [
      ['train', ROWS],
      ['validation', [0]],
    ] as const) {
      for (const row of rows) {
        const flags = ['--split', split, '--row', String(row), ...tokenizerFlag(world)];
        const { input_ids, labels } = await brewhouseJson<Row>(['inspect', released.path, ...flags]);
        expect(read.pyarrow[split]!.rows[row]).toMatchObject({ input_ids, labels });
        expect(read.datasets[split]!.rows[row]).toMatchObject({ input_ids, labels });
      }
    }
  });

  test('the example of docs/release.md looks up the origins of a row as they are', async () => {
    const programs = codeBlocks(page('release.md')).filter(
      ({ language, heading }) => language === 'python' && heading === '### The origins of a row',
    );
    expect(programs).toHaveLength(1);
    const origins = runPython<Record<string, unknown>[]>(
      `PATH = ${JSON.stringify(released.path)}\n${programs[0]!.code}\nimport json\nprint(json.dumps(origins))\n`,
    );
    const { row } = await readRelease(openStore(released.path));
    const { origin } = shown(await row('train', 0));
    const [from, to] = [[0, ...origin.to.slice(0, -1)], [...origin.to]];
    expect(origins.length).toBeGreaterThan(5);
    expect(origins).toEqual(
      origin.role.map((role, i) => ({
        ...{ role, version: origin.version[i], level: origin.level[i], fields: FIELD_RUNS.store(origin.fields[i]!) },
        ...{ tokens: to[i]! - from[i]!, from: from[i], to: to[i], event: origin.event[i] },
      })),
    );
  });

  test('huggingface_hub and datasets take the card as it is, and load meta and origin by name', async () => {
    const { data, metadata, configs, shards, warnings } = read.card;
    const size = Object.values(released.rows).reduce((sum, rows) => sum + rows, 0);
    expect(data).toEqual(metadata);
    expect(data).toMatchObject({
      ...{ pretty_name: `${ODD_NAME}, until 2026-02-25`, license: 'other', license_name: 'cc-by-4.0-as-is-1' },
      ...{ task_categories: ['text-generation'], size_categories: [size < 1_000 ? 'n<1K' : '1K<n<10K'] },
    });
    expect(Object.keys(configs)).toEqual(['default', 'meta', 'origin']);
    const firsts = await Promise.all(
      Object.keys(released.rows).map(async (split) => [split, (await sidecarOf(released.path, split))[0]!.example_id]),
    );
    for (const [name, { rows, first, as_in_file: asInFile }] of Object.entries(configs)) {
      expect({ name, rows, asInFile }).toEqual({ name, rows: released.rows, asInFile: true });
      if (name === 'meta') expect(first).toEqual(Object.fromEntries(firsts));
    }
    expect(shards[0]).toBe(1);
    expect(shards[1]).toBeGreaterThanOrEqual(shards[0]);
    expect(warnings).toEqual([]);
  });
});
