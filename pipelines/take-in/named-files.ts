/** Event files as a person names them: one of them, or a folder. */
import { openEvents } from '../../src/adapters/open-events.ts';
import type { Effects } from '../../src/effects.ts';
import { isEventFile, listEvents } from '../../src/sources/event-files.ts';
import type { ReadableFile } from '../../src/sources/event-source.ts';

/** What parts the folder from the name of a file, on S3 too. */
const PLACE = /^(?<folder>.*[\\/])?(?<name>[^\\/]*)$/s;

/** A file of this machine or on S3. Throws `input_unreadable` where it is not there. */
export function fileNamed(location: string, effects: Effects): Promise<ReadableFile> {
  const { folder = '.', name = '' } = PLACE.exec(location)?.groups ?? {};
  return openEvents(folder, effects).open(name);
}

/** The event file of that name, or all below that folder. Throws `input_unreadable`. */
export async function eventFilesNamed(location: string, effects: Effects): Promise<readonly ReadableFile[]> {
  if (isEventFile(location)) return [await fileNamed(location, effects)];
  return (await listEvents(openEvents(location, effects), effects)).files;
}
