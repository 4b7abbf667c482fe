/** The help texts name every command, flag and default. */
import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/cli/command.ts';
import { LOADERS } from '../../src/cli/command-modules.ts';
import { COMMAND_NAMES, COMMANDS } from '../../src/cli/command-table.ts';
import { commandHelp, generalHelp } from '../../src/cli/help.ts';

/** The contract with checks from outside: commands, their arguments and their flags. */
const CONTRACT: Readonly<Record<string, { args?: string; flags: readonly string[] }>> = {
  simulate: { flags: ['members', 'seed', 'out', 'days', 'duplicates', 'shuffle', 'late', 'no-memory'] },
  import: { flags: ['mapping', 'from', 'out'] },
  check: { flags: ['events', 'domain'] },
  build: { flags: ['events', 'domain', 'recipe', 'lake', 'until', 'workers', 'partitions'] },
  release: { flags: ['lake', 'recipe', 'until', 'profile', 'token-budget', 'id'] },
  verify: { args: '[RELEASE]', flags: ['events', 'lake', 'sample'] },
  inspect: { args: 'RELEASE', flags: ['split', 'row', 'example'] },
};

describe('the commands', () => {
  it.each(Object.entries(CONTRACT))('%s takes the flags of the contract and --json', (name, { args, flags }) => {
    const commands: Readonly<Record<string, Command>> = COMMANDS;
    expect(commands[name]!.args.join(' ')).toBe(args ?? '');
    expect(Object.keys(commands[name]!.flags)).toEqual(expect.arrayContaining([...flags, 'json']));
  });

  it.each(COMMAND_NAMES)('%s has a module that loads', async (name) => {
    expect(typeof (await LOADERS[name]()).run).toBe('function');
  });
});

describe('help', () => {
  it('lists every command with what it does', () => {
    const lines = generalHelp().split('\n');
    for (const [name, { about }] of Object.entries(COMMANDS))
      expect(lines.some((line) => line.trim().startsWith(name) && line.endsWith(about))).toBe(true);
  });

  it.each(COMMAND_NAMES)('of %s tells what is required, and explains each flag', (name) => {
    const text = commandHelp(name);
    const usage = text.split('\n').find((line) => line.startsWith('usage: '))!;
    for (const [flag, spec] of Object.entries<Command['flags'][string]>(COMMANDS[name].flags)) {
      const written = `--${flag}${spec.value === undefined ? '' : ` ${spec.value}`}`;
      const isRequired = spec.value !== undefined && spec.required === true;
      expect(usage).toContain(isRequired ? ` ${written}` : `[${written}]`);
      expect(text).toContain(spec.about);
    }
  });
});
