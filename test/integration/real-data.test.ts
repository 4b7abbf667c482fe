/**
 * The two real sets go from the raw tables to a verified release with the files that ship: some of
 * their members, a share of the questions asked.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot, shippedFolder } from '../../src/config.ts';
import { askAgain, eventsBelow } from './asked-again.ts';
import { brewhouse, brewhouseJson, KEY, tempFolder } from './brewhouse.ts';
import { copyTables } from './copy-tables.ts';
import { goldenContent, releaseContent } from './release-content.ts';
import { build, release } from './small-world.ts';

const data = process.env.BREWHOUSE_DATA ?? join(packageRoot(), '..', 'shared', 'data');

/**
 * What members did is left out but for those whose id ends so, and questions of the shipped recipe
 * are thinned by draw, so that the whole way takes seconds; `npm run test:all` takes and asks all.
 */
const SETS = [
  {
    name: 'ifdb',
    did: /^(events|ratings)/,
    kept: /^[^,]*[37],/,
    share: 0.004,
    assumed: ['title', 'author', 'genre', 'description'],
  },
  {
    name: 'us-senate-rollcalls',
    did: /^events/,
    kept: /^[^,]*3,/,
    share: 0.0013,
    assumed: ['vote_question', 'vote_desc', 'name'],
  },
];

/** Fewer rows would show little. */
const ROWS_MIN = 80;

interface Verified {
  ok: boolean;
  rows_checked: number;
  faults: unknown[];
  sentence: string;
}

for (const { name, did, kept, share, assumed } of SETS) {
  const from = join(data, name);
  const isThere = existsSync(from);
  if (!isThere) console.warn(`SKIPPED: no data set ${name} in ${data}; set BREWHOUSE_DATA to the folder that holds it`);
  describe.skipIf(!isThere)(`The real set ${name}`, () => {
    it('goes from tables to a release in which every row is verified, and names what it takes on trust', async () => {
      const folder = tempFolder();
      const names = ['tables', 'events', 'lake', 'recipe.yaml'];
      const [tables, events, lake, recipe] = names.map((each) => join(folder, each)) as [
        string,
        string,
        string,
        string,
      ];
      copyTables(from, tables, { did, kept });
      const shipped = readFileSync(join(shippedFolder('recipes'), `${name}.yaml`), 'utf8');
      const thinned = shipped.replace(/ask: \{ share: [0-9.]+/, `ask: { share: ${share}`);
      expect(thinned).not.toBe(shipped);
      writeFileSync(recipe, thinned);
      const mapping = join(shippedFolder('mappings'), `${name}.yaml`);
      const domain = join(shippedFolder('domains'), `${name}.yaml`);

      await brewhouseJson(['import', '--mapping', mapping, '--from', tables, '--out', events]);
      await brewhouseJson(['check', '--events', events, '--domain', domain]);
      const world = { events, domain, recipe };
      expect(await build(world, lake)).toMatchObject({ dead: 0, duplicates: 0, dropped: 0, late: 0 });
      const released = await release(world, lake);
      expect(Object.keys(released.rows)).toEqual(expect.arrayContaining(['train', 'validation', 'test']));

      const verified = await brewhouseJson<Verified>(['verify', released.path, '--events', events]);
      expect(verified).toMatchObject({ ok: true, faults: [] });
      expect(verified.rows_checked).toBeGreaterThan(ROWS_MIN);
      expect(verified.rows_checked).toBe(Object.values(released.rows).reduce((sum, each) => sum + each, 0));
      for (const attribute of assumed) expect(verified.sentence).toContain(attribute);

      expect((await askAgain(released.path, eventsBelow(events))).rows).toBe(verified.rows_checked);

      const content = await releaseContent(released.path);
      expect(content).toEqual(goldenContent(`${name}, some members`, content));

      const shown = await brewhouse(['inspect', released.path, '--split', 'test', '--row', '0'], {
        env: { BREWHOUSE_KEY: KEY },
      });
      expect(shown.code).toBe(0);
      expect(shown.stdout).toContain('asked at');
    });
  });
}
