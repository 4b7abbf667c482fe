#!/usr/bin/env node
/**
 * Starts the command line on the Node that the package brings, from source in a clone and compiled
 * in a package.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import nodeModule, { createRequire } from 'node:module';
import { constants, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const MAJOR_MIN = 24;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

if (Number(process.versions.node.split('.')[0]) >= MAJOR_MIN) await runHere();
else runOn(ownNode());

async function runHere() {
  // Sources compiled once are loaded from then on, by threads too, which learn it from the variable.
  // Where the folder cannot be written to there is no cache, and no error.
  process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), 'node-compile-cache');
  // Not imported by name: a Node that does not have it would not even start.
  nodeModule.enableCompileCache?.();
  const { main } = await import(pathToFileURL(entry()).href);
  await main(process.argv.slice(2));
}

/** The same command on another Node; signals are passed on, its exit code is ours. */
function runOn(node) {
  if (node === undefined) {
    console.error(`error: Brewhouse needs Node ${MAJOR_MIN} or newer; this is ${process.versions.node}`);
    console.error(
      '  allow the install script of the package "node" (npm install-scripts approve node; npm rebuild node), ' +
        'or install Node 24',
    );
    process.exit(2);
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of SIGNALS) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`error: cannot start ${node}: ${error.message}`);
    process.exit(2);
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

/** A clone has the source; a package brings dist. */
function entry() {
  const here = dirname(fileURLToPath(import.meta.url));
  const source = join(here, 'main.ts');
  return existsSync(source) ? source : join(here, '..', '..', 'dist', 'src', 'cli', 'main.js');
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
