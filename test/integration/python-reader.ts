/** Reads a release with pyarrow and `datasets`, where the machine has them. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'vitest';

const python = process.env.BREWHOUSE_PYTHON ?? 'python3';

/** Whether releases can be read with Python in this run. */
export const hasPython = spawnSync(python, ['-c', 'import pyarrow, datasets']).status === 0;
if (!hasPython) {
  console.warn(
    `SKIPPED: ${python} cannot import pyarrow and datasets, so no Python library loads a release in this run; ` +
      'BREWHOUSE_PYTHON names another interpreter',
  );
}

export interface Row {
  readonly input_ids: readonly number[];
  readonly labels: readonly number[];
}

export interface Read {
  /** Tokens and supervised tokens of every row. */
  readonly lengths: readonly (readonly [number, number])[];
  /** The rows asked for, by number. */
  readonly rows: Readonly<Record<string, Row>>;
}

/**
 * Library -> split -> what it read; `rows` are handed back token by token. `folder` takes the
 * libraries' caches.
 */
export function readWithPython(
  release: string,
  rows: readonly number[],
  folder: string,
): Readonly<Record<string, Readonly<Record<string, Read>>>> {
  const script = join(import.meta.dirname, 'read-release.py');
  const ran = spawnSync(python, [script, release, ...rows.map(String)], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    env: { ...process.env, HF_HOME: join(folder, 'hf') },
  });
  expect(ran.status, ran.stderr).toBe(0);
  return JSON.parse(ran.stdout);
}
