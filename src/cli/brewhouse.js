#!/usr/bin/env node
/**
 * Starts the command line on the Node that the package brings, from source in a clone and compiled
 * in a package.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import nodeModule, { createRequire } from 'node:module';
import { availableParallelism, constants, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import v8 from 'node:v8';
import { isOldNode, isTriedNode, MAJOR_MIN, neededNode } from './needed-node.js';

const require = createRequire(import.meta.url);
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Pieces of so many bytes go back to the system when they are freed. By default glibc soon raises
 * it to megabytes, and keeps what lies below: a build of a billion tokens held 100 MB more.
 */
const MMAP_BYTES = '131072';

/**
 * By how much a heap may grow before all of it is collected, of what it held then. By default a heap
 * grows up to fourfold: `verify` of ifdb held 1,070 MB, holds 700, and takes no longer.
 */
const HEAP_GROWTH_PERCENT = 100;

/** Commands that take memory by the hundred megabytes, in threads. */
const LARGE = ['build', 'demo', 'release', 'verify'];

if (isOldNode()) runOnOwnNode();
else {
  if (needsArenas()) runWithArenas();
  limitHeaps();
  await runHere();
}

async function runHere() {
  // Sources compiled once are loaded from then on, by threads too, which learn it from the variable.
  // Where the folder cannot be written to there is no cache, and no error.
  process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), 'node-compile-cache');
  // Not imported by name: a Node that does not have it would not even start.
  nodeModule.enableCompileCache?.();
  const { main } = await import(pathToFileURL(entry()).href);
  await main(process.argv.slice(2));
}

/**
 * glibc lets every thread allocate from an arena of its own, up to eight a core, and what was freed
 * in one serves no other: with one a core `verify` takes a quarter less, in the same time. It reads
 * the variable when a process starts, and never again. Where a parent has a channel to this process
 * nothing is done, since starting again would close it.
 */
function needsArenas() {
  const isLarge = process.platform === 'linux' && LARGE.includes(process.argv[2]);
  return isLarge && process.env.MALLOC_ARENA_MAX === undefined && process.send === undefined;
}

/**
 * For the heaps of all threads that start from now on. Another V8 may not know the flag, and would
 * say so.
 */
function limitHeaps() {
  if (LARGE.includes(process.argv[2]) && isTriedNode()) {
    v8.setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`);
  }
}

/** Starts again as the same process; on a Node that cannot, goes on as it is. */
function runWithArenas() {
  const command = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  process.execve?.(process.execPath, command, withArenas());
}

function withArenas() {
  const arenas = String(Math.max(2, availableParallelism()));
  return { MALLOC_ARENA_MAX: arenas, MALLOC_MMAP_THRESHOLD_: MMAP_BYTES, ...process.env };
}

/** The same command on the package's own Node; signals are passed on, its exit code is ours. */
function runOnOwnNode() {
  const needs = neededNode();
  const newer = `install Node ${MAJOR_MIN} or newer`;
  const name = platformPackage();
  if (name === undefined) fail(`${needs}, and no package has one for ${process.platform} on ${process.arch}`, newer);
  const node = binaryOf(name);
  if (node === undefined)
    fail(
      `${needs}, and the package ${name}, which has one, is not installed: optional dependencies were left out`,
      `npm install --include=optional, or ${newer}`,
    );
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: withArenas(),
  });
  for (const signal of SIGNALS) process.on(signal, () => child.kill(signal));
  child.on('error', ({ code, message }) => {
    // The file is there, so what is not found is what it is loaded by: Alpine has no glibc.
    if (code === 'ENOENT')
      fail(`${needs}, and ${node} needs glibc, which this system does not have`, `${newer} of this system`);
    fail(`${needs}, and ${node} does not start: ${message}`, newer);
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

function fail(message, remedy) {
  console.error(`error: ${message}\n  ${remedy}`);
  process.exit(2);
}

/** A clone has the source; a package brings dist. */
function entry() {
  const here = dirname(fileURLToPath(import.meta.url));
  const source = join(here, 'main.ts');
  return existsSync(source) ? source : join(here, '..', '..', 'dist', 'src', 'cli', 'main.js');
}

/** The optional dependency that has the Node binary of this platform; undefined where none has. */
function platformPackage() {
  const { optionalDependencies } = require('../../package.json');
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  return Object.keys(optionalDependencies).find((name) => name.endsWith(`-${platform}-${process.arch}`));
}

/** The Node binary of a package, wherever npm put it; undefined where it is not installed. */
function binaryOf(name) {
  try {
    const manifest = require.resolve(`${name}/package.json`);
    const binary = join(dirname(manifest), require(manifest).bin.node);
    return existsSync(binary) ? binary : undefined;
  } catch {
    return undefined;
  }
}
