/** What an import remembers of a mapping, so that a folder holds no events of two. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { canonicalJson } from '../../schemas/canonical-json.ts';
import { Mapping } from '../../schemas/mapping.ts';
import { shippedFolder } from '../../src/config.ts';
import { sha256Hex } from '../../src/content-hash.ts';
import { mappingDigest } from '../../src/tables/import-folder.ts';

const folder = shippedFolder('mappings');
const written = readdirSync(folder).map((name) => parse(readFileSync(join(folder, name), 'utf8')));

test('the digest of a table is that of its keys as a person wrote them: a later default changes none', () => {
  const tables = written.flatMap((raw) => {
    const mapping = Mapping.parse(raw);
    return mapping.tables.map((table, i) => {
      const { files, ...rest } = raw.tables[i];
      const said = sha256Hex(canonicalJson({ zone: mapping.zone, table: rest }));
      expect(mappingDigest(mapping, table), `${raw.name}, ${table.name}`).toBe(said);
      return table.name;
    });
  });
  expect(tables.length).toBeGreaterThan(10);
});

test('the digest is another one where a key is, but for the files that are read', () => {
  const mapping = Mapping.parse(written[0]);
  const [table] = mapping.tables;
  const digest = mappingDigest(mapping, table!);
  expect(mappingDigest(mapping, { ...table!, files: 'others-*.csv' })).toBe(digest);
  expect(mappingDigest(mapping, { ...table!, empty_words: ['none'] })).not.toBe(digest);
});
