/**
 * Runs the command line in a process of its own, as a person does, and reads what it leaves behind.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import type { StoredRow } from '../../schemas/columns.ts';
import type { SIDECAR } from '../../schemas/rows.ts';
import { readParquet } from './read-parquet.ts';

/** The pseudonym key of all these tests. */
export const KEY = '5a'.repeat(32);
/**
 * More than any command of these tests takes: one that hangs is killed, and the test fails on its
 * exit code.
 */
const HANGS_AFTER_MS = 240_000;

const ROOT = join(import.meta.dirname, '..', '..');

export interface Ran {
  /** null where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Most resident memory that was seen, bytes; 0 without /proc. */
  readonly peakBytes: number;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Longer than the command is to take; by default HANGS_AFTER_MS. */
  readonly hangsAfterMs?: number;
  /** Called once the process runs: kills and signals come from here. */
  readonly onStart?: (child: ChildProcess) => void;
}

/**
 * Runs `brewhouse ...args` to its end, with the tests' key and without what the caller's
 * environment says to Brewhouse.
 */
export function brewhouse(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { env = {}, cwd = ROOT, hangsAfterMs = HANGS_AFTER_MS, onStart } = options;
  const inherited = Object.entries(process.env).filter(([name]) => !/^(BREWHOUSE_|NODE_|VITEST)/.test(name));
  const child = spawn(process.execPath, [join(ROOT, 'src', 'cli', 'brewhouse.js'), ...args], {
    cwd,
    env: { ...Object.fromEntries(inherited), NO_COLOR: '1', BREWHOUSE_KEY: KEY, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  const watchdog = setTimeout(() => child.kill('SIGKILL'), hangsAfterMs);
  let peakBytes = 0;
  const watch = setInterval(() => {
    peakBytes = Math.max(peakBytes, peakOf(child.pid));
  }, 50);
  onStart?.(child);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(watchdog);
      clearInterval(watch);
      const text = (chunks: Buffer[]) => Buffer.concat(chunks).toString('utf8');
      resolve({ code, signal, stdout: text(out), stderr: text(err), peakBytes });
    });
  });
}

/** Linux keeps the greatest resident size of a process (`VmHWM`, proc(5)). */
function peakOf(pid: number | undefined): number {
  try {
    return 1024 * Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/**
 * Runs the command with --json, expects exit code 0 and exactly one line with one object on stdout.
 */
export async function brewhouseJson<T>(args: readonly string[], options?: RunOptions): Promise<T> {
  const ran = await brewhouse([...args, '--json'], options);
  expect(ran, ran.stderr).toMatchObject({ code: 0, signal: null });
  expect(ran.stdout).toMatch(/^\{[^\n]*\}\n$/);
  return JSON.parse(ran.stdout) as T;
}

/** Runs the command and expects it to be killed, by its crash point or from outside. */
export async function expectKilled(args: readonly string[], options: RunOptions): Promise<void> {
  const ran = await brewhouse(args, options);
  expect({ code: ran.code, signal: ran.signal }, `${JSON.stringify(options.env)} ${ran.stdout}${ran.stderr}`).toEqual({
    code: null,
    signal: 'SIGKILL',
  });
}

const folders: string[] = [];
// At the file's level: a hook that is asked for inside a test is never called.
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that is removed after the last test of the file. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'brewhouse-integration-'));
  folders.push(folder);
  return folder;
}

/** Files of a release outside the byte identity (docs/release.md, Beside the byte identity). */
export const OUTSIDE_IDENTITY: ReadonlySet<string> = new Set(['lineage.json', 'certificate.json', 'quality.json']);

/** SHA-256 of every file of a release, by relative path. */
export function releaseHashes(release: string): Record<string, string> {
  const hashes: Record<string, string> = {};
  for (const entry of readdirSync(release, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(release.length + 1);
    if (OUTSIDE_IDENTITY.has(name)) continue;
    hashes[name] = createHash('sha256').update(readFileSync(path)).digest('hex');
  }
  return hashes;
}

/** The split's sidecar rows, shard by shard. */
export async function sidecarOf(release: string, split: string): Promise<StoredRow<typeof SIDECAR>[]> {
  const names = readdirSync(join(release, 'meta')).filter((name) => name.startsWith(`${split}-`));
  const shards = await Promise.all(names.sort().map((name) => readParquet(join(release, 'meta', name))));
  return shards.flat() as unknown as StoredRow<typeof SIDECAR>[];
}
