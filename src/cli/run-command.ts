/** One command: its flags are read, it runs in a thread, and its result is printed. */
import { STORE_WAIT_VARIABLE } from '../config.ts';
import { BrewhouseError } from '../errors.ts';
import { COMMANDS, type CommandName } from './command-table.ts';
import type { ThreadTask } from './command-thread.ts';
import { suggestPath } from './nearest-path.ts';
import { createOutput } from './output.ts';
import { parseArguments } from './parse-arguments.ts';
import { runInThread } from './run-in-thread.ts';

/** Returns the exit code. Throws `usage`, and what the command threw. */
export async function runCommand(name: CommandName, words: readonly string[]): Promise<number> {
  const command = COMMANDS[name];
  const given = await parseArguments(name, command, words);
  const json = given.flags.json === true;
  const storeWait = given.flags['store-wait'];
  // Every thread of the command inherits it.
  if (storeWait !== undefined) process.env[STORE_WAIT_VARIABLE] = `${storeWait}ms`;
  const { stdout, stderr, env } = process;
  const output = createOutput({ stdout, stderr, now: () => performance.now(), environment: env });
  try {
    const task = { name, call: { ...given, colour: output.colour }, json } as ThreadTask;
    const { exit, text } = await runInThread(task, output);
    output.settle();
    stdout.write(`${text}\n`);
    return exit;
  } catch (error) {
    throw error instanceof BrewhouseError ? suggestPath(error, command, given) : error;
  } finally {
    output.settle();
  }
}
