/** What a command says and where: results on stdout, progress, warnings and logs on stderr. */

export { grouped } from '../grouped.ts';

export interface Output {
  readonly json: boolean;
  /** Whether stdout may be coloured. */
  readonly colour: boolean;
  /** A result: text for people, left out with --json. */
  print(text: string): void;
  /** The result: the one JSON object. */
  result(value: object): void;
  warn(message: string): void;
  /** Progress of a step; `total` 0: not known. */
  progress(step: string, done: number, total: number, rate?: Rate): void;
  /** Ends a step's line. */
  settle(): void;
}

/** What a step counts besides its own progress. */
export interface Rate {
  readonly count: number;
  readonly unit: string;
}

export interface OutputStreams {
  readonly stdout: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number };
  readonly now: () => number;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A bar is drawn at most so often; plain lines are written at most so often. */
const BAR_INTERVAL_MS = 100;
const LINE_INTERVAL_MS = 3_000;
const BAR_WIDTH = 24;

export function createOutput(json: boolean, streams: OutputStreams): Output {
  const { stdout, stderr, now, environment } = streams;
  const plain = environment.NO_COLOR !== undefined && environment.NO_COLOR !== '';
  const onTerminal = stderr.isTTY === true;
  let step = '';
  let started = 0;
  let said = 0;
  let open = false;
  const settle = () => {
    if (open) stderr.write('\n');
    open = false;
    step = '';
  };
  return {
    json,
    colour: stdout.isTTY === true && !plain,
    print: (text) => {
      if (!json) stdout.write(`${text}\n`);
    },
    result: (value) => {
      if (json) stdout.write(`${JSON.stringify(value)}\n`);
    },
    warn: (message) => {
      settle();
      stderr.write(`warning: ${message}\n`);
    },
    progress(name, done, total, rate) {
      if (name !== step) {
        settle();
        step = name;
        started = now();
        said = started;
      }
      const time = now();
      const isLast = total > 0 && done >= total;
      if (time - said < (onTerminal ? BAR_INTERVAL_MS : LINE_INTERVAL_MS) && !(isLast && onTerminal)) return;
      said = time;
      const text = describe({ name, done, total, seconds: (time - started) / 1000, rate });
      if (!onTerminal) stderr.write(`${text}\n`);
      else {
        open = true;
        stderr.write(
          `\r\u001b[2K${bar(done, total)}${text.slice(0, Math.max(20, (stderr.columns ?? 80) - BAR_WIDTH - 4))}`,
        );
      }
    },
    settle,
  };
}

function bar(done: number, total: number): string {
  if (total <= 0) return '';
  const filled = Math.round((BAR_WIDTH * Math.min(done, total)) / total);
  return `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}] `;
}

function describe(at: { name: string; done: number; total: number; seconds: number; rate: Rate | undefined }): string {
  const { name, done, total, seconds, rate } = at;
  const parts = [name];
  if (total > 0) parts.push(`${Math.floor((100 * done) / total)} %`);
  if (rate !== undefined && seconds > 0) parts.push(`${shortNumber(rate.count / seconds)} ${rate.unit}/s`);
  if (total > 0 && done > 0 && done < total && seconds > 1)
    parts.push(`${duration((seconds * (total - done)) / done)} left`);
  return parts.join(', ');
}

/** `1.2 M`. */
export function shortNumber(value: number): string {
  for (const [size, unit] of [
    [1e9, ' G'],
    [1e6, ' M'],
    [1e3, ' k'],
  ] as const)
    if (value >= size) return `${(value / size).toFixed(value >= size * 100 ? 0 : 1)}${unit}`;
  return value.toFixed(value >= 100 || Number.isInteger(value) ? 0 : 1);
}

/** `1m 05s`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole}s` : `${Math.floor(whole / 60)}m ${String(whole % 60).padStart(2, '0')}s`;
}

/** Columns aligned: the first to the left, the others to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>((most, row) => row.map((cell, i) => Math.max(most[i] ?? 0, cell.length)), []);
  return rows
    .map((row) =>
      `  ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ')}`.trimEnd(),
    )
    .join('\n');
}

/** The most memory that this process, its threads included, has held: for people, and in bytes for --json. */
export function peakMemory(): { readonly bytes: number; readonly text: string } {
  // libuv gives kilobytes on every system.
  const bytes = process.resourceUsage().maxRSS * 1024;
  return { bytes, text: `${(bytes / 1e6).toFixed(0)} MB` };
}
