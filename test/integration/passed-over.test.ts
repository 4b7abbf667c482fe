/** The case jsonl-passed-over: a file that may hold events and that no command reads is named. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { brewhouse, tempFolder } from './brewhouse.ts';
import { buildArgs, CASE_FILES } from './small-world.ts';

const folder = join(tempFolder(), 'case');

it('is named by check and by build, with the endings that are read', async () => {
  cpSync(join(import.meta.dirname, '..', 'cases', 'jsonl-passed-over'), folder, { recursive: true });
  const checked = await brewhouse(['check', '--events', 'events', '--domain', 'domain.yaml'], { cwd: folder });
  expect(checked.code).toBe(0);
  expect(checked.stdout).toMatch(/interactions +2\n/);
  expect(checked.stdout).toContain('warning file_passed_over at more.jsonl: is not read: event files end in');
  const built = await brewhouse(buildArgs(CASE_FILES, 'lake'), { cwd: folder });
  expect(built.code, built.stderr).toBe(0);
  expect(built.stderr).toContain('more.jsonl in events is not read: event files end in .ndjson, .ndjson.gz');
});
