/** What the demo prints and leaves behind, and that it may be run again. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

const DETAILS = ['interaction', 'questions', 'capped', 'tokens/s', 'supervised', 'in_gap', 'label balance', 'files'];

describe('the demo', () => {
  it('fits in 40 lines: a row with its legend, one sentence, and what to run next', () => {
    expect(first.stderr).not.toContain('error');
    expect(first.code).toBe(EXIT.done);
    const lines = first.stdout.trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(40);
    const at = (part: string) => lines.findIndex((line) => line.startsWith(part));
    const order = ['4 of 4', 'row ', 'C | ', 'A | ', 'C control', '39 rows', 'the demo took', 'your own data'].map(at);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(order[0]).toBeGreaterThanOrEqual(0);
    expect(first.stdout).toMatch(
      /^39 rows \(\d+ to train on, the rest to test\) from [\d,]+ interactions of 12 members: 0 of 39 rows look/m,
    );
    for (const part of DETAILS.filter((each) => each.includes(' '))) expect(first.stdout).not.toContain(part);
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

  it('does no work twice, whatever key is set, and says who verified it; tables are behind --details', async () => {
    const again = await runCli(['demo', '--members', MEMBERS, '--out', out, '--details'], {
      environment: { BREWHOUSE_KEY: '0'.repeat(64) },
    });
    expect(again.code).toBe(EXIT.done);
    expect(again.stdout).toContain('nothing to do: all files are as the run before left them');
    expect(again.stdout).toContain(`Verified before (certificate ${join(out, 'certificate.json')}).`);
    expect(again.stdout).not.toContain('of 4');
    expect(again.stderr).toBe('');
    expect(releaseIn(again)).toBe(releaseIn(first));
    for (const part of DETAILS) expect(again.stdout).toContain(part);
    for (const task of ['ranking.pointwise', 'ranking.binary', 'retrieval.choose', 'next-action.action'])
      expect(again.stdout).toContain(task);
    expect(again.stdout).toContain('capped: left alone');
  });

  it('believes no certificate of other files: after one byte it works and verifies again', async () => {
    const name = readdirSync(join(out, 'events')).find((each) => each.startsWith('members-'))!;
    const file = join(out, 'events', name);
    const bytes = readFileSync(file);
    const time = 4;
    writeFileSync(file, Buffer.concat([bytes.subarray(0, time), Buffer.from([1]), bytes.subarray(time + 1)]));
    const again = await runCli(['demo', '--members', MEMBERS, '--out', out]);
    expect(again.code).toBe(EXIT.done);
    expect(again.stdout).toContain('4 of 4');
    expect(again.stdout).not.toContain('Verified before');
    expect(readFileSync(file)).toEqual(bytes);
  });

  it('is not done where there are more events than it made', async () => {
    const more = join(out, 'events', 'more.ndjson');
    writeFileSync(more, '{}\n');
    const again = await runCli(['demo', '--members', MEMBERS, '--out', out]);
    rmSync(more);
    expect(again.code).toBe(EXIT.usage);
    expect(again.stderr).toContain('more.ndjson');
  });

  it('of another size does not go into the same folder', async () => {
    const { code, stderr } = await runCli(['demo', '--members', '13', '--out', out]);
    expect(code).toBe(EXIT.usage);
    expect(stderr).toContain('--out');
  });
});
