/** A command line's words to what a command is told. */
import { ownValue } from '../../schemas/names.ts';
import { BrewhouseError, nearestName } from '../errors.ts';
import type { Command, Given } from './command.ts';

/**
 * Flags as `--name value`, `--name=value` or a switch, each once, in any order with the arguments.
 * Throws `usage`, which names the nearest flag or what is missing.
 */
export async function parseArguments(name: string, command: Command, words: readonly string[]): Promise<Given> {
  const { texts, args } = split(name, command, words);
  const flags: Record<string, unknown> = {};
  for (const [flag, spec] of Object.entries(command.flags)) {
    const text = texts.get(flag);
    if (spec.value === undefined) flags[flag] = text !== undefined;
    else if (text !== undefined) flags[flag] = await spec.parse(text, flag);
    else if (spec.required === true) throw usage(name, `--${flag} ${spec.value} is missing`);
  }
  const least = command.args.filter((arg) => !arg.startsWith('[')).length;
  if (args.length < least || args.length > command.args.length) {
    const wanted = command.args.join(' ');
    throw usage(name, wanted === '' ? `unexpected argument ${args[0]}` : `expected ${wanted}`);
  }
  return { flags, args } as Given;
}

/** The texts of the flags, empty for a switch, and the other words. */
function split(name: string, command: Command, words: readonly string[]) {
  const texts = new Map<string, string>();
  const args: string[] = [];
  const rest = words.values();
  for (const word of rest) {
    if (!word.startsWith('--')) {
      args.push(word);
      continue;
    }
    const [flag = '', inline] = word.slice(2).split(/=(.*)/s, 2);
    const spec = ownValue(command.flags, flag);
    if (spec === undefined) throw unknownFlag(name, command, flag);
    if (texts.has(flag)) throw usage(name, `--${flag} stands twice`);
    if (spec.value === undefined && inline !== undefined) throw usage(name, `--${flag} takes no value`);
    const value = spec.value === undefined ? '' : (inline ?? rest.next().value);
    if (value === undefined || (inline === undefined && value.startsWith('--')))
      throw usage(name, `--${flag} needs a value: ${spec.value}`);
    texts.set(flag, value);
  }
  return { texts, args };
}

function unknownFlag(name: string, { flags }: Command, flag: string): BrewhouseError {
  const near = nearestName(flag, Object.keys(flags));
  return new BrewhouseError('usage', `brewhouse ${name} has no flag --${flag}`, {
    remedy: near === undefined ? `brewhouse ${name} --help lists its flags` : `did you mean --${near}?`,
  });
}

function usage(name: string, message: string): BrewhouseError {
  return new BrewhouseError('usage', message, { remedy: `brewhouse ${name} --help says how it is used` });
}
