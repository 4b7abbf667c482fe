/** From where events are said to lie to the files that hold them. */
import { PROCESS_EFFECTS } from '../effects.ts';
import type { EventSource } from '../sources/event-source.ts';
import { openEventFolder } from './filesystem/event-folder.ts';
import { isOnS3, openStore } from './open-store.ts';
import { eventsInStore } from './store-events.ts';

/** Opens nothing yet. The same location means the same events in every thread. */
export function openEvents(location: string, effects = PROCESS_EFFECTS): EventSource {
  if (!isOnS3(location)) return openEventFolder(location);
  return eventsInStore((ending) => openStore(besideOnS3(location, ending), effects));
}

/** The place on S3 whose name has an ending more; beside a whole bucket lies nothing but in it. */
export function besideOnS3(location: string, ending: string): string {
  const named = location.replace(/\/+$/, '');
  return ending === '' || named.indexOf('/', 's3://'.length) >= 0 ? `${named}${ending}` : `${named}/${ending}`;
}
