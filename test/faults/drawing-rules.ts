/** Rules of what could have been drawn, and of what reads alike, switched off one at a time. */
import type { PlantedRule } from './planted-rule.ts';

/** Candidates of a choice, and the history beside them. */
export const CHOSEN: readonly PlantedRule[] = [
  {
    builder: 'draws from the population by modulo',
    check: 'candidates',
    rule: 'CAND-2',
    file: 'src/timeline/candidates.ts',
    from: 'const number = jump(draw(seed, purpose, keyWith(key, counter)), size);',
    to: 'const number = draw(seed, purpose, keyWith(key, counter)) % size;',
  },
  {
    builder: 'puts items that are known at one time in reverse',
    check: 'candidates',
    rule: 'CAND-1',
    file: 'src/timeline/population.ts',
    from: 'for (let item = 0; item < items; item++) {\n    const since = floatAt(known, item);',
    to: 'for (let item = items - 1; item >= 0; item--) {\n    const since = floatAt(known, item);',
  },
  {
    builder: 'draws items from when they are dated, not from when they are known',
    check: 'candidates',
    rule: 'CAND-1',
    file: 'src/timeline/population.ts',
    from: 'known = Math.min(known, floatAt(knownAt, i));',
    to: 'known = Math.min(known, floatAt(at, i));',
  },
  {
    builder: 'asks a choice about an item that came to be at T',
    check: 'question',
    rule: 'ASOF-4',
    file: 'src/forms/own-item.ts',
    from: 'return asking.items.drawable(ownItemId(asking), asking.t);',
    to: 'return ownItem(asking);',
  },
  {
    builder: 'asks a choice about an item that nobody dated',
    check: 'question',
    rule: 'ASOF-4',
    file: 'src/timeline/item-table.ts',
    from: 'return population.holdsItem(item, t) ? live(seenOf(item, t)) : undefined;',
    to: 'return live(seenOf(item, t));',
  },
  {
    builder: 'shows a wrong candidate that reads like another',
    check: 'candidates',
    rule: 'CAND-9',
    file: 'src/timeline/candidates.ts',
    from: 'return !isTaken(version) && !isBarred(rules, version) && actedSaying(rules, version).length === 0;',
    to: 'return !ids.has(version.itemId) && !isBarred(rules, version);',
  },
  {
    builder: 'shows a wrong candidate that reads like one that the member takes too',
    check: 'candidates',
    rule: 'CAND-9',
    file: 'src/timeline/candidates.ts',
    from: '!isBarred(rules, version) && actedSaying(rules, version).length === 0',
    to: '!isBarred(rules, version)',
  },
  {
    builder: 'leaves in the history what reads like a candidate',
    check: 'history',
    rule: 'HIST-3',
    file: 'src/timeline/questions.ts',
    from: 'for (const item of saying(says(version), t)) items.add(item);',
    to: 'saying(says(version), t);',
  },
  {
    builder: 'draws from what is left of a pool',
    check: 'candidates',
    rule: 'CAND-6',
    file: 'src/timeline/candidates.ts',
    from: 'const version = versionOf(draw(seed, purpose, keyWith(key, counter)) % pool.size);',
    to: `const free = Array.from({ length: pool.size }, (_, k) => k).filter(isLeft);
    if (free.length === 0) return;
    const version = versionOf(nth(free, draw(seed, purpose, keyWith(key, counter)) % free.length));`,
  },
  {
    builder: 'rounds the number of shown candidates down',
    check: 'candidates',
    rule: 'CAND-4',
    file: 'src/forms/retrieval-choose.ts',
    from: 'Math.floor((2 * wrong * share + all) / (2 * all))',
    to: 'Math.floor((wrong * share) / all)',
  },
];

/** What is asked where nothing records what was shown, and nobody has a profile. */
export const DRAWN: readonly PlantedRule[] = [
  {
    builder: 'speaks of a profile that nobody has',
    check: 'prompt',
    rule: 'TEMPLATE-4',
    file: 'src/prompt/template-plan.ts',
    from: "if (!('text' in block) || profile !== undefined) return block;",
    to: "if (!('text' in block) || profile === undefined) return block;",
  },
  {
    builder: 'leaves the item asked about in the history, where it may be a drawn one',
    check: 'history',
    rule: 'HIST-3',
    file: 'src/forms/ask-member.ts',
    from: 'hidesAsked: choosesItems,',
    to: 'hidesAsked: false,',
  },
  {
    builder: 'draws an item that reads like the opening’s own',
    check: 'candidates',
    rule: 'CAND-9',
    file: 'src/timeline/candidates.ts',
    from: 'says(version) === says(own) || actedSaying(rules, version).some((itemId) => itemId !== version.itemId)',
    to: 'version === own',
  },
  {
    builder: 'passes over drawn items that the member takes',
    check: 'candidates',
    rule: 'CAND-3',
    file: 'src/timeline/candidates.ts',
    from: 'actedSaying(rules, version).some((itemId) => itemId !== version.itemId)',
    to: 'actedSaying(rules, version).length > 0',
  },
  {
    builder: 'asks about its own item more often than the share of drawn ones leaves',
    check: 'candidates',
    rule: 'CAND-3',
    file: 'src/forms/ranking-item.ts',
    from: "!inShare(draw(seed, 'drawn', key), share)",
    to: "!inShare(draw(seed, 'drawn', key), share / 2)",
  },
];
