/** Python reads a release as a trainer does, and finds the rows that `inspect` shows. */
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { brewhouseJson, sidecarOf, tempFolder } from './brewhouse.ts';
import { hasPython, type Row, readWithPython } from './python-reader.ts';
import { build, makeSmallWorld, type ReleaseJson, release, type SmallWorld, tokenizerFlag } from './small-world.ts';

/** Rows compared token by token. */
const ROWS = [0, 5, 11];

describe.skipIf(!hasPython)('pyarrow and datasets', () => {
  // A skipped suite runs no afterAll: it makes no folder either.
  const folder = hasPython ? tempFolder() : '';
  let world: SmallWorld;
  let released: ReleaseJson;
  let read: ReturnType<typeof readWithPython>;

  beforeAll(async () => {
    world = await makeSmallWorld(folder, { members: 60 });
    await build(world, join(folder, 'lake'), ['--workers', '2']);
    released = await release(world, join(folder, 'lake'));
    read = readWithPython(released.path, ROWS, folder);
  });

  test.for(['pyarrow', 'datasets'])(
    '%s finds every row of every split, as long as the sidecar says',
    async (library) => {
      const found = read[library]!;
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
        expect(read.pyarrow![split]!.rows[row]).toMatchObject({ input_ids, labels });
        expect(read.datasets![split]!.rows[row]).toMatchObject({ input_ids, labels });
      }
    }
  });
});
