/** Ends the process at once, whatever its threads do. */
import { existsSync } from 'node:fs';

const SHELL = '/bin/sh';

/**
 * Ends the process without waiting for its threads. `process.exit` waits for each: for a second
 * inside a tokenizer that is loading, and for ever where a request to end comes during
 * `JSON.parse`, which loses it. Another program in this process's place is the one end that asks no
 * thread.
 */
export function leaveProcess(code: number): never {
  // Where there is no shell, as on Windows, the threads are waited for.
  if (existsSync(SHELL)) process.execve?.(SHELL, ['sh', '-c', `exit ${code}`], {});
  process.exit(code);
}
