/**
 * Members whom a lake has erased since a release of it was made: our own readers show no row of
 * them, since the bytes of a finished release do not change.
 */
import { TIME_UNKNOWN } from '../../schemas/event.ts';
import { Lineage, type Manifest } from '../../schemas/manifest.ts';
import { MEMBER_INDEX } from '../../schemas/rows.ts';
import { BrewhouseError } from '../errors.ts';
import { type ErasedMembers, erasesMore } from '../lake/erased-members.ts';
import type { Lake } from '../lake/lake.ts';
import type { ObjectStore } from '../lake/object-store.ts';
import { runsOf } from '../lake/timeline-events.ts';
import type { Timeline } from '../lake/timeline-records.ts';
import { parsedJson } from '../parsed-json.ts';
import { recordGroups } from '../shard/records.ts';
import { type PseudonymKey, pseudonymsOf } from './pseudonyms.ts';
import { withFile } from './release-file.ts';

/** Who is masked, by pseudonym, with the event_time of the delete (epoch ms). */
export type Mask = ReadonlyMap<string, number>;

/** Of a release that lies in no lake: nothing is known of its members. */
export const NOBODY_MASKED: Mask = new Map();

/** The release that is shown, and by what its pseudonyms are made. */
export interface MaskedRelease {
  /** The release lies at its root. */
  readonly store: ObjectStore;
  readonly manifest: Pick<Manifest, 'key_id'>;
  /** Asked for where a member was erased. Undefined: nobody has it. */
  readonly key: () => Promise<PseudonymKey | undefined>;
}

/**
 * Who was erased since. Of a release without a lineage, or of one that names records which the lake
 * does not have, nobody knows what it obeyed: then all who were ever erased are masked. Bound: an
 * entry a member who was erased. Throws `key_missing` where somebody was and another key than that
 * of the release, or none, is there; `lake_broken`, and as a store does.
 */
export async function maskOf(lake: Lake, { store, manifest, key }: MaskedRelease): Promise<Mask> {
  const members = (await lake.takenIn()).slice(0, -1);
  const erased: { readonly partition: number; readonly now: ErasedMembers }[] = [];
  for (const [partition, timeline] of members.entries()) {
    const now = timeline === undefined ? undefined : await lake.erased(runsOf(timeline));
    if (now !== undefined && now.size > 0) erased.push({ partition, now });
  }
  if (erased.length === 0) return NOBODY_MASKED;
  const lineage = Lineage.safeParse(parsedJson(await store.get('lineage.json'))).data;
  const since = new Map<string, number>();
  for (const { partition, now } of erased) {
    const made = lineage?.timelines.find((each) => each.partition === partition);
    const then = made === undefined ? undefined : await erasedAt(lake, members[partition], made);
    for (const [member, erasure] of now)
      if (erasesMore(erasure, then?.get(member))) since.set(member, erasure.deletedAt);
  }
  if (since.size === 0) return NOBODY_MASKED;
  const { member } = pseudonymsOf(await keyOfRelease(manifest, since.size, key), 0);
  return new Map([...since].map(([id, deletedAt]) => [member(id), deletedAt]));
}

/** Who was erased as of a record; undefined where the chain has no such record. */
async function erasedAt(
  lake: Lake,
  timeline: Timeline | undefined,
  { seq, sha256 }: Lineage['timelines'][number],
): Promise<ErasedMembers | undefined> {
  if (timeline === undefined) return undefined;
  if (timeline.seq === seq && timeline.sha256 === sha256) return lake.erased(runsOf(timeline));
  try {
    const { folder, record } = await lake.timelineAt(timeline.folder, { seq, sha256 });
    return await lake.erased({ folder, runs: record.runs });
  } catch (error) {
    if (error instanceof BrewhouseError && error.code === 'lake_broken') return undefined;
    throw error;
  }
}

/** NOTHING IS SHOWN ON TRUST: without the key nobody can tell whose a row is. */
async function keyOfRelease(
  { key_id: id }: MaskedRelease['manifest'],
  erased: number,
  key: MaskedRelease['key'],
): Promise<PseudonymKey> {
  const found = await key();
  if (found?.id === id) return found;
  const whose = erased === 1 ? 'a member' : `${erased} members`;
  const why = found === undefined ? 'is not known' : `is another one than ${found.id}, which was given`;
  throw new BrewhouseError(
    'key_missing',
    `the lake has erased ${whose} since this release was made, and the key ${id} that tells their rows ${why}`,
    { remedy: 'set BREWHOUSE_KEY to the key that the release was made with, or make a new release' },
  );
}

/** What is told in place of a row of a member who was erased. */
export function maskedSaid(deletedAt: number): string {
  const at = deletedAt === TIME_UNKNOWN ? '' : ` by the delete of ${new Date(deletedAt).toISOString()}`;
  return `masked: the lake has erased its member${at}; a release that is made now is without what was erased`;
}

/**
 * Throws `inputs_changed` where the release has rows of members who are masked: by events that obey
 * the deletes these rows could but be called wrong, and what is told of a wrong row tells of the
 * member. Throws `release_broken` where the index of members cannot be read.
 */
export async function refuseMasked(store: ObjectStore, mask: Mask): Promise<void> {
  if (mask.size === 0) return;
  const held = new Set<string>();
  let rows = 0;
  await withFile(store, 'index/members.parquet', async (index) => {
    for await (const group of recordGroups(index, MEMBER_INDEX))
      for (const { member } of group) {
        if (!mask.has(member)) continue;
        held.add(member);
        rows++;
      }
  });
  if (rows === 0) return;
  const whose = held.size === 1 ? 'a member' : `${held.size} members`;
  throw new BrewhouseError(
    'inputs_changed',
    `${rows} rows of this release are of ${whose} whom the lake has erased since it was made: it cannot be verified`,
    {
      place: { file: store.location },
      remedy: 'make a new release, which is without what was erased, and verify that one; a certificate stays as it is',
    },
  );
}
