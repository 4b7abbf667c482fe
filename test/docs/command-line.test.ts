/** docs/command-line.md names what the command line has: commands, flags, exit codes. */
import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/cli/command.ts';
import { COMMANDS } from '../../src/cli/command-table.ts';
import { EXIT } from '../../src/errors.ts';
import { names, page, section, tableRows } from './pages.ts';

const text = page('command-line.md');
const commands: ReadonlyArray<[name: string, command: Command]> = Object.entries(COMMANDS);
const titleOf = (name: string, { args }: Command) => [name, ...args].join(' ');
const GENERAL = ['What holds for every command', 'Exit codes'];

describe('docs/command-line.md', () => {
  it('has one section a command, in the order of help, with its arguments', () => {
    const headings = text.split('\n').flatMap((line) => (line.startsWith('## ') ? [line.slice(3)] : []));
    expect(headings).toEqual([...GENERAL, ...commands.map(([name, command]) => titleOf(name, command))]);
  });

  it.each(commands)('lists the flags of %s, and which of them are required', (name, command) => {
    const own = section(text, `## ${titleOf(name, command)}`);
    const specs = Object.entries(command.flags);
    const flags = specs.map(([flag, { value }]) => `--${flag}${value === undefined ? '' : ` ${value}`}`);
    expect(names(own)).toEqual(flags);
    const required = tableRows(own).map(([, about = '']) => about.endsWith('required'));
    expect(required).toEqual(specs.map(([, spec]) => spec.value !== undefined && spec.required === true));
  });

  it('lists the exit codes', () => {
    const codes = tableRows(section(text, '## Exit codes')).map(([code]) => Number(code));
    expect(codes).toEqual(Object.values(EXIT).sort((a, b) => a - b));
  });
});
