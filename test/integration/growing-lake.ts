/** A small lake that takes files in one after another, with a release after the first. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { build, makeSmallWorld, type ReleaseJson, release, type SmallWorld } from './small-world.ts';

/** Where the files end, and the releases. */
export const ENDS = ['2026-02-12', '2026-02-19', '2026-02-25'].map((day) => `${day}T00:00:00Z`);

/** What `release --since --json` prints, as far as tests look at it. */
export interface IncrementJson extends ReleaseJson {
  readonly since: string;
  readonly changes: { readonly removed: number; readonly replaced: number };
  readonly replay_rows: number;
  readonly stood: boolean;
}

/** A lake under way. */
export interface GrowingLake {
  readonly world: SmallWorld;
  readonly lake: string;
  /** Takes the next file in. */
  grow(): Promise<void>;
}

/**
 * Lines of each period in a file; every eleventh interaction comes with the next one, and the last
 * file erases the member of the first line.
 */
export async function makeGrowingLake(folder: string, members: number): Promise<GrowingLake> {
  const { events, ...paths } = await makeSmallWorld(folder, { members });
  const world = { ...paths, events: join(folder, 'growing') };
  mkdirSync(world.events);
  const lines = readdirSync(events)
    .filter((name) => name.endsWith('.gz'))
    .flatMap((name) =>
      gunzipSync(readFileSync(join(events, name)))
        .toString()
        .trimEnd()
        .split('\n'),
    );
  const last = ENDS.length - 1;
  const files: string[][] = ENDS.map(() => []);
  let erased = '';
  for (const [i, text] of lines.entries()) {
    const { type, event_time, member_id = '' } = JSON.parse(text);
    const due = ENDS.findIndex((end, n) => new Date(event_time) < new Date(end) || n === last);
    const isInteraction = type === 'interaction';
    if (erased === '' && isInteraction) erased = member_id;
    files[Math.min(last, due + (isInteraction && i % 11 === 0 ? 1 : 0))]?.push(text);
  }
  const gone = { event_id: 'gone', event_time: ENDS[1], type: 'member', op: 'delete', member_id: erased };
  files[last]?.push(JSON.stringify(gone));
  const lake = join(folder, 'lake');
  let grown = 0;
  return {
    ...{ world, lake },
    async grow() {
      writeFileSync(join(world.events, `${grown}.ndjson`), `${files[grown]?.join('\n')}\n`);
      await build(world, lake, grown++ === 0 ? [] : ['--append']);
    },
  };
}

/** Makes a release of the lake under a name, until the end of that number. */
export function releaseAs(
  { world, lake }: GrowingLake,
  id: string,
  { end, flags = [] }: { readonly end: number; readonly flags?: readonly string[] },
): Promise<IncrementJson> {
  const named = ['--id', id, '--until', ENDS[end] ?? '', '--allow-empty', 'validation,test'];
  return release(world, lake, [...named, ...flags]) as Promise<IncrementJson>;
}
