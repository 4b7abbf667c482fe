/** The texts of --help, made from the table of commands. */
import type { Command } from './command.ts';
import { COMMAND_NAMES, COMMANDS, type CommandName } from './command-table.ts';

/** What `brewhouse --help` prints: every command with what it does. */
export function generalHelp(): string {
  const width = Math.max(...COMMAND_NAMES.map((name) => name.length));
  return [
    'Brewhouse turns member, item and interaction events into tokenized instruction-tuning corpora ' +
      'for an LLM recommender.',
    '',
    'usage: brewhouse COMMAND [flags]',
    '',
    ...COMMAND_NAMES.map((name) => `  ${name.padEnd(width)}  ${COMMANDS[name].about}`),
    '',
    'brewhouse COMMAND --help lists its flags. --json prints one JSON object, --debug adds the stack to an error.',
    '',
  ].join('\n');
}

/** What `brewhouse COMMAND --help` prints: how the command is used, and what each flag means. */
export function commandHelp(name: CommandName): string {
  const { about, args, flags }: Command = COMMANDS[name];
  const rows = Object.entries(flags).map(([flag, spec]) => ({
    written: `--${flag}${spec.value === undefined ? '' : ` ${spec.value}`}`,
    isRequired: spec.value !== undefined && spec.required === true,
    about: spec.about,
  }));
  const width = Math.max(...rows.map(({ written }) => written.length));
  const usage = rows.map(({ written, isRequired }) => (isRequired ? written : `[${written}]`));
  return [
    `brewhouse ${name}: ${about}`,
    '',
    `usage: brewhouse ${[name, ...args, ...usage].join(' ')}`,
    '',
    ...rows.map((row) => `  ${row.written.padEnd(width)}  ${row.about}`),
    '',
  ].join('\n');
}
