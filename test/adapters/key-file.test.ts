/** The key file of a lake: one key, whoever makes it. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openKeyFile } from '../../src/adapters/filesystem/key-file.ts';
import { REPOSITORY } from '../source-files.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'brewhouse-key-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('is made once by many at once, who all get its key', async () => {
  for (let round = 0; round < 20; round++) {
    const lake = join(folder, `lake-${round}`);
    const made = await Promise.all(Array.from({ length: 8 }, () => openKeyFile(lake).make()));
    expect(new Set(made).size).toBe(1);
    expect(made[0]).toMatch(/^[0-9a-f]{64}\n$/);
    expect(readFileSync(`${lake}.key`, 'utf8')).toBe(made[0]);
  }
  // Nothing that was under way is left.
  expect(readdirSync(folder).every((name) => /^lake-\d+\.key$/.test(name))).toBe(true);
});

it('is made once by processes that begin at one moment', async () => {
  const module = JSON.stringify(pathToFileURL(join(REPOSITORY, 'src/adapters/filesystem/key-file.ts')).href);
  const script = `
    const { openKeyFile } = await import(${module});
    console.log('ready');
    process.stdin.on('data', async (lakes) => {
      for (const lake of String(lakes).split(' ')) console.log((await openKeyFile(lake).make()).trim());
      process.exit();
    });`;
  const lakes = Array.from({ length: 100 }, (_, i) => join(folder, `lake-${i}`));
  const writers = Array.from({ length: 4 }, () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
    let said = '';
    const ready = new Promise<void>((resolve) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        resolve();
      });
    });
    const keys = new Promise<string[]>((resolve) => {
      child.on('close', () => resolve(said.trim().split('\n').slice(1)));
    });
    return { child, ready, keys };
  });
  await Promise.all(writers.map(({ ready }) => ready));
  for (const { child } of writers) child.stdin.write(lakes.join(' '));
  const keys = await Promise.all(writers.map((writer) => writer.keys));
  for (const seen of keys) expect(seen).toEqual(keys[0]);
  expect(new Set(keys[0]).size).toBe(lakes.length);
  expect(lakes.map((lake) => readFileSync(`${lake}.key`, 'utf8').trim())).toEqual(keys[0]);
});

it('can be read by its owner alone', async () => {
  await openKeyFile(join(folder, 'lake')).make();
  expect(statSync(join(folder, 'lake.key')).mode & 0o777).toBe(0o600);
});
