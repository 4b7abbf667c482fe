/**
 * What an import that was killed leaves: `OUT.dead/unfinished` while some files have their names
 * and others have not, and files under way.
 */
import { existsSync } from 'node:fs';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImportedFile, ImportLedger } from '../../schemas/import.ts';
import { openEventFolder } from '../adapters/filesystem/event-folder.ts';
import { writing } from '../adapters/filesystem/user-files.ts';
import { BrewhouseError } from '../errors.ts';
import { isUnderWay } from '../sources/event-writer.ts';
import { readLedger, UNFINISHED_FILE } from '../sources/source-file.ts';
import { ledgerText } from './import-folder.ts';
import { deadFolder, filesOf } from './output-names.ts';

function unfinishedMark(out: string): string {
  return join(deadFolder(out), UNFINISHED_FILE);
}

/** From now on, and until `endNaming`, no build takes the events of the folder. */
export async function beginNaming(out: string): Promise<void> {
  const mark = unfinishedMark(out);
  await writing(mark, () => writeFile(mark, ''));
}

/** All is named: removes the mark, and what killed imports had under way. */
export async function endNaming(out: string): Promise<void> {
  for (const folder of [out, deadFolder(out)]) {
    const names = await writing(folder, () => readdir(folder, { recursive: true }));
    for (const name of names.filter(isUnderWay)) await writing(name, () => rm(join(folder, name), { force: true }));
  }
  const mark = unfinishedMark(out);
  await writing(mark, () => rm(mark, { force: true }));
}

/**
 * ONE IMPORT AT A TIME: of two that began with the same ledger the first to end counts. Throws
 * `fenced`.
 */
export async function requireSameLedger(out: string, before: ImportLedger): Promise<void> {
  if (ledgerText(await readLedger(openEventFolder(out))) === ledgerText(before)) return;
  throw new BrewhouseError('fenced', `another import into ${out} has ended in the meantime`, {
    place: { file: out },
    remedy: 'run this one again: what is there is kept',
  });
}

/** Whether both files are still there that an import wrote of a table's file. */
export function isWritten(out: string, { table, path }: Pick<ImportedFile, 'table' | 'path'>): boolean {
  return Object.values(filesOf(out, table, path)).every((name) => existsSync(name));
}

/** Throws `input_unreadable` where events are gone whose table is not there to be mapped again. */
export function requireWritten(out: string, file: ImportedFile): void {
  if (isWritten(out, file)) return;
  const { table, path } = file;
  throw new BrewhouseError('input_unreadable', `${out} has lost what was imported from ${path} (table ${table})`, {
    place: { file: filesOf(out, table, path).events },
    remedy: 'bring the table back below --from, so that it is mapped again, or import into a new folder',
  });
}
