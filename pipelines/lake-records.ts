/** The records that a lake took in, as a stream for the checker: what `--lake` gives where the event files are not at hand. */

import { openStore } from '../src/adapters/open-store.ts';
import { BrewhouseError } from '../src/errors.ts';
import { openLake } from '../src/lake/lake-file.ts';
import { readLines } from '../src/lake/line-files.ts';
import { readTimelines } from '../src/lake/timelines.ts';

/** Each call streams the records anew, partition by partition. Throws `not_found` where there is no lake. */
export function lakeRecords(lake: string): () => AsyncGenerator<unknown> {
  return async function* records() {
    const store = openStore(lake);
    const found = await openLake(store);
    if (found === null) {
      throw new BrewhouseError('not_found', `there is no lake at ${store.location}`, { remedy: 'mend --lake' });
    }
    for (const { partition, record } of await readTimelines(store, found.partitions)) {
      for await (const lines of readLines(store, `timelines/${partition}/raw`, [
        ...record.files.items,
        ...record.files.raw,
      ])) {
        for (const line of lines) yield JSON.parse(line) as unknown;
      }
    }
  };
}
