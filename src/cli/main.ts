/** The command line: finds the command, reads its flags, loads it, and alone decides the exit code. */
import { BrewhouseError, describeError, EXIT, nearestName } from '../errors.ts';
import { COMMANDS, type Command, type OptionValues } from './command.ts';
import { commandHelp, generalHelp } from './help.ts';
import { suggestPath } from './nearest-path.ts';
import { createOutput } from './output.ts';

/** Runs one command and ends the process with its exit code once the output is written. */
export async function main(argv: readonly string[]): Promise<void> {
  const debug = argv.includes('--debug');
  process.on('SIGINT', () => process.exit(EXIT.interrupted));
  process.on('SIGTERM', () => process.exit(EXIT.interrupted));
  // A reader that has seen enough (`| head`) is no fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    process.exit(error.code === 'EPIPE' ? EXIT.done : EXIT.bug),
  );
  try {
    process.exitCode = await dispatch(argv.filter((each) => each !== '--debug'));
  } catch (error) {
    process.exitCode = report(error, debug);
  }
}

async function dispatch(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(generalHelp());
    return name === undefined ? EXIT.usage : EXIT.done;
  }
  if (name === '--version') {
    const { packageVersion } = await import('../config.ts');
    process.stdout.write(`${packageVersion()}\n`);
    return EXIT.done;
  }
  const command = COMMANDS.find((each) => each.name === name);
  if (command === undefined) {
    const near = nearestName(
      name,
      COMMANDS.map((each) => each.name),
    );
    throw new BrewhouseError('usage', `there is no command ${name}`, {
      remedy: near === undefined ? 'brewhouse --help lists the commands' : `did you mean brewhouse ${near}?`,
    });
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(commandHelp(command));
    return EXIT.done;
  }
  const { options, args } = parse(command, rest);
  const { stdout, stderr, env } = process;
  const output = createOutput(options.json === true, {
    stdout,
    stderr,
    now: () => performance.now(),
    environment: env,
  });
  try {
    return await (await command.load()).run(options, args, output);
  } catch (error) {
    throw error instanceof BrewhouseError ? suggestPath(error, command, { options, args }) : error;
  } finally {
    output.settle();
  }
}

/** Flags as `--name value`, `--name=value` or a switch, each once. Throws `usage` naming the nearest flag. */
export function parse(command: Command, argv: readonly string[]): { options: OptionValues; args: string[] } {
  const options: Record<string, string | boolean> = {};
  const args: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!;
    if (!word.startsWith('--')) {
      args.push(word);
      continue;
    }
    const [flag, inline] = word.slice(2).split(/=(.*)/s, 2) as [string, string | undefined];
    const option = command.options.find((each) => each.flag === flag);
    if (option === undefined) throw unknownFlag(command, flag);
    if (options[flag] !== undefined) throw usage(command, `--${flag} stands twice`);
    if (option.value === undefined) {
      if (inline !== undefined) throw usage(command, `--${flag} takes no value`);
      options[flag] = true;
      continue;
    }
    const value = inline ?? argv[++i];
    if (value === undefined || (inline === undefined && value.startsWith('--')))
      throw usage(command, `--${flag} needs a value: ${option.value}`);
    options[flag] = value;
  }
  const missing = command.options.find((option) => option.required === true && options[option.flag] === undefined);
  if (missing !== undefined) throw usage(command, `--${missing.flag} ${missing.value ?? ''} is missing`);
  const wanted = command.args?.split(' ').length ?? 0;
  if (args.length !== wanted)
    throw usage(command, wanted === 0 ? `unexpected argument ${args[0]}` : `expected ${command.args}`);
  return { options, args };
}

function unknownFlag(command: Command, flag: string): BrewhouseError {
  const near = nearestName(
    flag,
    command.options.map((option) => option.flag),
  );
  return new BrewhouseError('usage', `brewhouse ${command.name} has no flag --${flag}`, {
    remedy: near === undefined ? `brewhouse ${command.name} --help lists its flags` : `did you mean --${near}?`,
  });
}

function usage(command: Command, message: string): BrewhouseError {
  return new BrewhouseError('usage', message, { remedy: `brewhouse ${command.name} --help says how it is used` });
}

/** Says what failed; a bug of ours asks for a report. */
function report(error: unknown, debug: boolean): number {
  if (error instanceof BrewhouseError) {
    process.stderr.write(`${describeError(error)}\n`);
    if (debug) process.stderr.write(`${error.stack ?? ''}\n`);
    return error.exitCode;
  }
  const { message, stack } = error as Error;
  process.stderr.write(`error: ${message}\n  this is a bug of Brewhouse: please report it with what --debug prints\n`);
  if (debug) process.stderr.write(`${stack ?? ''}\n`);
  return EXIT.bug;
}
