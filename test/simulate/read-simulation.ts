/** Reads what a simulation wrote, with nothing of the simulator. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll } from 'vitest';
import { type SimulationOptions, simulate } from '../../src/simulate/simulate.ts';

export type Line = Record<string, unknown> & { event_id: string; event_time: string; type: string };

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that is gone when the test file ends. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'simulate-'));
  folders.push(folder);
  return folder;
}

/** A small clean simulation into `out`, changed by `options`. */
export function simulateInto(out: string, options: Partial<SimulationOptions> = {}) {
  const small = { members: 40, seed: 7, days: 30, duplicates: 0, shuffle: false, late: 0, memory: true };
  return simulate({ ...small, ...options, out });
}

/** The raw lines of all files whose names match, in order of file names. */
export function readLines(folder: string, names: RegExp): string[] {
  return readdirSync(folder)
    .filter((name) => names.test(name))
    .sort()
    .flatMap((name) =>
      gunzipSync(readFileSync(join(folder, name)))
        .toString('utf8')
        .split('\n')
        .slice(0, -1),
    );
}

/** All event lines of a simulation. */
export function readEvents(folder: string, kind = ''): Line[] {
  return readLines(folder, new RegExp(`^${kind}.*\\.ndjson\\.gz$`)).map((line) => JSON.parse(line));
}

/** The set of events: one line an id, without arrival times, in order of ids. */
export function eventSet(folder: string): string[] {
  const lines = readEvents(folder).map(({ ingest_time: _, ...event }) => JSON.stringify(event));
  return [...new Set(lines)].sort();
}
