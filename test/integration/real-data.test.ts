/**
 * The real sets go from the raw tables to a verified release with the files that ship: some of
 * their members, a share of the questions asked.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { shippedFolder } from '../../src/config.ts';
import { leftOut } from '../faults/rotation.ts';
import { REAL_DATA, REAL_SETS } from '../real-sets.ts';
import { askAgain, eventsBelow } from './asked-again.ts';
import { brewhouse, brewhouseJson, tempFolder } from './brewhouse.ts';
import { copyTables } from './copy-tables.ts';
import { goldenContent, releaseContent } from './release-content.ts';
import { buildArgs, release } from './small-world.ts';

/** What a release says that it takes on trust. */
const ASSUMED: Readonly<Record<string, readonly string[]>> = {
  ifdb: ['title', 'author', 'genre', 'description'],
  'online-retail': ['country', 'description'],
  'polis-votes': ['statement', 'topic'],
  'stackexchange-quantumcomputing': ['location', 'about', 'title', 'tags', 'body'],
  'us-senate-rollcalls': ['vote_question', 'vote_desc', 'name'],
};

/** Fewer rows would show little. */
const ROWS_MIN = 80;

interface Verified {
  ok: boolean;
  rows_checked: number;
  faults: unknown[];
  sentence: string;
}

for (const [n, { name, importFlags, some, share }] of REAL_SETS.entries()) {
  const from = join(REAL_DATA, name);
  const isThere = existsSync(from);
  if (!isThere) {
    console.warn(`SKIPPED: no data set ${name} in ${REAL_DATA}; set BREWHOUSE_DATA to the folder that holds it`);
  }
  describe.skipIf(!isThere)(`The real set ${name}`, () => {
    it('goes from tables to a release in which every row is verified, and names what it takes on trust', async ({
      skip,
    }) => {
      const reason = leftOut(n, 'the real sets');
      if (reason !== undefined) skip(reason);
      const folder = tempFolder();
      const inFolder = (file: string) => join(folder, file);
      const [tables, events, lake] = [inFolder('tables'), inFolder('events'), inFolder('lake')];
      const [mapping, domain] = (['mappings', 'domains'] as const).map((kind) =>
        join(shippedFolder(kind), `${name}.yaml`),
      ) as [string, string];
      const recipe = inFolder('recipe.yaml');
      copyTables(from, tables, some);
      const shipped = readFileSync(join(shippedFolder('recipes'), `${name}.yaml`), 'utf8');
      const thinned = shipped.replace(/ask: \{ share: [0-9.]+/, `ask: { share: ${share}`);
      expect(thinned).not.toBe(shipped);
      writeFileSync(recipe, thinned);

      const imported = ['import', '--mapping', mapping, '--from', tables, '--out', events, ...importFlags];
      expect(await brewhouseJson(imported)).toMatchObject({ dead: 0 });
      await brewhouseJson(['check', '--events', events, '--domain', domain]);
      const world = { events, domain, recipe };
      const built = await brewhouse(buildArgs(world, lake, ['--json']));
      expect(built.code, built.stderr).toBe(0);
      expect(JSON.parse(built.stdout)).toMatchObject({ dead: 0, duplicates: 0, dropped: 0, late: 0 });
      expect(built.stderr).not.toMatch(/train rows of .* are labelled|read at the level/);
      const released = await release(world, lake);
      expect(Object.keys(released.rows)).toEqual(expect.arrayContaining(['train', 'validation', 'test']));

      const verified = await brewhouseJson<Verified>(['verify', released.path, '--events', events]);
      expect(verified).toMatchObject({ ok: true, faults: [] });
      expect(verified.rows_checked).toBeGreaterThan(ROWS_MIN);
      expect(verified.rows_checked).toBe(Object.values(released.rows).reduce((sum, each) => sum + each, 0));
      for (const attribute of ASSUMED[name] ?? []) expect(verified.sentence).toContain(attribute);
      const isFirstSeen = importFlags.includes('--first-seen');
      expect(/from the first interaction with each on/.test(verified.sentence)).toBe(isFirstSeen);

      expect((await askAgain(released.path, eventsBelow(events))).rows).toBe(verified.rows_checked);

      const content = await releaseContent(released.path);
      expect(content).toEqual(goldenContent(`${name}, some members`, content));
    });
  });
}
