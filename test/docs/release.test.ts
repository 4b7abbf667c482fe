/** docs/release.md lists the columns and keys that a release has. */
import { describe, expect, it } from 'vitest';
import { Lineage, Manifest } from '../../schemas/manifest.ts';
import {
  CHANGES,
  EXAMPLE_INDEX,
  MEMBER_INDEX,
  ORIGIN,
  ORIGIN_EVENTS,
  ORIGIN_SEGMENTS,
  ROLES,
  SEGMENT_LEVELS,
  SIDECAR,
} from '../../schemas/rows.ts';
import { HF } from '../../src/profiles/hf.ts';
import { PROFILE_NAMES } from '../../src/profiles/profiles.ts';
import { ORIGIN_FILE_ROWS, ORIGIN_GROUP_ROWS } from '../../src/release/origin-tables.ts';
import { ROW_GROUP_ROWS_MAX, ROW_GROUP_TOKENS_MAX } from '../../src/shard/row-groups.ts';
import { sourceFiles } from '../source-files.ts';
import { marked, names, page, section } from './pages.ts';

const text = page('release.md');

describe('docs/release.md', () => {
  it('lists the columns of data/, meta/, origin/ and the index files in file order', () => {
    const data = section(text, '## data: the profile `hf`');
    expect(names(data).slice(0, HF.columns.length)).toEqual(HF.columns.map(({ name }) => name));
    expect(names(section(text, '## meta: the sidecar'))).toEqual(Object.keys(SIDECAR));
    const tables = section(text, '## origin: roles, origins, cut ledgers').split(/^### .*$/m);
    const columns = tables.map(names).filter((own) => own.length > 0);
    expect(columns).toEqual([ORIGIN, ORIGIN_SEGMENTS, ORIGIN_EVENTS].map((table) => Object.keys(table)));
    const words = [...ROLES, ...SEGMENT_LEVELS.filter((level) => level !== '')];
    expect(marked(section(text, '### The table of segments'))).toEqual(expect.arrayContaining(words));
    const index = marked(section(text, '## index'));
    expect(index).toEqual(expect.arrayContaining(Object.keys(EXAMPLE_INDEX)));
    expect(index).toEqual(expect.arrayContaining(Object.keys(MEMBER_INDEX)));
  });

  it('lists the columns of what has changed', () => {
    expect(names(section(text, '## Increments'))).toEqual(Object.keys(CHANGES));
  });

  it('lists the facts of the footer', () => {
    const told = PROFILE_NAMES.flatMap((name) => marked(section(text, `## data: the profile \`${name}\``))).filter(
      (word) => word.startsWith('brewhouse.'),
    );
    const written = sourceFiles('src').flatMap(({ code }) => code.match(/(?<=')brewhouse\.[a-z0-9_]+(?=')/g) ?? []);
    expect(written.length).toBeGreaterThan(15);
    expect(told.toSorted()).toEqual([...new Set(written)].toSorted());
  });

  it('says how large a row group is, and a file of a table', () => {
    const sizes = [ROW_GROUP_TOKENS_MAX, ROW_GROUP_ROWS_MAX, ORIGIN_GROUP_ROWS, ORIGIN_FILE_ROWS];
    for (const size of sizes) expect(text).toContain(size.toLocaleString('en'));
  });

  it('lists the keys of the manifest and of the lineage', () => {
    expect(names(section(text, '## The manifest'))).toEqual(Object.keys(Manifest.shape));
    const beside = marked(section(text, '## Beside the byte identity'));
    expect(beside).toEqual(expect.arrayContaining(Object.keys(Lineage.shape)));
  });
});
