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

  it('that stand twice are refused, switches too', () => {
    expect(refusal(() => parse(command('simulate'), [...simulate, '--members=6']))).toContain('--members stands twice');
    expect(refusal(() => parse(command('simulate'), [...simulate, '--late', '0', '--late=0']))).toContain('--late');
    expect(refusal(() => parse(command('simulate'), [...simulate, '--shuffle', '--shuffle']))).toContain('--shuffle');
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

  it.each(['1.5', '-1', 'many', '', '1e400', '1e3', '0x10', '1_0_0', ' 7', '+7', '1_000_', '12345678901234567890'])(
    '%j is no whole number, and the flag is named',
    (text) => {
      expect(refusal(() => wholeOf({ 'token-budget': text }, 'token-budget', 1))).toContain('--token-budget');
    },
  );

  it('that are too small are told the least that is allowed', () => {
    expect(refusal(() => wholeOf({ workers: '0' }, 'workers', 1))).toContain('--workers 1 ');
    expect(refusal(() => wholeOf({ row: '-1' }, 'row', 0))).toContain('--row 0 ');
  });

  it.each(['1.1', '-0.1', 'half'])('%j is no share', (text) => {
    expect(refusal(() => shareOf({ late: text }, 'late'))).toContain('--late');
  });

  it('that are times need their zone', () => {
    expect(momentOf({ until: '2026-03-01T01:00:00+01:00' }, 'until')).toBe(Date.UTC(2026, 2, 1));
    expect(refusal(() => momentOf({ until: '2026-03-01' }, 'until'))).toContain('2026-03-01T00:00:00Z');
  });

  it.each(['2026-02-30T00:00:00Z', '2026-04-31T00:00:00Z', '2025-02-29T00:00:00+01:00', '2026-01-01T24:00:00Z'])(
    '%s is no time: it is not shifted to the next that there is',
    (text) => {
      const said = refusal(() => momentOf({ until: text }, 'until'));
      expect(said).toContain('--until');
      expect(said).toContain('a day or an hour that does not exist');
    },
  );

  it('that are not given are undefined', () => {
    expect([wholeOf({}, 'n', 1), shareOf({}, 'n'), momentOf({}, 'n')]).toEqual([undefined, undefined, undefined]);
  });
});
