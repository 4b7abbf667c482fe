/**
 * Attributes that a domain's lines speak of and no event has: a mistyped name leaves its slot out
 * of every prompt.
 */
import type { Domain } from '../schemas/domain.ts';
import { nearestName, quotedName } from '../src/errors.ts';
import { parseLinePattern } from '../src/prompt/line-pattern.ts';
import { COUNTED_NAMES_MAX, type NameCounts } from '../src/timeline/timeline-stats.ts';

/** The attributes that events have. */
export type AttributeNames = Readonly<Record<'item_attributes' | 'member_attributes', NameCounts>>;

/** A line of a domain, by its key, and what is wrong with it in one sentence. */
export interface MissingAttributes {
  readonly field: string;
  readonly message: string;
}

/** One a line of the domain; none where all is well. */
export function missingAttributes(domain: Domain, attributes: AttributeNames): MissingAttributes[] {
  const { item_attributes: ofItems, member_attributes: ofMembers } = attributes;
  const lines = [
    { field: 'item.line', said: 'the item line', pattern: domain.item.line, counted: ofItems },
    { field: 'item.title', said: 'the title line', pattern: domain.item.title, counted: ofItems },
    { field: 'profile', said: 'the profile', pattern: domain.profile, counted: ofMembers },
  ];
  return lines.flatMap(({ field, said, pattern = '', counted }) => {
    const slots = [...new Set(parseLinePattern(pattern).slots.map((slot) => slot.field))];
    const missing = missingNames(slots, counted).map((slot) => spellMissing(slot, counted));
    if (missing.length === 0) return [];
    return [
      { field, message: `${said} of the domain speaks of ${missing.join(', ')}, which no event has as an attribute` },
    ];
  });
}

/** Those of `wanted` that were not counted. */
export function missingNames(wanted: readonly string[], counted: NameCounts): string[] {
  // A list that is full may lack a name that is there.
  if (counted.length >= COUNTED_NAMES_MAX) return [];
  return wanted.filter((name) => !counted.some((each) => each.name === name));
}

/** The name with the nearest of those that are there. */
export function spellMissing(name: string, counted: NameCounts): string {
  const names = counted.map((each) => each.name);
  const near = nearestName(name, names);
  return `"${quotedName(name)}"${near === undefined ? '' : ` (did you mean "${quotedName(near)}"?)`}`;
}
