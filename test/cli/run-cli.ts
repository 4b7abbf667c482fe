/** Runs the command line as a process of its own. */
import { spawn, spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');
export const launcher = join(root, 'src', 'cli', 'brewhouse.js');

export interface CliRun {
  /** Null: a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliSettings {
  readonly node?: string;
  readonly script?: string;
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** What the environment is added to; by default ours. */
  readonly inherited?: NodeJS.ProcessEnv;
  /** Sent once the command has been heard of on stderr or stdout. */
  readonly signal?: NodeJS.Signals;
}

/** Runs the command line as a person does, in a process of its own. */
export function runCli(args: readonly string[], settings: CliSettings = {}): Promise<CliRun> {
  const {
    node = process.execPath,
    script = launcher,
    cwd = root,
    environment = {},
    inherited = process.env,
    signal,
  } = settings;
  return new Promise((resolve, reject) => {
    const child = spawn(node, [script, ...args], { cwd, env: { ...inherited, ...environment } });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        said[name] += text;
        if (signal !== undefined) child.kill(signal);
      });
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...said }));
  });
}

/** A Node on the path that is too old for the sources, if there is one. */
export function olderNode(): string | undefined {
  for (const place of (process.env.PATH ?? '').split(delimiter)) {
    const node = join(place, 'node');
    const major = Number(/^v(\d+)/.exec(spawnSync(node, ['-v'], { encoding: 'utf8' }).stdout ?? '')?.[1]);
    if (major >= 20 && major < 24) return node;
  }
  return undefined;
}
