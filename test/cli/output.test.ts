/** Progress and colour: where they are written, and where they are left out. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOutput, type Output } from '../../src/cli/output.ts';
import { duration, shortNumber, table } from '../../src/cli/plain-text.ts';
import { grouped } from '../../src/grouped.ts';

const ESCAPE = '\u001b';

interface Stage {
  readonly output: Output;
  readonly said: { stdout: string; stderr: string };
  clock: number;
}

function stage(settings: { terminal?: boolean; environment?: Record<string, string> } = {}): Stage {
  const { terminal = false, environment = {} } = settings;
  const said = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => ({
    isTTY: terminal,
    columns: 100,
    write: (text: string) => {
      said[name] += text;
    },
  });
  const result: Stage = {
    said,
    clock: 0,
    output: createOutput({
      stdout: stream('stdout'),
      stderr: stream('stderr'),
      now: () => result.clock,
      environment,
    }),
  };
  return result;
}

/** Ten seconds of one step, reported ten times a second. */
function workTenSeconds(on: Stage): void {
  for (let i = 0; i <= 100; i++) {
    on.clock = i * 100;
    const rate = { count: i * 1_000, unit: 'tokens' };
    on.output.observe({ kind: 'progress', step: 'rendering', done: i, total: 100, rate });
  }
  on.output.settle();
}

describe('progress', () => {
  it('is a bar on a terminal, drawn over itself and ended by one line end', () => {
    const on = stage({ terminal: true });
    workTenSeconds(on);
    expect(on.said.stderr).toContain('[############............] rendering, 50 %, 10.0 k tokens/s, 5s left');
    expect(on.said.stderr.match(/\n/g)).toHaveLength(1);
    expect(on.said.stderr).toContain('[########################] rendering, 100 %');
  });

  it('is a plain line every few seconds elsewhere, without control characters', () => {
    const on = stage();
    workTenSeconds(on);
    expect(on.said.stderr).not.toContain(ESCAPE);
    expect(on.said.stderr).not.toContain('\r');
    expect(on.said.stderr.trimEnd().split('\n')).toEqual([
      'rendering, 30 %, 10.0 k tokens/s',
      'rendering, 60 %, 10.0 k tokens/s, 4s left',
      'rendering, 90 %, 10.0 k tokens/s, 1s left',
    ]);
  });

  it('never goes to stdout', () => {
    const on = stage({ terminal: true });
    workTenSeconds(on);
    on.output.observe({ kind: 'warning', message: 'careful' });
    expect(on.said.stdout).toBe('');
    expect(on.said.stderr).toContain('warning: careful\n');
  });
});

describe('colour', () => {
  it('is for terminals alone, and NO_COLOR takes it away', () => {
    expect(stage({ terminal: true }).output.colour).toBe(true);
    expect(stage().output.colour).toBe(false);
    expect(stage({ terminal: true, environment: { NO_COLOR: '1' } }).output.colour).toBe(false);
    expect(stage({ terminal: true, environment: { NO_COLOR: '' } }).output.colour).toBe(true);
  });
});

describe('the begin of a part', () => {
  it('is a line on stdout, behind the end of the bar', () => {
    const on = stage({ terminal: true });
    workTenSeconds(on);
    on.output.observe({ kind: 'stage', message: '2 of 4' });
    expect(on.said.stdout).toBe('2 of 4\n');
    expect(on.said.stderr).toMatch(/\n$/);
  });
});

describe('numbers', () => {
  it('are grouped by thousands, and read back as they were', () => {
    expect(grouped(1_234_567)).toBe('1,234,567');
    fc.assert(fc.property(fc.nat(), (count) => Number(grouped(count).replaceAll(',', '')) === count));
  });

  it.each([
    [0, '0'],
    [999, '999'],
    [1_500, '1.5 k'],
    [250_000, '250 k'],
    [1_250_000, '1.3 M'],
    [2.5e9, '2.5 G'],
  ])('%d is said as %s', (value, text) => expect(shortNumber(value)).toBe(text));

  it.each([
    [4.4, '4s'],
    [59.6, '1m 00s'],
    [125, '2m 05s'],
  ])('%d seconds are said as %s', (seconds, text) => expect(duration(seconds)).toBe(text));
});

describe('a table', () => {
  it('aligns the first column to the left, the others to the right, and ends no line in a space', () => {
    expect(
      table([
        ['split', 'rows'],
        ['train', '12,345'],
        ['a longer name', '1'],
      ]),
    ).toBe(['  split            rows', '  train          12,345', '  a longer name       1'].join('\n'));
  });
});
