import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMMANDS, type Command } from '../../src/cli/command.ts';
import { parse } from '../../src/cli/main.ts';
import { momentOf, shareOf, wholeOf } from '../../src/cli/options.ts';
import { BrewhouseError, describeError, EXIT } from '../../src/errors.ts';

function command(name: string): Command {
  return COMMANDS.find((each) => each.name === name)!;
}

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (!(error instanceof BrewhouseError)) throw error;
    expect(error.exitCode).toBe(EXIT.usage);
    return describeError(error);
  }
  throw new Error('was not refused');
}

const simulate = ['--members', '5', '--seed', '7', '--out', 'x'];

describe('flags', () => {
  it('take a value behind a space or behind =, and = may stand in the value', () => {
    const { options } = parse(command('simulate'), ['--members=5', '--seed', 'a=b', '--out=x=y', '--shuffle']);
    expect(options).toEqual({ members: '5', seed: 'a=b', out: 'x=y', shuffle: true });
  });

  it('that are unknown name the nearest one', () => {
    expect(refusal(() => parse(command('simulate'), [...simulate, '--shufle']))).toContain('did you mean --shuffle?');
  });

  it('that are unknown and near nothing point to the help', () => {
    const text = refusal(() => parse(command('simulate'), [...simulate, '--qqqqqqqq']));
    expect(text).toContain('brewhouse simulate --help');
  });

  it('that are required and missing are named with what they want', () => {
    expect(refusal(() => parse(command('simulate'), ['--members', '5']))).toContain('--seed S is missing');
  });

  it('without their value are refused, also where another flag follows', () => {
    expect(refusal(() => parse(command('simulate'), ['--members']))).toContain('--members needs a value: N');
    expect(refusal(() => parse(command('simulate'), ['--members', '--shuffle']))).toContain('needs a value');
  });

  it('that are switches take no value', () => {
    expect(refusal(() => parse(command('simulate'), [...simulate, '--shuffle=yes']))).toContain('takes no value');
  });
});

describe('arguments', () => {
  it('are kept apart from flags, in any order', () => {
    const { options, args } = parse(command('inspect'), ['--row', '3', 'release', '--split=test']);
    expect({ options, args }).toEqual({ options: { row: '3', split: 'test' }, args: ['release'] });
  });

  it('that are missing or too many are refused', () => {
    expect(refusal(() => parse(command('inspect'), []))).toContain('expected RELEASE');
    expect(refusal(() => parse(command('simulate'), [...simulate, 'more']))).toContain('unexpected argument more');
  });
});

describe('values', () => {
  it('that are whole numbers may be grouped by underscores', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 12 }), (value) => {
        const grouped = String(value).replace(/\B(?=(\d{3})+$)/g, '_');
        return wholeOf({ n: grouped }, 'n', 0) === value;
      }),
    );
  });

  it.each(['1.5', '-1', 'many', '', '1e400'])('%j is no whole number, and the flag is named', (text) => {
    expect(refusal(() => wholeOf({ 'token-budget': text }, 'token-budget', 1))).toContain('--token-budget');
  });

  it.each(['1.1', '-0.1', 'half'])('%j is no share', (text) => {
    expect(refusal(() => shareOf({ late: text }, 'late'))).toContain('--late');
  });

  it('that are times need their zone', () => {
    expect(momentOf({ until: '2026-03-01T01:00:00+01:00' }, 'until')).toBe(Date.UTC(2026, 2, 1));
    expect(refusal(() => momentOf({ until: '2026-03-01' }, 'until'))).toContain('2026-03-01T00:00:00Z');
  });

  it('that are not given are undefined', () => {
    expect([wholeOf({}, 'n', 1), shareOf({}, 'n'), momentOf({}, 'n')]).toEqual([undefined, undefined, undefined]);
  });
});
