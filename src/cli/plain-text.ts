/** Numbers, times and tables as people read them. */

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
  const aligned = (cell: string, i: number) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0));
  return rows.map((row) => `  ${row.map(aligned).join('  ')}`.trimEnd()).join('\n');
}

/**
 * The most memory that this process has held, its threads included: for people, and in bytes for
 * --json.
 */
export function peakMemory(): { readonly bytes: number; readonly text: string } {
  // libuv counts kilobytes on every system.
  const bytes = process.resourceUsage().maxRSS * 1024;
  return { bytes, text: `${(bytes / 1e6).toFixed(0)} MB` };
}
