/** Why training would not have asked about some items, said to whoever asks about them. */
import type { ItemId } from '../../schemas/ids.ts';
import { BrewhouseError, quotedName } from '../errors.ts';
import type { ItemTable, ItemVersion, Says } from '../timeline/item-table.ts';
import type { TaskRules } from './task-rules.ts';

/** The items of one question, and what is known of them. */
export interface ItemsAsked {
  readonly task: TaskRules;
  readonly items: ItemTable;
  readonly says: Says;
  readonly t: number;
  readonly itemIds: readonly ItemId[];
  /** As the task reads them at T; undefined where it cannot ask about one. */
  readonly versions: readonly (ItemVersion | undefined)[];
  /** Whether a question about the item could have opened. */
  readonly mayOpen: (itemId: ItemId) => boolean;
}

/**
 * `not_found` where an item is not there for the task at T (OPEN-6), `usage` where the question
 * could not have opened (OPEN-2), or two candidates say the same (CAND-9). Undefined: it can be
 * asked.
 */
export function candidatesRefusal(asked: ItemsAsked): BrewhouseError | undefined {
  const { task, itemIds, versions, mayOpen } = asked;
  const place = { field: 'candidates' };
  const missing = itemIds.filter((_, i) => versions[i] === undefined);
  if (missing.length > 0) {
    return new BrewhouseError('not_found', missing.map((id) => whyMissing(asked, id)).join('; '), {
      place,
      remedy: 'leave them out, or make the item table of all item events',
    });
  }
  const closed = itemIds.find((id) => !mayOpen(id));
  if (closed !== undefined) {
    const what = `the member has no action on ${quotedName(closed)} after which the task ${task.name} is asked`;
    return new BrewhouseError('usage', what, {
      place,
      remedy: "ask a millisecond after the action was known, with the action among the member's events",
    });
  }
  const alike = twinsOf(asked);
  if (alike === undefined) return undefined;
  return new BrewhouseError('usage', `${alike.map((id) => quotedName(id)).join(' and ')} read the same`, {
    place,
    remedy: 'put another candidate in place of one of them: training never lists two that read the same',
  });
}

function whyMissing({ task, items, t }: ItemsAsked, id: ItemId): string {
  const name = quotedName(id);
  const when = new Date(t).toISOString();
  if (items.newestAt(id, Number.POSITIVE_INFINITY) === undefined) return `no item event names ${name}`;
  const version = task.choosesItems ? items.seen(id, t) : items.newestAt(id, t);
  if (version === undefined) return `${name} is not known at ${when}`;
  if (version.deleted) return `${name} is deleted at ${when}`;
  return `${name} has no version with a known time, and the task ${task.name} draws items`;
}

/** The first two items that say the same, if any. */
function twinsOf({ itemIds, versions, says }: ItemsAsked): readonly string[] | undefined {
  const known = new Map<string, string>();
  for (const [i, version] of versions.entries()) {
    const [id, said] = [itemIds[i], version && says(version)];
    if (id === undefined || said === undefined) continue;
    const twin = known.get(said);
    if (twin !== undefined) return [twin, id];
    known.set(said, id);
  }
  return undefined;
}
