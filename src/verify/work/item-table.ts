/** The items of a lake as a thread holds them: times in memory, attributes put aside. */
import type { Attributes } from '../../../schemas/event.ts';
import { type Appender, type Extent, readExtent } from '../events/spill.ts';
import { compareBytes } from '../world/draws.ts';
import type { Version } from '../world/timeline.ts';
import { versionsOf, type World } from '../world/world.ts';
import { takeInBucket } from './records.ts';

/** A version whose attributes are read again when they are asked for. */
export class StoredVersion implements Version {
  readonly type = 'item';
  readonly id: string;
  readonly entity: string;
  readonly op: 'upsert' | 'delete';
  readonly tie: string;
  readonly at: number;
  readonly until: number;
  readonly sequence: number;
  readonly ingestedAt: number | undefined;
  readonly knownAt: number;
  /** Which one it is of all versions: the same in every thread. */
  readonly number: number;
  private readonly stored: Extent;

  constructor(version: Version, entity: string, { number, stored }: { number: number; stored: Extent }) {
    this.id = version.id;
    this.entity = entity;
    this.op = version.op;
    this.tie = version.tie;
    this.at = version.at;
    this.until = version.until;
    this.sequence = version.sequence;
    this.ingestedAt = version.ingestedAt;
    this.knownAt = version.knownAt;
    this.number = number;
    this.stored = stored;
  }

  get attributes(): Attributes {
    return JSON.parse(readExtent(this.stored).toString('utf8')) as Attributes;
  }
}

interface ItemOptions {
  readonly world: Pick<World, 'section'>;
  /** Where attributes are put. */
  readonly aside: Appender;
  /** Is told of what each bucket comes to. */
  readonly see: (taken: ReturnType<typeof takeInBucket>) => void;
}

/** The items of buckets, and how many versions they have. Bound: some 300 bytes a version. */
export function loadItems(buckets: readonly (readonly Extent[])[], { world, aside, see }: ItemOptions) {
  const items = new Map<string, readonly Version[]>();
  let count = 0;
  for (const extents of buckets) {
    const taken = takeInBucket(extents);
    see(taken);
    const inOrder = [...versionsOf(taken.used, world)].sort(([a], [b]) => compareBytes(a, b));
    for (const [item, versions] of inOrder) {
      const stored = versions.map((version) => {
        const attributes = aside.append(Buffer.from(JSON.stringify(version.attributes)));
        return new StoredVersion(version, item, { number: count++, stored: attributes });
      });
      items.set(item, stored);
    }
  }
  return { items, count };
}
