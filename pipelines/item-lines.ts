/** The item lines of a lake, compared level by level after what was missing is rendered. */
import { openScratchFile } from '../src/adapters/filesystem/scratch-folder.ts';
import { sha256Hex } from '../src/content-hash.ts';
import { grouped, percent } from '../src/grouped.ts';
import { compareItemLines, type ItemLines } from '../src/prompt/item-lines.ts';
import type { CorpusPlan } from '../src/prompt/plan.ts';
import { createSegmentStore } from '../src/prompt/segments.ts';
import type { ItemVersion } from '../src/timeline/item-table.ts';
import { openSegmentTable, type SharedSegments } from '../src/tokenize/segment-table.ts';
import { type LineMaker, runSearch } from './line-maker.ts';
import { openSharedItems, type SharedItems } from './render/shared-items.ts';

/** Items that are compared at most. */
export const COMPARED_MAX = 20_000;
/** Of them those whose lines no prompt needed yet: a second of encoding. */
export const ENCODED_MAX = 2_000;
/** Hexadecimal digits that a number holds exactly. */
const HASH_DIGITS = 12;
/** Items of which more than this share read like another at a level are told apart too badly. */
const ALIKE_WARN = 0.2;

/**
 * Compares the newest lines of the items (comparedOf). `segments` hold what the workers of the
 * build have encoded.
 */
export async function itemLinesOf(of: {
  readonly items: SharedItems;
  readonly plan: CorpusPlan;
  readonly segments: SharedSegments;
  readonly encoder: LineMaker;
}): Promise<ItemLines> {
  const { texts } = of.plan;
  const table = openSegmentTable(of.segments);
  const { items, close } = openSharedItems(of.items, openScratchFile);
  try {
    let live = 0;
    const newest = function* () {
      for (let item = 0; item < items.items; item++) {
        const number = items.liveVersion(item, Number.POSITIVE_INFINITY);
        if (number < 0) continue;
        live++;
        yield { number, itemId: items.versionAt(number).itemId };
      }
    };
    const isEncoded = ({ number }: { readonly number: number }) =>
      table.get(texts.item(items.versionAt(number)).key) !== undefined;
    const compared = comparedOf(newest(), isEncoded).map(({ number }) => items.versionAt(number));
    const lines = await runSearch(of.encoder, compareItemLines(texts, createSegmentStore(table), compared));
    return { compared: compared.length, items: live, ...lines };
  } finally {
    close();
  }
}

/**
 * The COMPARED_MAX with the least SHA-256 of their id, whatever their order; of those that are not
 * encoded yet the first ENCODED_MAX. Bound: twice as many as are compared.
 */
export function comparedOf<V extends Pick<ItemVersion, 'itemId'>>(
  versions: Iterable<V>,
  isEncoded: (version: V) => boolean,
): V[] {
  let some: { readonly version: V; readonly by: number }[] = [];
  const cut = () => {
    some = some.sort((a, b) => a.by - b.by).slice(0, COMPARED_MAX);
  };
  for (const version of versions) {
    some.push({ version, by: Number.parseInt(sha256Hex(version.itemId).slice(0, HASH_DIGITS), 16) });
    if (some.length === 2 * COMPARED_MAX) cut();
  }
  cut();
  let encoded = 0;
  return some.flatMap(({ version }) => (isEncoded(version) || ++encoded <= ENCODED_MAX ? version : []));
}

/** One sentence for each level at which many lines read alike. */
export function alikeLineWarnings({ compared, items, levels }: ItemLines): string[] {
  const of = compared === items ? '' : ` of a sample of ${grouped(compared)} items`;
  return levels.flatMap(({ level, alike }) => {
    if (alike <= ALIKE_WARN * compared) return [];
    const share = `${percent(alike, compared)} of the item lines${of}`;
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
