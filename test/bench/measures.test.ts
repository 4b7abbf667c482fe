/**
 * What the bench makes of its measurements, and what it measures them with. No time is asserted.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/config.ts';
import type { Found } from './bench.ts';
import { BOUNDS, boundOf } from './bounds.ts';
import { type Figure, figureOf, isMet, medianOf, quotients, sayFigure, sayGoal, sayValue } from './figures.ts';
import type { Machine } from './machine.ts';
import { childSeconds, measureCommand } from './measure-command.ts';
import { pageText, problemLines, tableLines } from './page.ts';
import { kilobytesOf, parentOf, watchTree } from './process-tree.ts';
import { allocatedBy, selfTimeBy, shareLines } from './profile-shares.ts';
import { readResults, resultsText, rowsNamed, verdictOf, withOutcome } from './results.ts';
import { GROUPS, ROW_NAMES, ROWS } from './rows.ts';
import { oneAfterAnother, sideOf } from './sides.ts';

const folder = mkdtempSync(join(tmpdir(), 'brewhouse-bench-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const values = fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 9 });

describe('figures', () => {
  it('have at most half of the values above the median and half below, whatever the order', () => {
    fc.assert(
      fc.property(values, (some) => {
        const middle = medianOf(some);
        const count = (is: (value: number) => boolean) => some.filter(is).length;
        expect(count((value) => value < middle)).toBeLessThanOrEqual(some.length / 2);
        expect(count((value) => value > middle)).toBeLessThanOrEqual(some.length / 2);
        expect(medianOf(some.toReversed())).toBe(middle);
        const { least, most, runs } = figureOf(some);
        expect(some.every((value) => value >= least && value <= most)).toBe(true);
        expect(runs).toBe(some.length);
      }),
    );
    expect(medianOf([4, 1, 3, 2])).toBe(2.5);
    expect(() => medianOf([])).toThrow(RangeError);
  });

  it('divide each run of one side by the run of the other beside it', () => {
    expect(quotients([2, 9], [1, 3])).toEqual([2, 3]);
    expect(() => quotients([1], [1, 2])).toThrow(RangeError);
  });

  it('meet a goal at its bound, and never where there is no end', () => {
    const figure = (median: number): Figure => ({ median, least: median, most: median, runs: 1 });
    expect([2.99, 3, 3.01].map((value) => isMet(figure(value), { least: 3, unit: 'x' }))).toEqual([false, true, true]);
    expect([2.99, 3, 3.01].map((value) => isMet(figure(value), { most: 3, unit: 'x' }))).toEqual([true, true, false]);
    const endless = figure(Number.POSITIVE_INFINITY);
    expect([isMet(endless, { least: 3, unit: 'x' }), isMet(endless, { most: 3, unit: 's' })]).toEqual([false, false]);
    expect(isMet(figure(Number.NaN), { most: 3, unit: 's' })).toBe(false);
  });

  it('read with three digits, their spread and their unit', () => {
    expect([0.2346, 2.346, 23.46, 234.6].map((value) => sayValue(value, 'x'))).toEqual([
      ...['0.235x', '2.35x', '23.5x', '235x'],
    ]);
    expect(sayValue(1_650.4, 'MB')).toBe('1,650 MB');
    expect(sayFigure({ median: 2, least: 1.5, most: 2.5, runs: 5 }, 'x')).toBe('2.00x (1.50 to 2.50)');
    expect(sayFigure({ median: 2, least: 2, most: 2, runs: 1 }, 's')).toBe('2.00 s');
    expect(sayFigure({ median: Number.POSITIVE_INFINITY, least: 2, most: 2, runs: 1 }, 's')).toBe('no end');
    expect(sayGoal({ most: 3, unit: 'x', aim: 2 })).toBe('<= 3x, aim at 2x');
    expect(sayGoal({ least: 3, unit: 'M tokens/s' })).toBe('>= 3 M tokens/s');
  });
});

describe('sides', () => {
  const cost = { wallSeconds: 1, cpuSeconds: 2, peakMb: 3, proportionalMb: 4 };

  it('of commands one after another add times up and keep the greatest memory', () => {
    const other = { wallSeconds: 10, cpuSeconds: 20, peakMb: 2, proportionalMb: 40 };
    const both = { wallSeconds: 11, cpuSeconds: 22, peakMb: 3, proportionalMb: 40 };
    expect(oneAfterAnother([cost, other])).toEqual(both);
    expect(sideOf('both', [both, cost]).wallSeconds).toEqual({ median: 6, least: 1, most: 11, runs: 2 });
  });
});

/** A folder like /proc with `[pid, parent, resident kB]` processes. */
function fakeProc(name: string, processes: readonly (readonly [number, number, number])[]): string {
  const proc = join(folder, name);
  rmSync(proc, { recursive: true, force: true });
  mkdirSync(join(proc, 'sys'), { recursive: true });
  for (const [pid, parent, resident] of processes) {
    mkdirSync(join(proc, String(pid)));
    writeFileSync(join(proc, String(pid), 'stat'), `${pid} (a) b (c)) S ${parent} 1 1\n`);
    writeFileSync(join(proc, String(pid), 'status'), `Name:\ta\nVmHWM:\t${resident + 7} kB\nVmRSS:\t${resident} kB\n`);
    writeFileSync(join(proc, String(pid), 'smaps_rollup'), `Rss: 1 kB\nPss:   ${resident / 2} kB\n`);
  }
  return proc;
}

describe('memory of a tree of processes', () => {
  it('is that of all that the root started, and of nothing else', () => {
    const proc = fakeProc('proc', [
      ...([
        [1, 0, 100],
        [50, 1, 1_000],
        [60, 1, 7],
      ] as const),
      // The pids began anew: a child has a lesser one than its parent.
      ...([
        [40, 50, 10],
        [30, 40, 20],
      ] as const),
    ]);
    const tree = watchTree(50, proc);
    expect(tree.memory()).toEqual({ rss: 30 * 1024, highest: 27 * 1024, processes: 2 });
    expect(tree.proportional()).toBe(15 * 1024);
    fakeProc('proc', [
      [1, 0, 100],
      [50, 1, 1_000],
      [60, 50, 7],
      [30, 1, 20],
    ]);
    // Who was outside stays outside while it runs, and who is inside stays though its parent has
    // ended.
    expect(tree.memory()).toEqual({ rss: 20 * 1024, highest: 27 * 1024, processes: 1 });
  });

  it('reads names that hold brackets, and nothing where a process has ended', () => {
    expect([parentOf('7 (x) R 5 (y) S 3 7'), parentOf('7 (x) S 3 7'), parentOf('')]).toEqual([3, 3, undefined]);
    expect([kilobytesOf('VmRSS:\t  12 kB\n', 'VmRSS'), kilobytesOf('', 'VmRSS')]).toEqual([12 * 1024, 0]);
  });
});

describe('a measured command', () => {
  const node = (code: string) => [process.execPath, '-e', code];

  it('counts the memory of a process and of the one that it started', async () => {
    const hold = 'const held = Buffer.alloc(2e8, 1);';
    const inner = `${hold} setTimeout(() => held.length, 500);`;
    const start = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(inner)}])`;
    const both = `${hold} ${start}.on('exit', () => held.length);`;
    const { peakMb, processes, cpuSeconds, stdout } = await measureCommand(node(`${both} console.log('done');`));
    expect(peakMb).toBeGreaterThan(400);
    expect({ processes, stdout }).toEqual({ processes: 2, stdout: 'done\n' });
    expect(cpuSeconds).toBeGreaterThan(0);
  });

  it('that fails says what it said, and one that hangs is ended with all that it started', async () => {
    await expect(measureCommand(node("console.error('why'); process.exit(3)"))).rejects.toThrow(/ended with 3\nwhy/);
    const hangs = await measureCommand(node('setInterval(() => {}, 1_000)'), { secondsMax: 0.3 });
    expect([hangs.wallSeconds, hangs.cpuSeconds]).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
  });

  it('has the times that the shell printed of what it waited for', () => {
    expect(childSeconds('0m0.01s 0m0.01s\n1m2.50s 0m0.25s\n')).toBe(62.75);
    expect(childSeconds('')).toBeNaN();
  });
});

const machine: Machine = {
  ...{ cpu: 'a CPU', cores: 2, memoryGb: 8, system: 'Linux 6', load: 0, node: '24.0.0', python: '3.11' },
  ...{ libraries: ['zod 4'], peers: ['pandas 3'], commit: 'abc' },
};
const making = (command: string) => ({ command, at: '2026-11-26T00:00:00.000Z', machine });
const found = (...values: number[]): Found => ({
  value: figureOf(values),
  sides: [
    sideOf(
      'ours',
      values.map((wallSeconds) => ({ wallSeconds, cpuSeconds: 1, peakMb: 2, proportionalMb: 1 })),
    ),
  ],
  notes: ['a note'],
});

describe('results', () => {
  const first = withOutcome({ makings: [], rows: {} }, making('first'), {
    found: new Map([['whole-job', found(6, 7, 8)] as const, ['verify-rate', found(1)] as const]),
    problems: new Map([['events', { kind: 'skipped', reason: 'no\nPython' }] as const]),
  });
  const second = withOutcome(first, making('second'), {
    found: new Map([['events', found(0.6)]]),
    problems: new Map(),
  });

  it('of some rows replace those and leave the others, with the run that each is from', () => {
    expect(second.makings.map(({ command }) => command)).toEqual(['first', 'second']);
    expect(second.rows['whole-job']).toEqual(first.rows['whole-job']);
    expect(second.rows.events).toEqual({ made: 1, found: found(0.6) });
    const all = { found: new Map(ROW_NAMES.map((name) => [name, found(1)])), problems: new Map() };
    expect(withOutcome(second, making('third'), all).makings.map(({ command }) => command)).toEqual(['third']);
  });

  it('come back from their JSON, also what had no end', () => {
    const endless = withOutcome(second, making('e'), {
      found: new Map([['member-time', found(Number.POSITIVE_INFINITY)]]),
      problems: new Map(),
    });
    const file = join(folder, 'results.json');
    writeFileSync(file, resultsText(endless));
    expect(readResults(file)).toEqual(endless);
    expect(readResults(join(folder, 'missing.json'))).toEqual({ makings: [], rows: {} });
  });

  it('are a table with a line for each row, in the order of the rows', () => {
    const lines = tableLines(first);
    expect(lines[0]).toBe('| row | measure | against | measured | goal |  |');
    expect(lines.slice(2).map((line) => line.split(' | ').at(0))).toEqual([
      ...['| `whole-job`', '| `verify-rate`', '| `events`'],
    ]);
    expect(lines[2]).toContain('| 7.00x (6.00 to 8.00) | >= 5x | met |');
    expect(lines[3]).toContain('| 1.00 M tokens/s | >= 3 M tokens/s | MISSED |');
    expect(lines[4]).toContain('|  | >= 0.5x | skipped |');
    expect(problemLines(first)).toEqual(['- `events` skipped: no Python']);
    expect(tableLines(second)[4]).toMatch(/ met \| 2 \|$/);
  });

  it('are a page that says how it was made and ends in one line feed', () => {
    const page = pageText(second);
    expect(page).toMatch(/[^\n]\n$/);
    for (const said of [
      '`first` at abc',
      'a CPU',
      'Python 3.11',
      'zod 4',
      'pandas 3',
      '`whole-job`',
      '`events`: a note.',
    ])
      expect(page).toContain(said);
  });
});

describe('rows', () => {
  it('each have a group that is measured, and are named by themselves or by it', () => {
    expect([...new Set(ROW_NAMES.map((name) => ROWS[name].group))].sort()).toEqual([...GROUPS].sort());
    expect(rowsNamed(['help'], false)).toEqual(['help-clone', 'help-package']);
    expect(rowsNamed(['events', 'help-clone'], false)).toEqual(['events', 'help-clone']);
    expect(rowsNamed([], true)).toEqual(ROW_NAMES);
    expect(rowsNamed([], false).some((name) => ROWS[name].group === 'billion')).toBe(false);
    expect(() => rowsNamed(['constructor'], false)).toThrow(/is no row/);
  });

  it('say what bounds them where the kept results miss their goals, and the page is that of the results', () => {
    const kept = readResults(join(import.meta.dirname, 'latest.json'));
    const missed = ROW_NAMES.filter((name) => {
      const row = kept.rows[name];
      return row !== undefined && verdictOf(name, row) === 'MISSED';
    });
    expect(missed.filter((name) => boundOf(name) === undefined)).toEqual([]);
    const page = pageText(kept);
    for (const name of missed) expect(page).toContain(boundOf(name)?.bounds);
    expect(readFileSync(join(import.meta.dirname, 'latest.md'), 'utf8')).toBe(page);
  });

  it('have one cause at most', () => {
    const named = BOUNDS.flatMap(({ rows }) => rows);
    expect(named).toEqual([...new Set(named)]);
  });
});

describe('profiles', () => {
  const url = (path: string) => `file://${join(packageRoot(), path)}`;
  const frame = (functionName: string, at: string) => ({ functionName, url: at, lineNumber: 6 });
  const frames = [
    frame('fill', url('src/prompt/fill.ts')),
    frame('parse', url('node_modules/zod/a/index.js')),
    frame('readSync', 'node:fs'),
    frame('(garbage collector)', ''),
    frame('(idle)', ''),
  ];

  it('add the time of threads up by room and function, without what waited', () => {
    const nodes = frames.map((callFrame, id) => ({ id, callFrame }));
    const thread = { nodes, samples: [0, 0, 1, 2, 3, 4], timeDeltas: [5e5, 5e5, 25e4, 25e4, 5e5, 9e6] };
    const { all, rooms, functions } = selfTimeBy([thread, thread]);
    expect(all).toBe(4);
    expect(Object.fromEntries(rooms)).toEqual({
      ...{ 'src/prompt': 2, '(garbage collector)': 1, 'package zod': 0.5, node: 0.5 },
    });
    expect(functions[0]).toEqual(['fill src/prompt/fill.ts:7', 2]);
    expect(shareLines({ all, rooms, functions })).toContain('| src/prompt | 2.00 | 50.0 % |');
  });

  it('add allocated bytes up over the tree', () => {
    const node = (i: number, selfSize: number, children: readonly HeapNode[] = []): HeapNode => ({
      ...{ callFrame: frames[i]!, selfSize, children },
    });
    const head = node(4, 0, [node(0, 1e6, [node(0, 2e6)]), node(1, 5e5)]);
    expect(allocatedBy([{ head }]).rooms).toEqual([
      ['src/prompt', 3],
      ['package zod', 0.5],
    ]);
  });
});

type HeapNode = Parameters<typeof allocatedBy>[0][number]['head'];
