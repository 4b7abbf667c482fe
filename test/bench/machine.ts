/** What the bench ran on and with, as its page says it. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/config.ts';
import type { Python } from './python.ts';

/** Where numbers come from: they mean nothing without it. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  /** Load of the last minute when the bench began: what else ran takes part in every number. */
  readonly load: number;
  readonly node: string;
  readonly python: string;
  /** Brewhouse's own, as `name version`. */
  readonly libraries: readonly string[];
  /** The peers', likewise. */
  readonly peers: readonly string[];
  /** `+` where the work tree had changes. */
  readonly commit: string;
}

/** Describes the machine as it is now. */
export function describeMachine(python: Python): Machine {
  const { dependencies } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const ours = Object.entries(dependencies).map(([name, version]) => `${name} ${version}`);
  const peers = 'missing' in python ? [] : python.packages.map((each) => each.replace('==', ' '));
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 1e9),
    system: `${type()} ${release().split('.').slice(0, 2).join('.')}`,
    load: Number((loadavg()[0] ?? 0).toFixed(2)),
    node: process.versions.node,
    python: 'missing' in python ? 'none' : python.version,
    libraries: ours,
    peers,
    commit: commitNow(),
  };
}

function commitNow(): string {
  const git = (...args: string[]) => spawnSync('git', args, { cwd: packageRoot(), encoding: 'utf8' });
  const head = git('rev-parse', '--short=12', 'HEAD');
  if (head.status !== 0) return 'unknown';
  const isChanged = git('status', '--porcelain', '--untracked-files=no').stdout.trim() !== '';
  return `${head.stdout.trim()}${isChanged ? '+' : ''}`;
}

/** One line of it. */
export function sayMachine({ cpu, cores, memoryGb, system, load, node, python }: Machine): string {
  return `${cores} cores (${cpu}), ${memoryGb} GB, ${system}, load ${load} before; Node ${node}, Python ${python}`;
}
