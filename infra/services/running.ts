/** Starts a server on a free port of the loopback address, and ends what was started by its pid. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Place, SERVICES, type ServiceName } from './catalogue.ts';
import { homeOf, runToEnd } from './install.ts';

/** A server that was started and answers. */
export interface RunningService {
  readonly name: ServiceName;
  readonly pid: number;
  readonly port: number;
  /** `http://127.0.0.1:PORT`; without `http://` where it speaks something else. */
  readonly endpoint: string;
}

/** How a server is started. */
export interface StartOptions {
  /** Folder for all that it keeps. */
  readonly root: string;
  /** By default a free one. */
  readonly port?: number;
  /** Where it is installed, if not where `install` puts it. */
  readonly home?: string;
  /** It goes on when this process ends. */
  readonly isDetached?: boolean;
}

/** A port that was free may be taken when the server is up. */
const TRIES_MAX = 3;
/** A Java server on two busy cores. */
const READY_MS_MAX = 60_000;
const STOP_MS_MAX = 10_000;
const POLL_MS = 50;

/** Throws Error with the end of its log where it does not answer in time. */
export async function startService(name: ServiceName, options: StartOptions): Promise<RunningService> {
  for (let tries = 1; ; tries++) {
    const port = options.port ?? (await freePort());
    try {
      return await startAt(name, { ...options, port });
    } catch (error) {
      if (options.port !== undefined || tries >= TRIES_MAX) throw error;
    }
  }
}

async function startAt(
  name: ServiceName,
  { root, port, home = homeOf(name), isDetached = false }: StartOptions & { readonly port: number },
): Promise<RunningService> {
  const { prepare, start, readyLine } = SERVICES[name];
  const isNew = !existsSync(root) || readdirSync(root).length === 0;
  mkdirSync(root, { recursive: true });
  const place: Place = { home, root, port, sidePort: await freePort() };
  if (isNew && prepare !== undefined) await runToEnd(prepare(place), root);
  const { program, args, cwd } = start(place);
  const log = join(root, `${name}.log`);
  const logged = existsSync(log) ? statSync(log).size : 0;
  const file = openSync(log, 'a');
  const where = cwd === undefined ? {} : { cwd };
  const child = spawn(program, args, { stdio: ['ignore', file, file], detached: isDetached, ...where });
  closeSync(file);
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  failed.catch(() => {});
  if (isDetached) child.unref();
  const endpoint = `${readyLine === undefined ? 'http://' : ''}127.0.0.1:${port}`;
  const isUp = readyLine === undefined ? () => answers(endpoint) : () => says(log, logged, readyLine);
  await Promise.race([untilReady(child, isUp, log), failed]);
  if (child.pid === undefined) throw new Error(`${name} did not start`);
  return { name, pid: child.pid, port, endpoint };
}

async function answers(endpoint: string): Promise<boolean> {
  const answer = await fetch(endpoint, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
  await answer?.arrayBuffer().catch(() => {});
  return answer !== null;
}

/** Whether a log has the line, behind what a server before wrote into it. */
async function says(log: string, from: number, line: string): Promise<boolean> {
  return readFileSync(log).subarray(from).includes(line);
}

async function untilReady(child: ChildProcess, isUp: () => Promise<boolean>, log: string): Promise<void> {
  for (let waited = 0; waited < READY_MS_MAX; waited += POLL_MS) {
    if (child.exitCode !== null || child.signalCode !== null) break;
    if (await isUp()) return;
    await sleep(POLL_MS);
  }
  child.kill('SIGKILL');
  throw new Error(`${child.spawnfile} is not up:\n${readFileSync(log, 'utf8').slice(-2_000)}`);
}

/** How a process is ended. */
export interface EndOptions {
  readonly signal?: NodeJS.Signals;
  /** Then it is killed. */
  readonly waitMs?: number;
}

/** Ends the process and waits until it is gone. */
export async function endProcess(pid: number, options: EndOptions = {}): Promise<void> {
  const { signal = 'SIGTERM', waitMs = STOP_MS_MAX } = options;
  if (!sendSignal(pid, signal)) return;
  for (let waited = 0; waited < waitMs; waited += POLL_MS) {
    if (!isAlive(pid)) return;
    await sleep(POLL_MS);
  }
  sendSignal(pid, 'SIGKILL');
}

function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** A zombie is gone: nobody has asked yet how it ended. */
function isAlive(pid: number): boolean {
  const { stdout, error } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  if (error !== undefined) return sendSignal(pid, 0 as unknown as NodeJS.Signals);
  return stdout.trim() !== '' && !stdout.trim().startsWith('Z');
}

/** When the process began, as the system says it; empty where there is none of that pid. */
export function beginningOf(pid: number): string {
  return spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim() ?? '';
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
