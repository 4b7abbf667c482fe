/** Where the demo refuses to write. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/errors.ts';
import { runCli } from './run-cli.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'brewhouse-demo-folder-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the demo', () => {
  it('does not go into a file, nor below one', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, 'x');
    for (const out of [file, join(file, 'deeper')]) {
      const { code, stderr } = await runCli(['demo', '--members', '5', '--out', out]);
      expect({ code, stderr }, stderr).toMatchObject({ code: EXIT.usage });
      expect(stderr).toContain(file);
      expect(stderr).toContain('--out DIR');
    }
  });

  it.each(['{', 'null', '{}', '{"members":"5"}'])('is not taken up where demo.json says %s', async (text) => {
    const out = join(folder, 'broken');
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, 'demo.json'), text);
    const { code, stderr } = await runCli(['demo', '--members', '5', '--out', out]);
    expect(code).toBe(EXIT.usage);
    expect(stderr).toContain('demo.json is not what a demo writes');
    expect(stderr).toContain('remove that folder');
  });

  it('says which file of the folder is in the way', async () => {
    const out = join(folder, 'blocked');
    mkdirSync(join(out, 'demo.json'), { recursive: true });
    const { code, stderr } = await runCli(['demo', '--members', '5', '--out', out]);
    expect(code).toBe(EXIT.usage);
    expect(stderr).toContain('--out DIR');
  });
});
