/** A copy of the sources with texts replaced: a builder whose bounds are small. */
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { root, runCli } from '../cli/run-cli.ts';
import { KEY } from './brewhouse.ts';

/** One replacement in one source file, of a text that is there once. */
export interface Replacement {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** Copies the sources into `folder`; returns what runs a command of the copy and reads its JSON. */
export function copyBuilder(folder: string, replacements: readonly Replacement[]) {
  for (const part of ['schemas', 'src', 'pipelines', 'package.json'])
    cpSync(join(root, part), join(folder, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir');
  for (const { file, from, to } of replacements) {
    const path = join(folder, file);
    const source = readFileSync(path, 'utf8');
    expect(source.split(from).length - 1, `${file} must hold exactly once: ${from}`).toBe(1);
    writeFileSync(
      path,
      source.replace(from, () => to),
    );
  }
  const script = join(folder, 'src', 'cli', 'brewhouse.js');
  // What is compiled of the copy goes with it.
  const environment = { BREWHOUSE_KEY: KEY, NO_COLOR: '1', NODE_COMPILE_CACHE: join(folder, 'compiled') };
  return async <T>(args: readonly string[]): Promise<T> => {
    const ran = await runCli([...args, '--json'], { script, environment });
    expect(ran.code, ran.stderr).toBe(0);
    return JSON.parse(ran.stdout) as T;
  };
}
