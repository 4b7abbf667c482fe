/** `source.yaml` beside the events: what a source says of itself. */
import { join, normalize, resolve } from 'node:path';
import { ImportLedger } from '../../schemas/import.ts';
import { type DeadRows, SourceFacts } from '../../schemas/source.ts';
import { readIfThere } from '../adapters/filesystem/user-files.ts';
import { entriesOf } from '../checked.ts';
import { BrewhouseError } from '../errors.ts';
import { readYaml, writeYaml } from './yaml-file.ts';

/** The file beside the events whose content `build` copies into every manifest and card. */
export const SOURCE_FILE = 'source.yaml';

/**
 * The facts beside the events of `dir`, empty where the file is missing. Throws
 * BrewhouseError('source_invalid') by file, line and field.
 */
export async function readSource(dir: string): Promise<SourceFacts> {
  const file = join(dir, SOURCE_FILE);
  const isThere = (await readIfThere(file)) !== undefined;
  return isThere ? readYaml(file, SourceFacts, 'source_invalid') : SourceFacts.parse({});
}

/**
 * The folder of dead rows beside a folder of events: nothing in it is an event file of that folder.
 */
export function deadFolder(events: string): string {
  const named = normalize(events).replace(/[\\/]+$/, '');
  // `.` and `..` are no names to put an ending to.
  return `${/(?:^|[\\/])\.{1,2}$/.test(named) ? resolve(named) : named}.dead`;
}

/** The file in it that accounts for every row of the tables. */
export const LEDGER_FILE = 'tables.json';

/** The file in it that is there while an import names what it wrote. */
export function unfinishedMark(events: string): string {
  return join(deadFolder(events), 'unfinished');
}

/**
 * What imports wrote into a folder. Throws BrewhouseError('input_unreadable') where it is no
 * ledger.
 */
export async function readLedger(events: string): Promise<ImportLedger> {
  const file = join(deadFolder(events), LEDGER_FILE);
  const text = await readIfThere(file);
  if (text === undefined) return { format: 1, tables: [], files: [] };
  try {
    return ImportLedger.parse(JSON.parse(text));
  } catch (cause) {
    throw new BrewhouseError('input_unreadable', `${file} is no ledger of an import`, {
      place: { file },
      remedy: 'import into a new folder',
      cause,
    });
  }
}

/**
 * Rows of tables that became no event of the folder, by reason. Throws as `readLedger`, and
 * `input_unreadable` where an import was killed while only some of its files had their names.
 */
export async function deadRowsBeside(events: string): Promise<DeadRows> {
  const mark = unfinishedMark(events);
  if ((await readIfThere(mark)) !== undefined) {
    throw new BrewhouseError(
      'input_unreadable',
      `an import into ${events} has not ended: some of its events are missing`,
      {
        place: { file: mark },
        remedy: 'run the same import again',
      },
    );
  }
  return deadRowsOf(await readLedger(events));
}

/** Rows that became no event, by reason, of all files that a ledger has. */
export function deadRowsOf({ files }: Pick<ImportLedger, 'files'>): DeadRows {
  const all: DeadRows = {};
  for (const { counts } of files)
    for (const [reason, count] of entriesOf(counts.dead)) all[reason] = (all[reason] ?? 0) + count;
  return all;
}

/** The text of the file: the same facts make the same bytes. */
export function sourceText(facts: SourceFacts): string {
  return writeYaml(facts);
}
