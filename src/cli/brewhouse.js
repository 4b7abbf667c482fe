#!/usr/bin/env node
/** Starts the command line on the Node that the package brings, from source in a clone and compiled in a package. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAJOR_MIN = 24;

if (Number(process.versions.node.split('.')[0]) >= MAJOR_MIN) {
  const { main } = await import(entry());
  await main(process.argv.slice(2));
} else {
  const own = ownNode();
  if (own === undefined) {
    console.error(`error: Brewhouse needs Node ${MAJOR_MIN} or newer; this is ${process.versions.node}`);
    console.error('  run npm ci with install scripts allowed for the package "node", or install Node 24');
    process.exit(2);
  }
  const run = spawnSync(own, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exit(run.status ?? (run.signal === 'SIGINT' ? 130 : 70));
}

/** A clone has the source; node_modules may not hold TypeScript that is run, so the package brings dist. */
function entry() {
  const here = dirname(fileURLToPath(import.meta.url));
  const source = join(here, 'main.ts');
  const inModules = here.includes('node_modules');
  return !inModules && existsSync(source) ? source : join(here, '..', '..', 'dist', 'src', 'cli', 'main.js');
}

/** The binary of the npm package `node`, wherever npm put it. */
function ownNode() {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('node/package.json'));
    const binary = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(binary) ? binary : undefined;
  } catch {
    return undefined;
  }
}
