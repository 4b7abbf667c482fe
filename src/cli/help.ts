/** The texts of --help, made from the table of commands. */
import { COMMANDS, type Command } from './command.ts';

export function generalHelp(): string {
  const width = Math.max(...COMMANDS.map((command) => command.name.length));
  return [
    'Brewhouse turns member, item and interaction events into tokenized instruction-tuning corpora for an LLM recommender.',
    '',
    'usage: brewhouse COMMAND [flags]',
    '',
    ...COMMANDS.map((command) => `  ${command.name.padEnd(width)}  ${command.about}`),
    '',
    'brewhouse COMMAND --help lists its flags. --json prints one JSON object, --debug adds the stack to an error.',
    '',
  ].join('\n');
}

export function commandHelp(command: Command): string {
  const flags = command.options.map(
    (option) => `--${option.flag}${option.value === undefined ? '' : ` ${option.value}`}`,
  );
  const width = Math.max(...flags.map((flag) => flag.length));
  const shown = command.options.map((option, i) => (option.required === true ? flags[i]! : `[${flags[i]!}]`));
  return [
    `brewhouse ${command.name}: ${command.about}`,
    '',
    `usage: brewhouse ${[command.name, command.args, ...shown].filter(Boolean).join(' ')}`,
    '',
    ...command.options.map((option, i) => `  ${flags[i]!.padEnd(width)}  ${option.about}`),
    '',
  ].join('\n');
}
