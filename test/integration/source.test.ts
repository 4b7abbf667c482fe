/**
 * What a source says of itself: read beside the events or where --source says, refused by file and
 * line, kept in the lake, never changed unasked, and repeated by manifest and card.
 */

import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Manifest } from '../../schemas/manifest.ts';
import { openEventFolder } from '../../src/adapters/filesystem/event-folder.ts';
import type { BrewhouseError } from '../../src/errors.ts';
import { readSource } from '../../src/sources/source-file.ts';
import { brewhouse, tempFolder } from './brewhouse.ts';
import { build, refusedBuild, release, type SmallWorld, tokenizerFlag } from './small-world.ts';
import { expectRefusal, makeTinyWorld } from './tiny-world.ts';

const folder = tempFolder();
const lake = join(folder, 'lake');
const SOURCE = `name: shop
credit: Ann’s shop, CC BY 4.0
licence: cc-by-4.0
assumed: [{ type: item, attribute: title, because: titles stay }]
left_out: [{ type: item, attribute: rating, why: it is as of today }]
`;
const SAID = {
  ...{ name: 'shop', credit: 'Ann’s shop, CC BY 4.0', licence: 'cc-by-4.0', dated: [] },
  assumed: [{ type: 'item', attribute: 'title', because: 'titles stay' }],
  left_out: [{ type: 'item', attribute: 'rating', why: 'it is as of today' }],
};
let world: SmallWorld;
let elsewhere: string;

/** Manifest and card of a release. */
function published(path: string): { readonly source: Manifest['source']; readonly card: string } {
  const { source } = JSON.parse(readFileSync(join(path, 'manifest.json'), 'utf8')) as Manifest;
  return { source, card: readFileSync(join(path, 'README.md'), 'utf8') };
}

const verify = (path: string, ...against: string[]) => brewhouse(['verify', path, ...against, ...tokenizerFlag(world)]);

beforeAll(() => {
  world = makeTinyWorld(folder, 'tiny');
  elsewhere = join(folder, 'said.yaml');
  writeFileSync(elsewhere, SOURCE);
});

describe('a source', () => {
  test('beside the events goes into lake, manifest, card and certificate', async () => {
    const beside = makeTinyWorld(folder, 'beside', { files: { 'source.yaml': SOURCE } });
    const own = join(folder, 'lake-beside');
    await build(beside, own);
    expect(JSON.parse(readFileSync(join(own, 'lake.json'), 'utf8'))).toMatchObject({ source: SAID });
    const { path } = await release(beside, own);
    const { source, card } = published(path);
    expect(source).toEqual(SAID);
    for (const words of ['Ann’s shop, CC BY 4.0', 'item.title (titles stay)', 'item.rating (it is as of today)'])
      expect(card).toContain(words);
    for (const against of [
      ['--events', beside.events],
      ['--lake', own],
    ])
      expect(await verify(path, ...against)).toMatchObject({ code: 0 });
    expect(JSON.parse(readFileSync(join(path, 'certificate.json'), 'utf8'))).toMatchObject({ assumed: SAID.assumed });
  });

  test.each([
    ['an unknown key', 'credits: Ann\n', 1, 'did you mean "credit"?'],
    ['another shape', 'name: shop\nassumed: title\n', 2, 'assumed'],
    ['no YAML', 'name: [shop\n', 2, 'source.yaml'],
  ])('with %s is refused by file and line', async (_what, text, line, says) => {
    const file = join(tempFolder(), 'source.yaml');
    writeFileSync(file, text);
    const refused = await readSource(openEventFolder(dirname(file))).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'source_invalid', place: { file, line } });
    const { message, remedy, place } = refused as BrewhouseError;
    expect(`${place.file} ${place.field} ${message} ${remedy}`).toContain(says);
  });

  test('that cannot be read is refused before an event is read', async () => {
    const files = { 'source.yaml': 'credits: Ann\n', 'wrong.ndjson': 'no event\n' };
    const wrong = makeTinyWorld(folder, 'wrong', { files });
    expectRefusal(await refusedBuild(wrong, join(folder, 'lake-wrong')), 2, [
      'source.yaml:1',
      'did you mean "credit"?',
    ]);
  });

  test('in another encoding than UTF-8 is refused: a name that cannot be read would be on every card', async () => {
    const latin = Buffer.from('credit: José\n', 'latin1');
    const wrong = makeTinyWorld(folder, 'latin', { files: { 'source.yaml': latin } });
    const refused = await refusedBuild(wrong, join(folder, 'lake-latin'));
    expectRefusal(refused, 2, ['source.yaml is not UTF-8', 'save it as UTF-8']);
  });
});

describe('build --source FILE', () => {
  let path: string;
  beforeAll(async () => {
    await build(world, lake, ['--source', elsewhere]);
    ({ path } = await release(world, lake, ['--id', 'first']));
  });

  test('takes the facts of that file, which verify is told of, or has from the lake', async () => {
    expect(published(path).source).toEqual(SAID);
    expect(await verify(path, '--events', world.events, '--source', elsewhere)).toMatchObject({ code: 0 });
    expect(await verify(path, '--lake', lake)).toMatchObject({ code: 0 });
    const untold = await verify(path, '--events', world.events);
    expect(untold.code).toBe(1);
    expect(untold.stdout).toContain('source.credit');
    expectRefusal(await verify(path, '--lake', lake, '--source', elsewhere), 2, ['--source goes with --events']);
  });

  test('counts before the file beside the events', async () => {
    const both = makeTinyWorld(folder, 'both', { files: { 'source.yaml': 'name: other\n' } });
    const own = join(folder, 'lake-both');
    await build(both, own, ['--source', elsewhere]);
    expect(JSON.parse(readFileSync(join(own, 'lake.json'), 'utf8'))).toMatchObject({ source: SAID });
  });

  test('of a file that is not there is refused by its name', async () => {
    const refused = await refusedBuild(world, lake, ['--source', join(folder, 'sad.yaml')]);
    expectRefusal(refused, 2, ['sad.yaml', 'did you mean', 'said.yaml']);
    const lost = await verify(path, '--events', world.events, '--source', join(folder, 'sad.yaml'));
    expectRefusal(lost, 3, ['sad.yaml', 'no such file', 'said.yaml']);
  });

  test('that says something else is refused until --source-changed, and releases from then on repeat it', async () => {
    const kept = readFileSync(join(lake, 'lake.json'), 'utf8');
    const changed = join(folder, 'changed.yaml');
    writeFileSync(changed, SOURCE.replace('Ann’s', 'Bob’s'));
    const own = join(folder, 'lake-changed');
    cpSync(lake, own, { recursive: true });
    const refused = await refusedBuild(world, own, ['--source', changed]);
    expectRefusal(refused, 2, ['said something else of itself', '--source-changed']);
    expect(readFileSync(join(own, 'lake.json'), 'utf8')).toBe(kept);

    const again = await build(world, own, ['--source', changed, '--source-changed']);
    expect(again.corpora.map(({ rendered_rows: rows }) => rows)).toEqual([0]);
    const second = await release(world, own, ['--id', 'second']);
    expect(published(second.path).source).toEqual({ ...SAID, credit: 'Bob’s shop, CC BY 4.0' });
    expect(published(second.path).card).toContain('Bob’s shop');
    expect(published(join(own, 'releases', 'first')).card).toContain('Ann’s shop');
    rmSync(own, { recursive: true });
  });

  test('of the same facts builds on; without it, the source says nothing, and that is something else', async () => {
    const same = join(folder, 'same.yaml');
    writeFileSync(same, `# the same facts\n${SOURCE}dated: []\n`);
    expect((await build(world, lake, ['--source', same])).corpora).toMatchObject([{ rendered_rows: 0 }]);
    expectRefusal(await refusedBuild(world, lake), 2, ['said something else of itself']);
  });
});
