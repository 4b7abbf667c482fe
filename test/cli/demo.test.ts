/** What the demo prints and leaves behind, and that it may be run again. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRelease } from '../../src/adapters/open-release.ts';
import { EXIT } from '../../src/errors.ts';
import { type CliRun, runCli } from './run-cli.ts';

const MEMBERS = '12';

let folder = '';
let out = '';
let first: CliRun;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'brewhouse-demo-'));
  out = join(folder, 'demo');
  first = await runCli(['demo', '--members', MEMBERS, '--out', out]);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The path that the first of the next commands names. */
function releaseIn({ stdout }: CliRun): string {
  return / inspect (\S+)/.exec(stdout)![1]!;
}

describe('the demo', () => {
  it('sums up events, questions by fate, examples, tokens, label balance, drops and files', () => {
    expect(first.stderr).not.toContain('error');
    expect(first.code).toBe(EXIT.done);
    for (const part of [
      'interaction',
      'questions',
      'capped',
      'tokens/s',
      'supervised',
      'in_gap',
      'label balance',
      'files',
    ])
      expect(first.stdout).toContain(part);
    for (const task of ['ranking.pointwise', 'ranking.binary', 'retrieval.choose', 'next-action.action'])
      expect(first.stdout).toContain(task);
  });

  it('shows one prompt, without colour where there is no terminal', () => {
    expect(first.stdout).toContain('<|im_start|>user');
    expect(first.stdout).toMatch(/^A \| /m);
    expect(first.stdout).not.toContain('\u001b');
  });

  it('leaves a release with the key that everybody has', async () => {
    const { manifest } = await openRelease(releaseIn(first));
    expect(manifest.key_id).toBe('8d0f3c1e');
    expect(readFileSync(join(out, 'lake.key'), 'utf8')).toMatch(/^[0-9a-f]{64}\n$/);
  });

  it('ends with commands that work', async () => {
    expect((await runCli(['inspect', releaseIn(first), '--json'])).code).toBe(EXIT.done);
  });

  it('has nothing to do when it is run again, and gives the same release whatever key is set', async () => {
    const again = await runCli(['demo', '--members', MEMBERS, '--out', out], {
      environment: { BREWHOUSE_KEY: '0'.repeat(64) },
    });
    expect(again.code).toBe(EXIT.done);
    expect(again.stdout).toContain('nothing to do');
    expect(again.stdout).toContain('stood already');
    expect(releaseIn(again)).toBe(releaseIn(first));
  });

  it('of another size does not go into the same folder', async () => {
    const { code, stderr } = await runCli(['demo', '--members', '13', '--out', out]);
    expect(code).toBe(EXIT.usage);
    expect(stderr).toContain('--out');
  });
});
