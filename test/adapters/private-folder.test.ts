/** Temporary files in a place that all users share lie in a folder of this user's own. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFolderTrial } from '../../src/adapters/filesystem/folder-checkup.ts';
import { privateFolder } from '../../src/adapters/filesystem/private-folder.ts';
import { openS3Store } from '../../src/adapters/s3/s3-store.ts';
import { failureOf, utf8 } from '../contract/object-store.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'brewhouse-private-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a private folder', () => {
  it('is made for this user alone, and again is the same', () => {
    const path = join(folder, 'own');
    expect([privateFolder(path), privateFolder(path)]).toEqual([path, path]);
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it('is no link to somewhere else, from which old files would be swept', async () => {
    const elsewhere = join(folder, 'elsewhere');
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, 'old'), 'x');
    utimesSync(join(elsewhere, 'old'), 0, 0);
    const link = join(folder, 'link');
    symlinkSync(elsewhere, link);
    const store = openS3Store('s3://bucket/lake', { tempFolder: link });
    expect(await failureOf(() => store.sweepLeftovers(Number.MAX_SAFE_INTEGER))).toBe('store_refused');
    expect(await failureOf(() => store.create())).toBe('store_refused');
    expect(readdirSync(elsewhere)).toEqual(['old']);
  });
});

describe('a trial in a folder', () => {
  const gate = async () => {};

  it('takes away what it made, and nothing that somebody put beside it meanwhile', async () => {
    const lake = join(folder, 'new', 'lake');
    const trial = await openFolderTrial(lake);
    expect(await trial.store.putIfAbsent('a', utf8('x'), gate)).toBe(true);
    expect(await trial.store.putIfAbsent('a', utf8('x'), gate)).toBe(false);
    await trial.clear();
    expect(readdirSync(folder)).toEqual([]);
    const second = await openFolderTrial(lake);
    writeFileSync(join(lake, 'lake.json'), '{}');
    await second.clear();
    expect(readdirSync(lake)).toEqual(['lake.json']);
  });
});
