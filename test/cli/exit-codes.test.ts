/** Each exit code of the contract, from the command that ends with it. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageVersion } from '../../src/config.ts';
import { EXIT } from '../../src/errors.ts';
import { root, runCli } from './run-cli.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'brewhouse-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const shipped = (kind: string, name: string) => join(root, 'pipelines', kind, name);

describe('a command', () => {
  it('that is asked for help or for its version is done', async () => {
    expect(await runCli(['--help'])).toMatchObject({ code: EXIT.done, stderr: '' });
    expect(await runCli(['build', '--help'])).toMatchObject({ code: EXIT.done, stderr: '' });
    expect(await runCli(['--version'])).toEqual({ code: EXIT.done, stdout: `${packageVersion()}\n`, stderr: '' });
  });

  it('that is not named, or misspelt, is wrong usage and says the nearest', async () => {
    expect((await runCli([])).code).toBe(EXIT.usage);
    const { code, stderr } = await runCli(['biuld']);
    expect({ code, stderr }).toEqual({
      code: EXIT.usage,
      stderr: 'error: there is no command biuld\n  did you mean brewhouse build?\n',
    });
  });

  it('that finds a fault in event files ends with 1, and with --json prints one object', async () => {
    writeFileSync(join(folder, 'broken.ndjson'), '{"event_id":"e1"}\n');
    const { code, stdout } = await runCli(['check', '--events', folder, '--json']);
    expect(code).toBe(EXIT.fault);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    expect((JSON.parse(stdout) as { errors: unknown[] }).errors).toHaveLength(1);
  });

  it('with a recipe that is wrong ends with 2 and names file, line and field', async () => {
    const recipe = join(folder, 'recipe.yaml');
    writeFileSync(recipe, 'corpus:\n  sede: 7\n');
    const domain = shipped('domains', 'demo.yaml');
    const lake = join(folder, 'lake');
    const { code, stderr } = await runCli(['build', ...flags({ events: folder, domain, recipe, lake })]);
    expect(code).toBe(EXIT.usage);
    expect(stderr).toContain('recipe.yaml:');
    expect(stderr).toContain('sede');
    expect(existsSync(lake)).toBe(false);
  });

  it('whose events cannot be read ends with 3', async () => {
    const { code, stderr } = await runCli(['check', '--events', join(folder, 'nowhere')]);
    expect(code).toBe(EXIT.input);
    expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(4);
  });

  it('prints a stack with --debug alone', async () => {
    expect((await runCli(['biuld'])).stderr).not.toContain('    at ');
    expect((await runCli(['biuld', '--debug'])).stderr).toContain('    at ');
    // Of the thread in which it was thrown, and of what it came from.
    const { stderr } = await runCli(['check', '--events', join(folder, 'nowhere'), '--debug']);
    expect(stderr).toMatch(/^ {4}at .*user-files\.ts/m);
    expect(stderr).toMatch(/^caused by Error: ENOENT/m);
  });

  it('that is interrupted ends with 130', async () => {
    const out = join(folder, 'interrupted');
    const { code } = await runCli(['simulate', ...flags({ members: '8000', seed: '1', out })], { signal: 'SIGINT' });
    expect(code).toBe(EXIT.interrupted);
  });
});

function flags(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flatMap(([flag, value]) => [`--${flag}`, value]);
}
