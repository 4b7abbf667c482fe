/** The item lines of a lake, compared level by level after what was missing is rendered. */
import { sha256Hex } from '../src/content-hash.ts';
import { grouped } from '../src/grouped.ts';
import type { Lake } from '../src/lake/lake.ts';
import { itemFilesOf, type PartitionTimeline } from '../src/lake/timeline-records.ts';
import { compareItemLines, type ItemLines } from '../src/prompt/item-lines.ts';
import type { RenderPlan } from '../src/prompt/plan.ts';
import { createSegmentStore } from '../src/prompt/segments.ts';
import { createItemTable, live } from '../src/timeline/item-table.ts';
import { runEncoding } from '../src/tokenize/encode-rounds.ts';
import { openSegmentTable, type SharedSegments } from '../src/tokenize/segment-table.ts';

/** Items that are compared at most: a second or two where no thread has encoded their lines. */
export const COMPARED_MAX = 20_000;
/** Hexadecimal digits that a number holds exactly. */
const HASH_DIGITS = 12;
/** Items of which more than this share read like another at a level are told apart too badly. */
const ALIKE_WARN = 0.2;

/**
 * Compares the newest lines of the items; of more than COMPARED_MAX those with the least SHA-256 of
 * their id. `segments` hold what the workers of the build have encoded.
 */
export async function itemLinesOf(
  lake: Lake,
  of: {
    readonly timelines: readonly PartitionTimeline[];
    readonly plan: RenderPlan;
    readonly segments: SharedSegments;
  },
): Promise<ItemLines> {
  const { timelines, plan, segments } = of;
  const events = await lake.items(itemFilesOf(timelines));
  const items = createItemTable(events, plan.section.known);
  const ids = [...new Set(events.map((event) => event.item_id))];
  const versions = comparedIds(ids).flatMap((id) => live(items.seen(id, Number.POSITIVE_INFINITY)) ?? []);
  const store = createSegmentStore(openSegmentTable(segments));
  const lines = await runEncoding(plan.tokenizer, compareItemLines(plan.texts, store, versions));
  return { compared: versions.length, items: ids.length, ...lines };
}

/** All of them, or of very many those with the least hash: the same ones whatever their order. */
export function comparedIds<Id extends string>(ids: readonly Id[]): readonly Id[] {
  if (ids.length <= COMPARED_MAX) return ids;
  const hashed = ids.map((id) => ({ id, by: Number.parseInt(sha256Hex(id).slice(0, HASH_DIGITS), 16) }));
  return hashed
    .sort((a, b) => a.by - b.by)
    .slice(0, COMPARED_MAX)
    .map(({ id }) => id);
}

/** One sentence for each level at which many lines read alike. */
export function alikeLineWarnings({ compared, items, levels }: ItemLines): string[] {
  const of = compared === items ? '' : ` of a sample of ${grouped(compared)} items`;
  return levels.flatMap(({ level, alike }) => {
    if (alike <= ALIKE_WARN * compared) return [];
    const share = `${((100 * alike) / compared).toFixed(1)} % of the item lines${of}`;
    const remedy =
      level === 'title'
        ? 'give the domain an item.title line that begins with what tells items apart'
        : 'begin the item line of the domain with what tells items apart';
    return [
      `${share} read at the level ${level} like that of an item which says something else: ${remedy}, or raise ` +
        `levels.${level} in the recipe`,
    ];
  });
}
