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

/** What a release's card is to Python's libraries. */
export interface ReadCard {
  /** The front matter, as `DatasetCard` and as `metadata_load` have it. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  /**
   * By the name that `load_dataset` takes: rows and the first example by split, and whether the
   * features are those of card and file.
   */
  readonly configs: Readonly<
    Record<string, { rows: Record<string, number>; first: Record<string, string | null>; as_in_file: boolean }>
  >;
  /** Of train as a stream: as it is, and resharded. */
  readonly shards: readonly [number, number];
  readonly warnings: readonly string[];
}

/** Runs a program, which prints JSON. */
export function runPython<T>(program: string): T {
  const ran = spawnSync(python, ['-c', program], { encoding: 'utf8' });
  expect(ran.status, ran.stderr).toBe(0);
  return JSON.parse(ran.stdout) as T;
}

type ReadSplits = Readonly<Record<string, Read>>;

/**
 * Library -> split -> what it read, and the card; `rows` are handed back token by token. `folder`
 * takes the libraries' caches.
 */
export function readWithPython(
  release: string,
  rows: readonly number[],
  folder: string,
): { readonly pyarrow: ReadSplits; readonly datasets: ReadSplits; readonly card: ReadCard } {
  const script = join(import.meta.dirname, 'read-release.py');
  const ran = spawnSync(python, [script, release, ...rows.map(String)], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    env: { ...process.env, HF_HOME: join(folder, 'hf') },
  });
  expect(ran.status, ran.stderr).toBe(0);
  return JSON.parse(ran.stdout);
}
