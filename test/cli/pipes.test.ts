/** Pipes: one among files is refused by name; one that a person names is waited for. */
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { EXIT } from '../../src/errors.ts';
import { tempFolder } from '../sources/temp-folder.ts';
import { launcher, root, runCli } from './run-cli.ts';

const folder = tempFolder();
const makePipe = (name: string): string => {
  const pipe = join(folder.path, name);
  expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
  return pipe;
};

test('check ends with a line on the pipe among the events', async () => {
  await folder.write('events/a.ndjson', '');
  const pipe = makePipe('events/b.ndjson.gz');
  const ran = await runCli(['check', '--events', join(folder.path, 'events')]);
  expect(ran).toMatchObject({ code: EXIT.input, stdout: '' });
  expect(ran.stderr).toContain(`${pipe} is no regular file`);
});

test('SIGTERM ends a command that waits for a pipe which nobody writes', async () => {
  const pipe = makePipe('map.yaml');
  const args = ['import', '--mapping', pipe, '--from', folder.path, '--out', join(folder.path, 'out')];
  const child = spawn(process.execPath, [launcher, ...args], { cwd: root, stdio: 'ignore' });
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
  await sleep(1_500);
  expect(child.exitCode).toBeNull();
  child.kill('SIGTERM');
  // Before the command hears of signals, the system's own answer to one counts.
  expect([EXIT.interrupted, null]).toContain((await ended).code);
});
