/** Runs a command and measures it from outside: wall, CPU seconds and memory of its whole tree. */
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { watchTree } from './process-tree.ts';

/** How a command is run. */
export interface CommandOptions {
  readonly cwd?: string;
  readonly environment?: NodeJS.ProcessEnv;
  /** On so many cores, the first ones of the machine; all where undefined. */
  readonly cores?: number | undefined;
  /**
   * It is ended then, with all that it started, and has an infinite time; where undefined, after an
   * hour, and that is an error.
   */
  readonly secondsMax?: number | undefined;
}

/** What a command took. */
export interface Measured {
  /** Infinite where it was ended for its time. */
  readonly wallSeconds: number;
  /** User and system time of it and of all that it started and waited for; infinite likewise. */
  readonly cpuSeconds: number;
  /** MB of 10^6 bytes: the greatest sum of resident pages, sampled, or the peak of one process. */
  readonly peakMb: number;
  /** The greatest sum of proportional pages, sampled ten times less often. */
  readonly proportionalMb: number;
  /** The most processes at once. */
  readonly processes: number;
  readonly stdout: string;
  readonly stderr: string;
}

const SAMPLE_MS = 50;
/** A proportional sum walks all page tables of a process. */
const PROPORTIONAL_EVERY = 10;
/** No command that is measured takes longer unless it hangs. */
const SECONDS_MAX = 3_600;
/** `times` prints those of the shell, then those of what it waited for. */
const SCRIPT = '"$@" 3>&-; code=$?; times >&3; exit $code';

/** Groups of processes that run now. */
const running = new Set<number>();

/** Ends all that is being measured, with all that it started. */
export function endRunning(): void {
  for (const pid of running) process.kill(-pid, 'SIGKILL');
}

/**
 * Runs it to its end. Throws where it ends with another code than 0, with the end of what it said.
 * The shell between costs a millisecond.
 */
export async function measureCommand(command: readonly string[], options: CommandOptions = {}): Promise<Measured> {
  const { cwd, environment = process.env, cores, secondsMax } = options;
  const bound = cores === undefined ? [] : ['taskset', '-c', cores === 1 ? '0' : `0-${cores - 1}`];
  const started = performance.now();
  const child = spawn('sh', ['-c', SCRIPT, 'sh', ...bound, ...command], {
    cwd,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code));
  });
  const wall = new Promise<number>((resolve) => child.on('exit', () => resolve((performance.now() - started) / 1_000)));
  const texts = Promise.all([1, 2, 3].map((fd) => textOf(child.stdio[fd] as Readable)));
  const pid = child.pid ?? 0;
  if (pid > 0) running.add(pid);
  const peak = watchPeak(pid);
  let isLate = false;
  const late = setTimeout(
    () => {
      isLate = true;
      process.kill(-pid, 'SIGKILL');
    },
    (secondsMax ?? SECONDS_MAX) * 1_000,
  );
  try {
    const [code, [stdout = '', stderr = '', times = '']] = await Promise.all([ended, texts]);
    if (code !== 0 && !(isLate && secondsMax !== undefined))
      throw new Error(`${command.join(' ')} ended with ${code}\n${stderr.slice(-2_000)}${stdout.slice(-2_000)}`);
    return {
      wallSeconds: isLate ? Number.POSITIVE_INFINITY : await wall,
      cpuSeconds: isLate ? Number.POSITIVE_INFINITY : childSeconds(times),
      ...peak.stop(),
      stdout,
      stderr,
    };
  } finally {
    running.delete(pid);
    clearTimeout(late);
    peak.stop();
  }
}

function watchPeak(pid: number) {
  const tree = watchTree(pid);
  const peak = { peakMb: 0, proportionalMb: 0, processes: 0 };
  let samples = 0;
  const timer = setInterval(() => {
    const { rss, highest, processes } = tree.memory();
    peak.peakMb = Math.max(peak.peakMb, rss / 1e6, highest / 1e6);
    peak.processes = Math.max(peak.processes, processes);
    if (samples++ % PROPORTIONAL_EVERY === 0)
      peak.proportionalMb = Math.max(peak.proportionalMb, tree.proportional() / 1e6);
  }, SAMPLE_MS);
  return {
    stop() {
      clearInterval(timer);
      return peak;
    },
  };
}

/** User and system seconds in the second line of what `times` prints; NaN where it printed none. */
export function childSeconds(times: string): number {
  const spent = [...(times.trim().split('\n')[1] ?? '').matchAll(/(\d+)m([\d.]+)s/g)];
  if (spent.length !== 2) return Number.NaN;
  return spent.reduce((all, [, minutes, seconds]) => all + 60 * Number(minutes) + Number(seconds), 0);
}

async function textOf(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
