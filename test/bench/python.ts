/** The Python of the peers: an environment of pinned packages below a folder that git ignores. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/config.ts';

/** A Python with the packages of requirements.txt, or why there is none. */
export type Python =
  | { readonly command: string; readonly version: string; readonly packages: readonly string[] }
  | { readonly missing: string };

const HERE = join(packageRoot(), 'test', 'bench');
/** Kept between runs: an environment takes a minute to install. */
const ENVIRONMENT = join(packageRoot(), '.bench', 'python');
/** What was installed there: another list of packages makes another environment. */
const INSTALLED = join(ENVIRONMENT, 'requirements.txt');

/** The file of a peer's script. */
export function peerScript(name: string): string {
  return join(HERE, 'peers', `${name}.py`);
}

/**
 * Finds the environment or makes it with the `python3` of the path, or the one that
 * BREWHOUSE_PYTHON names, and pip.
 */
export function findPython(say: (text: string) => void): Python {
  const wanted = readFileSync(join(HERE, 'requirements.txt'), 'utf8');
  const command = join(ENVIRONMENT, 'bin', 'python3');
  if (!existsSync(INSTALLED) || readFileSync(INSTALLED, 'utf8') !== wanted) {
    const base = process.env.BREWHOUSE_PYTHON ?? 'python3';
    say(`installing the packages of the peers into ${ENVIRONMENT}`);
    mkdirSync(join(ENVIRONMENT, '..'), { recursive: true });
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    const steps: [string, string[]][] = [
      [base, ['-m', 'venv', '--clear', ENVIRONMENT]],
      [command, [...install, '-r', join(HERE, 'requirements.txt')]],
    ];
    for (const [program, args] of steps) {
      const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
      if (status !== 0) return { missing: missingBecause(program, error?.message ?? stderr) };
    }
    writeFileSync(INSTALLED, wanted);
  }
  const version = spawnSync(command, ['-c', 'import platform; print(platform.python_version())'], { encoding: 'utf8' });
  if (version.status !== 0) return { missing: missingBecause(command, version.error?.message ?? version.stderr) };
  const packages = wanted.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return { command, version: version.stdout.trim(), packages };
}

/** The last line that the program said is the reason. */
function missingBecause(program: string, said: string): string {
  return `${program} has no environment for the peers: ${said.trim().split('\n').at(-1) ?? 'it said nothing'}`;
}
