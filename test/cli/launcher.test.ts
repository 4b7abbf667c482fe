/** The launcher: on a Node before 24 it goes on with the one of a platform package. */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageVersion } from '../../src/config.ts';
import { EXIT } from '../../src/errors.ts';
import { launcher, olderNode, root, runCli } from './run-cli.ts';

const older = olderNode();
if (older === undefined) console.warn('SKIPPED: there is no Node before 24 on the path to start the launcher with');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'brewhouse-launcher-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The platform's package of this machine. */
const NAME = `node-${process.platform}-${process.arch}`;

/** Lays the launcher where no package is installed; its package.json has these dependencies. */
function layLauncher(optionalDependencies: Readonly<Record<string, string>>): string {
  const script = join(folder, 'src', 'cli', 'brewhouse.js');
  mkdirSync(dirname(script), { recursive: true });
  for (const name of ['brewhouse.js', 'needed-node.js']) cpSync(join(launcher, '..', name), join(script, '..', name));
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as object;
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, optionalDependencies }));
  return script;
}

/** Lays a platform package whose binary is the text. */
function layBinary(text: string): void {
  const place = join(folder, 'node_modules', NAME);
  mkdirSync(join(place, 'bin'), { recursive: true });
  writeFileSync(join(place, 'package.json'), JSON.stringify({ name: NAME, bin: { node: 'bin/node' } }));
  writeFileSync(join(place, 'bin', 'node'), text);
  chmodSync(join(place, 'bin', 'node'), 0o755);
}

/** What the launcher's processes had in their environment, one after another, by process. */
function arenasOf(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const [hook, told] = [join(folder, 'hook.cjs'), join(folder, 'told')];
  const line = "[process.pid, process.env.MALLOC_ARENA_MAX ?? 'none'].join(' ') + '\\n'";
  const tell = `require('node:fs').appendFileSync(${JSON.stringify(told)}, ${line})`;
  writeFileSync(hook, `if (require('node:worker_threads').isMainThread) ${tell};`);
  const { MALLOC_ARENA_MAX: _, ...env } = process.env;
  const { status } = spawnSync(process.execPath, [launcher, ...args], {
    env: { ...env, ...environment, NODE_OPTIONS: `--require ${hook}` },
  });
  const started = readFileSync(told, 'utf8')
    .trimEnd()
    .split('\n')
    .map((each) => each.split(' '));
  return { status, processes: new Set(started.map(([pid]) => pid)).size, arenas: started.map(([, arenas]) => arenas) };
}

describe.skipIf(process.platform !== 'linux')('a command that takes much memory', () => {
  const few = String(Math.max(2, availableParallelism()));

  it('starts again in the same process with as many arenas as cores', () => {
    const once = { status: EXIT.done, processes: 1 };
    expect(arenasOf(['verify', '--help'])).toEqual({ ...once, arenas: ['none', few] });
  });

  it('is not started again where the environment says how many, or the command is small', () => {
    expect(arenasOf(['verify', '--help'], { MALLOC_ARENA_MAX: '7' }).arenas).toEqual(['7']);
    rmSync(join(folder, 'told'));
    expect(arenasOf(['--version']).arenas).toEqual(['none']);
  });
});

describe('the heaps of a command', () => {
  /** Flags that the launcher gave V8 while it ran. */
  function flagsOf(args: readonly string[]): string {
    const [hook, told] = [join(folder, 'flags.cjs'), join(folder, 'flags')];
    writeFileSync(told, '');
    const tell = `(flags) => require('node:fs').appendFileSync(${JSON.stringify(told)}, flags)`;
    writeFileSync(hook, `require('node:v8').setFlagsFromString = ${tell};`);
    spawnSync(process.execPath, [launcher, ...args], { env: { ...process.env, NODE_OPTIONS: `--require ${hook}` } });
    return readFileSync(told, 'utf8');
  }

  it('grow by as much as they held, where it takes much memory', () => {
    expect(flagsOf(['verify', '--help'])).toBe('--heap-growing-percent=100');
    expect(flagsOf(['--version'])).toBe('');
  });

  it('take the flag: this V8 knows it', () => {
    const script = "require('node:v8').setFlagsFromString('--heap-growing-percent=100')";
    expect(spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });
});

describe.skipIf(older === undefined)('the launcher on an older Node', () => {
  it('goes on with the Node that the package brings, and passes output and exit code through', async () => {
    const settings = { node: older! };
    expect(await runCli(['--version'], settings)).toMatchObject({ code: EXIT.done, stdout: `${packageVersion()}\n` });
    expect(await runCli(['biuld'], settings)).toMatchObject({ code: EXIT.usage, stdout: '' });
  });

  it('passes a signal on', async () => {
    const command = ['simulate', '--members', '8000', '--seed', '1', '--out', join(folder, 'interrupted')];
    expect((await runCli(command, { node: older!, signal: 'SIGTERM' })).code).toBe(EXIT.interrupted);
  });

  const failureOf = async (script: string) => {
    const { code, stderr } = await runCli(['--version'], { node: older!, script });
    return { code, stderr: stderr.replace(/this is [\d.]+/, 'this is OLD').replaceAll(folder, 'APP') };
  };

  it('says which optional dependency was left out, and how it is had', async () => {
    expect(await failureOf(layLauncher({ [NAME]: '24.21.0' }))).toEqual({
      code: EXIT.usage,
      stderr:
        `error: Brewhouse needs Node 24 or newer; this is OLD, and the package ${NAME}, which has one, ` +
        'is not installed: optional dependencies were left out\n' +
        '  npm install --include=optional, or install Node 24 or newer\n',
    });
  });

  it('says where no package has a Node for the platform', async () => {
    expect(await failureOf(layLauncher({ 'node-sunos-x64': '24.21.0' }))).toEqual({
      code: EXIT.usage,
      stderr:
        `error: Brewhouse needs Node 24 or newer; this is OLD, and no package has one for ${process.platform} ` +
        `on ${process.arch}\n  install Node 24 or newer\n`,
    });
  });

  // A program without its interpreter fails as one without its loader, which Alpine lacks.
  it('says that the binary needs glibc where what loads it is missing', async () => {
    layBinary('#!/lib64/ld-linux-of-glibc-that-is-not-here\n');
    const { code, stderr } = await failureOf(layLauncher({ [NAME]: '24.21.0' }));
    expect({ code, stderr }).toEqual({
      code: EXIT.usage,
      stderr:
        `error: Brewhouse needs Node 24 or newer; this is OLD, and APP/node_modules/${NAME}/bin/node needs glibc, ` +
        'which this system does not have\n  install Node 24 or newer of this system\n',
    });
  });
});
