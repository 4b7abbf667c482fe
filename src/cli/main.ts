/**
 * The command line: finds the command, has it run, and alone decides the exit code. What help does
 * not need is loaded when a command runs.
 */
import { BrewhouseError, describeError, EXIT, nearestName } from '../errors.ts';
import { COMMAND_NAMES, COMMANDS, type CommandName } from './command-table.ts';
import { commandHelp, generalHelp } from './help.ts';
import { leaveProcess } from './leave-process.ts';

/** Runs one command; the process ends with its exit code once the output is written. */
export async function main(argv: readonly string[]): Promise<void> {
  const debug = argv.includes('--debug');
  // A reader that has seen enough (`| head`) is no fault.
  process.stdout.on('error', (error) => leaveProcess('code' in error && error.code === 'EPIPE' ? EXIT.done : EXIT.bug));
  try {
    process.exitCode = await dispatch(argv.filter((each) => each !== '--debug'));
  } catch (error) {
    process.exitCode = report(error, debug);
  }
}

async function dispatch([name, ...words]: readonly string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(generalHelp());
    return name === undefined ? EXIT.usage : EXIT.done;
  }
  if (name === '--version') {
    const { packageVersion } = await import('../config.ts');
    process.stdout.write(`${packageVersion()}\n`);
    return EXIT.done;
  }
  if (!isCommand(name)) {
    const near = nearestName(name, COMMAND_NAMES);
    throw new BrewhouseError('usage', `there is no command ${name}`, {
      remedy: near === undefined ? 'brewhouse --help lists the commands' : `did you mean brewhouse ${near}?`,
    });
  }
  if (words.includes('--help') || words.includes('-h')) {
    process.stdout.write(commandHelp(name));
    return EXIT.done;
  }
  const { runCommand } = await import('./run-command.ts');
  return runCommand(name, words);
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}

/** Says what failed; a bug of ours asks for a report. */
function report(error: unknown, debug: boolean): number {
  const { message, stack = message, cause } = error instanceof Error ? error : new Error(String(error));
  const isOurs = error instanceof BrewhouseError;
  process.stderr.write(
    isOurs
      ? `${describeError(error)}\n`
      : `error: ${message}\n  this is a bug of Brewhouse: please report it with what --debug prints\n`,
  );
  if (debug) process.stderr.write(`${stack}\n${causes(cause)}`);
  return isOurs ? error.exitCode : EXIT.bug;
}

/** The stacks of what an error came from, one after another. */
function causes(cause: unknown): string {
  return cause instanceof Error ? `caused by ${cause.stack ?? cause.message}\n${causes(cause.cause)}` : '';
}
