/** `source.yaml` beside the events: what a source says of itself. */
import { ImportLedger } from '../../schemas/import.ts';
import { type DeadRows, SourceFacts } from '../../schemas/source.ts';
import { entriesOf } from '../checked.ts';
import { BrewhouseError } from '../errors.ts';
import type { EventSource } from './event-source.ts';
import { writeYaml, yamlOfBytes } from './yaml-file.ts';

/** The file beside the events whose content `build` copies into every manifest and card. */
export const SOURCE_FILE = 'source.yaml';

/**
 * The facts beside the events, empty where the file is missing. Throws
 * BrewhouseError('source_invalid') by file, line and field, and as the source does.
 */
export async function readSource(events: EventSource): Promise<SourceFacts> {
  const bytes = await events.bytes(SOURCE_FILE);
  if (bytes === undefined) return SourceFacts.parse({});
  return yamlOfBytes(bytes, SourceFacts, { file: events.pathOf(SOURCE_FILE), code: 'source_invalid' });
}

/**
 * How the folder of dead rows is called beside a folder of events: nothing in it is an event file
 * of that folder.
 */
export const DEAD_ENDING = '.dead';
/** The file in it that accounts for every row of the tables. */
export const LEDGER_FILE = 'tables.json';
/** The file in it that is there while an import names what it wrote. */
export const UNFINISHED_FILE = 'unfinished';

/**
 * What imports wrote beside the events. Throws BrewhouseError('input_unreadable') where it is no
 * ledger, and as the source does.
 */
export async function readLedger(events: EventSource): Promise<ImportLedger> {
  const dead = events.beside(DEAD_ENDING);
  const bytes = await dead.bytes(LEDGER_FILE);
  if (bytes === undefined) return { format: 1, tables: [], files: [] };
  try {
    return ImportLedger.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch (cause) {
    const file = dead.pathOf(LEDGER_FILE);
    throw new BrewhouseError('input_unreadable', `${file} is no ledger of an import`, {
      place: { file },
      remedy: 'import into a new folder',
      cause,
    });
  }
}

/**
 * Rows of tables that became no event of the source, by reason. Throws as `readLedger`, and
 * `input_unreadable` where an import was killed while only some of its files had their names.
 */
export async function deadRowsBeside(events: EventSource): Promise<DeadRows> {
  const dead = events.beside(DEAD_ENDING);
  if ((await dead.bytes(UNFINISHED_FILE)) !== undefined) {
    throw new BrewhouseError(
      'input_unreadable',
      `an import into ${events.location} has not ended: some of its events are missing`,
      {
        place: { file: dead.pathOf(UNFINISHED_FILE) },
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
