/** docs/release.md lists the columns and keys that a release has. */
import { describe, expect, it } from 'vitest';
import { Lineage, Manifest } from '../../schemas/manifest.ts';
import { EXAMPLE_INDEX, LEVELS, MEMBER_INDEX, ORIGIN, ROLES, SIDECAR } from '../../schemas/rows.ts';
import { HF } from '../../src/profiles/hf.ts';
import { PROFILE_NAMES } from '../../src/profiles/profiles.ts';
import { ROW_GROUP_ROWS_MAX, ROW_GROUP_TOKENS_MAX } from '../../src/shard/row-groups.ts';
import { sourceFiles } from '../source-files.ts';
import { marked, names, page, section } from './pages.ts';

const text = page('release.md');

describe('docs/release.md', () => {
  it('lists the columns of data/, meta/, origin/ and the index files in file order', () => {
    const data = section(text, '## data: the profile `hf`');
    expect(names(data).slice(0, HF.columns.length)).toEqual(HF.columns.map(({ name }) => name));
    expect(names(section(text, '## meta: the sidecar'))).toEqual(Object.keys(SIDECAR));
    const origin = section(text, '## origin: roles, origins, cut ledgers');
    expect(names(origin)).toEqual(Object.keys(ORIGIN));
    expect(marked(origin)).toEqual(expect.arrayContaining([...ROLES, ...LEVELS]));
    const index = marked(section(text, '## index'));
    expect(index).toEqual(expect.arrayContaining(Object.keys(EXAMPLE_INDEX)));
    expect(index).toEqual(expect.arrayContaining(Object.keys(MEMBER_INDEX)));
  });

  it('lists the facts of the footer', () => {
    const told = PROFILE_NAMES.flatMap((name) => marked(section(text, `## data: the profile \`${name}\``))).filter(
      (word) => word.startsWith('brewhouse.'),
    );
    const written = sourceFiles('src').flatMap(({ code }) => code.match(/(?<=')brewhouse\.[a-z0-9_]+(?=')/g) ?? []);
    expect(written.length).toBeGreaterThan(15);
    expect(told.toSorted()).toEqual([...new Set(written)].toSorted());
  });

  it('says how large a row group is', () => {
    const written = [ROW_GROUP_TOKENS_MAX, ROW_GROUP_ROWS_MAX].map((count) => count.toLocaleString('en'));
    for (const count of written) expect(text).toContain(count);
  });

  it('lists the keys of the manifest and of the lineage', () => {
    expect(names(section(text, '## The manifest'))).toEqual(Object.keys(Manifest.shape));
    const beside = marked(section(text, '## Beside the byte identity'));
    expect(beside).toEqual(expect.arrayContaining(Object.keys(Lineage.shape)));
  });
});
