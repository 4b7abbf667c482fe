import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/command.ts';
import { commandHelp, generalHelp } from '../../src/cli/help.ts';

/** The contract with checks from outside: commands, their arguments and their flags. */
const CONTRACT: Readonly<Record<string, { args?: string; flags: readonly string[] }>> = {
  simulate: { flags: ['members', 'seed', 'out', 'days', 'duplicates', 'shuffle', 'late', 'no-memory'] },
  import: { flags: ['mapping', 'from', 'out'] },
  check: { flags: ['events', 'domain'] },
  build: { flags: ['events', 'domain', 'recipe', 'lake', 'until', 'workers', 'partitions'] },
  release: { flags: ['lake', 'recipe', 'until', 'profile', 'token-budget', 'id'] },
  verify: { args: 'RELEASE', flags: ['events', 'lake', 'sample'] },
  inspect: { args: 'RELEASE', flags: ['split', 'row', 'example'] },
};

describe('the commands', () => {
  it.each(Object.entries(CONTRACT))('%s takes the flags of the contract and --json', (name, { args, flags }) => {
    const command = COMMANDS.find((each) => each.name === name)!;
    expect(command.args).toBe(args);
    expect(command.options.map((option) => option.flag)).toEqual(expect.arrayContaining([...flags, 'json']));
  });

  it.each(COMMANDS.map((command) => [command.name, command] as const))(
    '%s names each flag once, and its module loads',
    async (_name, command) => {
      const flags = command.options.map((option) => option.flag);
      expect(new Set(flags).size).toBe(flags.length);
      expect(typeof (await command.load()).run).toBe('function');
    },
  );
});

describe('help', () => {
  it('lists every command with what it does', () => {
    const lines = generalHelp().split('\n');
    for (const { name, about } of COMMANDS)
      expect(lines.some((line) => line.trim().startsWith(name) && line.endsWith(about))).toBe(true);
  });

  it.each(COMMANDS.map((command) => [command.name, command] as const))(
    'of %s tells what is required, and explains each flag',
    (_name, command) => {
      const text = commandHelp(command);
      const usage = text.split('\n').find((line) => line.startsWith('usage: '))!;
      for (const { flag, value, required, about } of command.options) {
        const shown = `--${flag}${value === undefined ? '' : ` ${value}`}`;
        expect(usage).toContain(required === true ? ` ${shown}` : `[${shown}]`);
        expect(text).toContain(about);
      }
    },
  );
});
