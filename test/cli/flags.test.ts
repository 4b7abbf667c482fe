/** Flags: how they are read, and how a wrong one is refused. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/cli/command.ts';
import { COMMANDS, type CommandName } from '../../src/cli/command-table.ts';
import { moment, required, share, text, whole } from '../../src/cli/flag-kinds.ts';
import { parseArguments } from '../../src/cli/parse-arguments.ts';
import { BrewhouseError, describeError, EXIT } from '../../src/errors.ts';

const parse = (name: CommandName, words: readonly string[]) => parseArguments(name, COMMANDS[name], words);

async function refusal(act: () => Promise<unknown>): Promise<string> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof BrewhouseError)) throw error;
    expect(error.exitCode).toBe(EXIT.usage);
    return describeError(error);
  }
  throw new Error('was not refused');
}

const simulate = ['--members', '5', '--seed', '7', '--out', 'x'];

describe('flags', () => {
  it('take a value behind a space or behind =, and = may stand in the value', async () => {
    const { flags } = await parse('simulate', ['--members=5', '--seed', 'a=b', '--out=x=y', '--shuffle']);
    const switches = { shuffle: true, 'no-memory': false, json: false };
    expect(flags).toEqual({ members: 5, seed: 'a=b', out: 'x=y', ...switches });
  });

  it('that take some of few names take them with commas between, and name a wrong one', async () => {
    const release = ['--lake', 'l', '--recipe', 'r'];
    const { flags } = await parse('release', [...release, '--allow-empty', 'test,train']);
    expect(flags['allow-empty']).toEqual(['test', 'train']);
    expect((await parse('release', release)).flags['allow-empty']).toBeUndefined();
    const wrong = await refusal(() => parse('release', [...release, '--allow-empty', 'test,trian']));
    expect(wrong).toContain('--allow-empty test,trian: trian is none');
    expect(wrong).toContain('it takes train, validation, test, with commas between');
    expect(await refusal(() => parse('release', [...release, '--allow-empty', 'test,']))).toContain(
      'a name is missing',
    );
  });

  it('that are unknown name the nearest one', async () => {
    expect(await refusal(() => parse('simulate', [...simulate, '--shufle']))).toContain('did you mean --shuffle?');
  });

  it('that are unknown and near nothing point to the help', async () => {
    const text = await refusal(() => parse('simulate', [...simulate, '--qqqqqqqq']));
    expect(text).toContain('brewhouse simulate --help');
  });

  it('that are required and missing are named with what they want', async () => {
    expect(await refusal(() => parse('simulate', ['--members', '5']))).toContain('--seed S is missing');
  });

  it('without their value are refused, also where another flag follows', async () => {
    expect(await refusal(() => parse('simulate', ['--members']))).toContain('--members needs a value: N');
    expect(await refusal(() => parse('simulate', ['--members', '--shuffle']))).toContain('needs a value');
  });

  it('that stand twice are refused, switches too', async () => {
    expect(await refusal(() => parse('simulate', [...simulate, '--members=6']))).toContain('--members stands twice');
    expect(await refusal(() => parse('simulate', [...simulate, '--late', '0', '--late=0']))).toContain('--late');
    expect(await refusal(() => parse('simulate', [...simulate, '--shuffle', '--shuffle']))).toContain('--shuffle');
  });

  it('that are switches take no value', async () => {
    expect(await refusal(() => parse('simulate', [...simulate, '--shuffle=yes']))).toContain('takes no value');
  });
});

describe('arguments', () => {
  it('are kept apart from flags, in any order', async () => {
    const { flags, args } = await parse('inspect', ['--row', '3', 'release', '--split=test']);
    expect({ flags, args }).toEqual({ flags: { row: 3, dead: false, split: 'test', json: false }, args: ['release'] });
  });

  it('that are missing or too many are refused', async () => {
    expect(await refusal(() => parse('inspect', []))).toContain('expected RELEASE');
    expect(await refusal(() => parse('simulate', [...simulate, 'more']))).toContain('unexpected argument more');
  });
});

/** What a command that has the flag `--value` alone makes of a text. */
async function valueFrom(flag: Command['flags'][string], text?: string): Promise<unknown> {
  const command = { about: '', args: [], flags: { value: flag } };
  return (await parseArguments('any', command, text === undefined ? [] : [`--value=${text}`])).flags.value;
}

describe('values', () => {
  it('that are whole numbers may be grouped by underscores', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 10 ** 12 }), async (value) => {
        const grouped = String(value).replace(/\B(?=(\d{3})+$)/g, '_');
        return (await valueFrom(whole(0, 'N', ''), grouped)) === value;
      }),
    );
  });

  it.each(['1.5', '-1', 'many', '', '1e400', '1e3', '0x10', '1_0_0', ' 7', '+7', '1_000_', '12345678901234567890'])(
    '%j is no whole number, and the flag is named',
    async (text) => {
      expect(await refusal(() => valueFrom(whole(1, 'N', ''), text))).toContain('--value');
    },
  );

  it('that are too small are told the least that is allowed', async () => {
    expect(await refusal(() => valueFrom(whole(1, 'N', ''), '0'))).toContain('--value 1 ');
    expect(await refusal(() => valueFrom(whole(0, 'N', ''), '-1'))).toContain('--value 0 ');
  });

  it.each(['1.1', '-0.1', 'half', ''])('%j is no share', async (text) => {
    expect(await refusal(() => valueFrom(share('R', ''), text))).toContain('--value');
  });

  it('of a token budget may be none, those of a profile are the profiles there are', async () => {
    const release = ['--lake', 'l', '--recipe', 'r'];
    expect((await parse('release', [...release, '--token-budget', 'none'])).flags).toMatchObject({
      'token-budget': 'none',
    });
    expect((await parse('release', [...release, '--token-budget', '5_000'])).flags).toMatchObject({
      'token-budget': 5000,
    });
    expect(await refusal(() => parse('release', [...release, '--token-budget', 'many']))).toContain(
      '--token-budget many',
    );
    expect(await refusal(() => parse('release', [...release, '--profile', 'fh']))).toContain('there is no profile fh');
  });

  it('that are times need their zone', async () => {
    expect(await valueFrom(moment('TIME', ''), '2026-03-01T01:00:00+01:00')).toBe(Date.UTC(2026, 2, 1));
    expect(await refusal(() => valueFrom(moment('TIME', ''), '2026-03-01'))).toContain('2026-03-01T00:00:00Z');
  });

  it.each(['2026-02-30T00:00:00Z', '2026-04-31T00:00:00Z', '2025-02-29T00:00:00+01:00', '2026-01-01T24:00:00Z'])(
    '%s is no time: it is not shifted to the next that there is',
    async (text) => {
      const said = await refusal(() => valueFrom(moment('TIME', ''), text));
      expect(said).toContain('--value');
      expect(said).toContain('a day or an hour that does not exist');
    },
  );

  it('that are not given are undefined, unless they are required', async () => {
    const kinds = [whole(1, 'N', ''), share('R', ''), moment('TIME', ''), text('S', '')];
    expect(await Promise.all(kinds.map((kind) => valueFrom(kind)))).toEqual(kinds.map(() => undefined));
    for (const kind of kinds) expect(await refusal(() => valueFrom(required(kind)))).toContain('--value');
  });
});
