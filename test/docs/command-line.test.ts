/** docs/command-line.md names what the command line has: commands, flags, exit codes. */
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/command.ts';
import { EXIT } from '../../src/errors.ts';
import { names, page, section, tableRows } from './pages.ts';

const text = page('command-line.md');
const GENERAL = ['What holds for every command', 'Exit codes'];

describe('docs/command-line.md', () => {
  it('has one section a command, in the order of help, with its arguments', () => {
    const headings = text.split('\n').flatMap((line) => (line.startsWith('## ') ? [line.slice(3)] : []));
    const commands = COMMANDS.map(({ name, args }) => (args === undefined ? name : `${name} ${args}`));
    expect(headings).toEqual([...GENERAL, ...commands]);
  });

  it.each(COMMANDS)('lists the flags of $name, and which of them are required', ({ name, args, options }) => {
    const own = section(text, `## ${args === undefined ? name : `${name} ${args}`}`);
    const flags = options.map(({ flag, value }) => `--${flag}${value === undefined ? '' : ` ${value}`}`);
    expect(names(own)).toEqual(flags);
    const required = tableRows(own).map(([, about = '']) => about.endsWith('required'));
    expect(required).toEqual(options.map((option) => option.required === true));
  });

  it('lists the exit codes', () => {
    const codes = tableRows(section(text, '## Exit codes')).map(([code]) => Number(code));
    expect(codes).toEqual(Object.values(EXIT).sort((a, b) => a - b));
  });
});
