/**
 * How many item lines are distinct at each level: what a level cuts off may be what tells items
 * apart.
 */
import { hash } from 'node:crypto';
import { LEVELS, type Level } from '../../schemas/rows.ts';
import { nth, present } from '../checked.ts';
import type { ItemVersion } from '../timeline/item-table.ts';
import type { LineSearch } from './line-search.ts';
import type { SegmentStore } from './segments.ts';
import { ITEM_LEVELS, type PromptTexts } from './texts.ts';

/** The lines of one level. */
export interface LevelLines {
  readonly level: Level;
  readonly distinct: number;
  /** Items whose line reads like that of an item which says something else. */
  readonly alike: number;
}

/** The lines of some items. */
export interface ItemLines {
  /** Items whose lines were compared, and all that there are. */
  readonly compared: number;
  readonly items: number;
  /** Distinct lines before cutting. */
  readonly distinct: number;
  readonly levels: readonly LevelLines[];
}

/** Texts that are looked up at once, so that their lines need not all be held. */
const BATCH_ITEMS = 512;

/** What reads alike: how many items, and what the first of them says. */
interface Alike {
  items: number;
  readonly says: string;
  isOne: boolean;
}

/**
 * Compares the lines of `versions`, one an item, with one another. Bound: a hash for each item and
 * level. Throws `context_too_short` where a level is too short for a line.
 */
export function* compareItemLines(
  texts: PromptTexts,
  segments: SegmentStore,
  versions: readonly ItemVersion[],
): LineSearch<Pick<ItemLines, 'distinct' | 'levels'>> {
  const said = new Set<string>();
  const found = LEVELS.map((level) => ({ at: ITEM_LEVELS.indexOf(level), level, lines: new Map<string, Alike>() }));
  for (let from = 0; from < versions.length; from += BATCH_ITEMS) {
    const batch = versions.slice(from, from + BATCH_ITEMS);
    const lines = yield* segments.find(batch.map(texts.item));
    for (const version of batch) {
      const says = texts.says(version);
      said.add(says);
      const own = present(lines.get(texts.item(version).key), 'lines of the item');
      for (const level of found) count(level.lines, hashOf(nth(own, level.at).ids), says);
    }
  }
  const levels = found.map(({ level, lines }) => {
    const shared = [...lines.values()].filter(({ isOne }) => !isOne);
    return { level, distinct: lines.size, alike: shared.reduce((sum, { items }) => sum + items, 0) };
  });
  return { distinct: said.size, levels };
}

function count(lines: Map<string, Alike>, line: string, says: string): void {
  const alike = lines.get(line) ?? { items: 0, says, isOne: true };
  alike.items++;
  alike.isOne &&= alike.says === says;
  lines.set(line, alike);
}

function hashOf(ids: Int32Array): string {
  return hash('sha256', new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength), 'base64');
}
