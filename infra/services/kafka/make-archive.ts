/**
 * `node make-archive.ts HOME`: starts the Kafka of an installation once and ends it, whereupon Java
 * writes the classes that it loaded into an archive: later starts take a third of the time.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { classArchive } from '../catalogue.ts';
import { endProcess, startService } from '../running.ts';

/** Writing fifty megabytes of classes, on a machine that does other things too. */
const WRITE_MS_MAX = 120_000;

const [home = ''] = process.argv.slice(2);
const root = mkdtempSync(join(tmpdir(), 'brewhouse-kafka-'));
try {
  const { pid } = await startService('kafka', { root, home });
  await endProcess(pid, { waitMs: WRITE_MS_MAX });
  if (!existsSync(classArchive(home))) throw new Error(`Java wrote no ${classArchive(home)}`);
} finally {
  rmSync(root, { recursive: true, force: true });
}
