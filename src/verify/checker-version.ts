/** Which Brewhouse the checker is of. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const packageSchema = z.object({ name: z.string(), version: z.string() });

/** The version in the package.json of Brewhouse. */
export function checkerVersion(): string {
  for (let folder = import.meta.dirname; dirname(folder) !== folder; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    const { data } = packageSchema.safeParse(existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined);
    if (data?.name === 'brewhouse') return data.version;
  }
  throw new Error('no package.json of brewhouse above this file');
}
