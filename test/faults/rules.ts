/** The rules that are switched off one at a time, and the check that must catch each by its id. */
import type { PlantedRule } from './planted-rule.ts';

/** What is seen at T. */
export const SEEN: readonly PlantedRule[] = [
  {
    builder: 'shows what happened at T itself (<= for <)',
    check: 'future',
    rule: 'ASOF-2',
    file: 'src/forms/asking.ts',
    from: 'seenEvents(past.events, { t: window.t, maxEvents })',
    to: 'seenEvents(past.events, { t: window.t + 1, maxEvents })',
  },
  {
    builder: 'shows the profile that was written at T',
    check: 'future',
    rule: 'ASOF-5',
    file: 'src/timeline/member-timeline.ts',
    from: 'isSeen(profile.knownAt, t)',
    to: 'profile.knownAt <= t',
  },
  {
    builder: "shows an item's newest version instead of the one seen at T",
    check: 'future',
    rule: 'ASOF-3',
    file: 'src/timeline/item-table.ts',
    from: 'if (isSeen(floatAt(knownAt, i), t)) return i;',
    to: 'if (isSeen(floatAt(knownAt, i), t) || deleted[i] === 0) return i;',
  },
  {
    builder: "asks about its item's newest version",
    check: 'future',
    rule: 'ASOF-4',
    file: 'src/timeline/item-table.ts',
    from: 'if (floatAt(at, i) <= t) return versionAt(i);',
    to: 'if (floatAt(at, i) <= t || deleted[i] === 0) return versionAt(i);',
  },
  {
    builder: 'draws candidates that were not there yet',
    check: 'future',
    rule: 'CAND-1',
    file: 'src/timeline/candidates.ts',
    from: `  const size = items.population.sizeAt(window.t);
  for (let counter = 0; counter < COUNTERS_MAX && size > 0; counter++) {
    const number = jump(draw(seed, purpose, keyWith(key, counter)), size);
    yield live(items.seen(items.population.at(number), window.t));`,
    to: `  const size = items.population.sizeAt(Infinity);
  for (let counter = 0; counter < COUNTERS_MAX && size > 0; counter++) {
    const number = jump(draw(seed, purpose, keyWith(key, counter)), size);
    yield live(items.seen(items.population.at(number), Infinity));`,
  },
  {
    builder: 'shows a drawn candidate as it became later',
    check: 'future',
    rule: 'ASOF-3',
    file: 'src/timeline/candidates.ts',
    from: 'yield live(items.seen(items.population.at(number), window.t));',
    to: 'yield live(items.seen(items.population.at(number), Infinity));',
  },
  {
    builder: 'shows in the history, as "did not interact", what may yet be taken',
    check: 'history',
    rule: 'HIST-2',
    file: 'src/timeline/entry-tables.ts',
    from: 'isExposure ? closesAt(at, knownAt, closing) : knownAt + 1',
    to: 'isExposure ? Math.max(at, knownAt + 1) + 0 * closesAt(at, knownAt, closing) : knownAt + 1',
  },
  {
    builder: 'puts history lines under the action that came later: a label seen in a history',
    check: 'prompt',
    rule: 'HIST-1',
    file: 'src/timeline/history.ts',
    from: 'columns.rank[length] = intAt(seen.events.rank, entry);',
    to: `const { rank, item } = seen.events;
    columns.rank[length] = Math.min(...rank.filter((_, i) => item[i] === item[entry]));`,
  },
  {
    builder: 'leaves the candidates of a choice in the history',
    check: 'history',
    rule: 'HIST-3',
    file: 'src/forms/ask-member.ts',
    from: 'hidesAsked: choosesItems,',
    to: 'hidesAsked: false,',
  },
  {
    builder: 'tells the position at which the item was shown',
    check: 'prompt',
    rule: 'OPEN-7',
    file: 'src/timeline/exposure.ts',
    from: "event.surface === undefined ? [] : [['surface', event.surface]];",
    to: "[['surface', event.surface ?? ''], ['position', String(event.position)]];",
  },
];

/** What is asked, answered and taken in. */
export const ASKED: readonly PlantedRule[] = [
  {
    builder: 'counts an action at the very end of the label window',
    check: 'label',
    rule: 'LABEL-2',
    file: 'src/timeline/labels.ts',
    from: 'if (floatAt(events.at, event) >= windowEnds) break;',
    to: 'if (floatAt(events.at, event) > windowEnds) break;',
  },
  {
    builder: 'opens a question at an impression that comes after the action',
    check: 'question',
    rule: 'OPEN-1',
    file: 'src/timeline/openings.ts',
    from: 'const opener = before >= 0 && session[before] === session[i] ? before : i;',
    to: `const isShown = nth(timeline.events, i).action === 'impression';
    const opener = before >= 0 && session[before] === session[i] && !isShown ? before : i;`,
  },
  {
    builder: 'asks more in a day than the cap allows',
    check: 'question',
    rule: 'OPEN-5',
    file: 'src/timeline/caps.ts',
    from: 'if (low >= most) return false;',
    to: 'if (low > most) return false;',
  },
  {
    builder: 'asks a greater share than the recipe says',
    check: 'question',
    rule: 'OPEN-5',
    file: 'src/timeline/caps.ts',
    from: "draw(seed, 'ask', reference), share)",
    to: "draw(seed, 'ask', reference), share + 0.1)",
  },
  {
    builder: 'offers as wrong what the member takes in the label window',
    check: 'candidates',
    rule: 'CAND-7',
    file: 'src/timeline/candidates.ts',
    from: 'return !isTaken(version) && !isBarred(rules, version) && actedSaying(rules, version).length === 0;',
    to: 'return !isTaken(version);',
  },
  {
    builder: 'puts the right candidate first',
    check: 'candidates',
    rule: 'CAND-8',
    file: 'src/timeline/candidates.ts',
    from: "{ seed, purpose: 'order' });",
    to: "{ seed, purpose: 'order' }).sort((a, b) => +(b.reason === 'right') - +(a.reason === 'right'));",
  },
  {
    builder: 'keeps copies of an event',
    check: 'repeat',
    rule: 'EVENT-3',
    file: 'src/timeline/entity-state.ts',
    from: 'return keys.size === records.length;',
    to: 'return true;',
  },
  {
    builder: 'takes one of two events that share an id',
    check: 'question',
    rule: 'EVENT-3',
    file: 'src/timeline/copies.ts',
    from: 'if (contents.size > 1) return false;',
    to: 'if (contents.size > 2) return false;',
  },
  {
    builder: 'keeps what a member who left had done',
    check: 'question',
    rule: 'EVENT-5',
    file: 'src/timeline/entity-state.ts',
    from: 'if (deleted === undefined) return {',
    to: 'if (last < ordered.length) return {',
  },
];

/** How the room is filled and rows are written. */
export const FILLED: readonly PlantedRule[] = [
  {
    builder: "leaves room for the label's own length instead of the longest answer's",
    check: 'ledger',
    rule: 'FILL-1',
    file: 'src/prompt/row-maker.ts',
    from: 'if (row === undefined || !fillRow(means, draft, row)) return false;',
    to: `const own = label === undefined ? 1 : outline.template.answers.get(label)!.length + 1;
      const narrow = { ...outline, template: { ...outline.template, answerMax: own } };
      if (row === undefined || !fillRow(means, draft, { ...row, outline: narrow })) return false;`,
  },
  {
    builder: 'goes on filling behind the first event that does not fit',
    check: 'history',
    rule: 'FILL-2',
    file: 'src/prompt/fill.ts',
    from: `      filling.stoppedAt = entry;
      return;`,
    to: '      continue;',
  },
  {
    builder: 'tries the shortest text first',
    check: 'history',
    rule: 'FILL-2',
    file: 'src/prompt/fill.ts',
    from: 'let level = firstLevel(filling.used, rules);',
    to: 'let level = LEVELS.length - 1;',
  },
  {
    builder: 'does not supervise the end token',
    check: 'answer',
    rule: 'FRAME-4',
    file: 'src/prompt/write-row.ts',
    from: 'pushInt(draft.spans, draft.tokens);',
    to: 'pushInt(draft.spans, draft.tokens - 1);',
  },
];

/** Which rows are released, and where: planted in the release of an honest corpus. */
export const RELEASED: readonly PlantedRule[] = [
  {
    builder: 'trains on labels that look over t1',
    check: 'split',
    rule: 'SPLIT-2',
    file: 'src/release/split-rule.ts',
    from: "if (row.closesAt <= t1) return 'train';",
    to: "if (row.askedAt < t1) return 'train';",
  },
  {
    builder: 'trains on labels whose window ends by t1 and whose question closes after it',
    check: 'split',
    rule: 'SPLIT-2',
    file: 'src/release/split-rule.ts',
    from: "if (row.closesAt <= t1) return 'train';",
    to: "if (row.closesAt - 43_200_000 <= t1) return 'train';",
  },
  {
    builder: 'trains on held-out members',
    check: 'split',
    rule: 'SPLIT-3',
    file: 'src/release/split-rule.ts',
    from: "if (row.heldOutMember) return row.askedAt >= t1 + gap ? 'test_members' : 'held_out';",
    to: '',
  },
  {
    builder: 'releases questions whose label is not mature at until',
    check: 'future',
    rule: 'SPLIT-1',
    file: 'src/release/split-rule.ts',
    from: "if (row.closesAt > until) return 'after_until';",
    to: '',
  },
  {
    builder: 'spends the token budget in order of key instead of draw',
    check: 'split',
    rule: 'RELEASE-3',
    file: 'src/release/selection.ts',
    from: "drawn: drawOf(seed, 'thin', rowKey(row)) }",
    to: 'drawn: 0 }',
  },
  {
    builder: 'shares the token budget in whole thousands',
    check: 'split',
    rule: 'RELEASE-3',
    file: 'src/release/token-budget.ts',
    from: 'const share = (weight: bigint) => Number((remaining * weight) / weights);',
    to: 'const share = (weight: bigint) => 1000 * Math.ceil(Number((remaining * weight) / weights) / 1000);',
  },
  {
    builder: 'tells of a label cap in whole percents',
    check: 'sidecar',
    rule: 'RELEASE-2',
    file: 'src/release/selection.ts',
    from: 'most / cut.totals.rows',
    to: 'Math.round((100 * most) / cut.totals.rows) / 100',
  },
  {
    builder: 'does not shuffle',
    check: 'split',
    rule: 'RELEASE-5',
    file: 'src/release/take-rows.ts',
    from: "bytes.writeUIntBE(draw(seed, 'shuffle', id), 1, 6);",
    to: 'bytes.writeUIntBE(0, 1, 6);',
  },
  {
    builder: "leaves the events' own ids in the origins",
    check: 'pseudonym',
    rule: 'PSEUDO-2',
    file: 'src/release/event-numbers.ts',
    from: 'event: pseudonymAt(only, at) });',
    to: "event: only.toString('utf8', at + PLACES.eventId + 4, eventEnd(only, at)) });",
  },
  {
    builder: 'numbers the events of a member in the order of their ids',
    check: 'origin',
    rule: 'ORIGIN-6',
    isOfTable: true,
    file: 'src/release/event-numbers.ts',
    from: 'events.sort(compareEventKeys)',
    to: 'events.sort((a, b) => Number(a.eventId > b.eventId) - Number(a.eventId < b.eventId))',
  },
  {
    builder: 'numbers segments that no row of the release has',
    check: 'origin',
    rule: 'ORIGIN-6',
    isOfTable: true,
    file: 'src/release/take-rows.ts',
    from: 'if (!isSplit(split)) continue;',
    to: 'if (!isSplit(split)) { listAt(columns.segments, i).forEach(numbers.segment); continue; }',
  },
  {
    builder: 'numbers segments in the order of other hashes',
    check: 'origin',
    rule: 'ORIGIN-6',
    isOfTable: true,
    file: 'src/release/segment-numbers.ts',
    from: "out.bytes(hash('sha256', idBytes, 'buffer'));",
    to: "out.bytes(hash('sha256', Buffer.from(idBytes).reverse(), 'buffer'));",
  },
  {
    builder: 'counts every event from the first of its row',
    check: 'origin',
    rule: 'ORIGIN-5',
    file: 'src/release/join-rows.ts',
    from: 'before = number;',
    to: '',
  },
];

/** The only rule that no row breaks. */
export const EMPTIED: PlantedRule = {
  builder: 'releases a split without a row',
  check: 'manifest',
  rule: 'RELEASE-7',
  file: 'src/release/empty-splits.ts',
  from: 'if (empty.length === 0) return;',
  to: 'if (empty.length >= 0) return;',
};

/** Pairs of a slate, told by the profile `weighted`. */
export const PAIRED: readonly PlantedRule[] = [
  {
    builder: 'pairs an item that opens later, so that a pair is asked twice',
    check: 'question',
    rule: 'PAIR-2',
    file: 'src/forms/ranking-pairwise.ts',
    from: 'intAt(openers, intAt(past.events.positions, i)) < event && ',
    to: 'intAt(openers, i) >= 0 && ',
  },
  {
    builder: 'pairs two items of one strength',
    check: 'candidates',
    rule: 'PAIR-2',
    file: 'src/forms/ranking-pairwise.ts',
    from: 'rankOn(asking, itemId) !== strength',
    to: 'itemId.length > 0 || strength > 0',
  },
  {
    builder: 'shows its own item first',
    check: 'candidates',
    rule: 'CAND-8',
    file: 'src/forms/ranking-pairwise.ts',
    from: 'inDisplayOrder(pair, asking)',
    to: 'pair',
  },
  {
    builder: 'answers with the weaker of the two',
    check: 'label',
    rule: 'PAIR-1',
    file: 'src/forms/ranking-pairwise.ts',
    from: 'nth(ranks, 0) < nth(ranks, 1) ? 0 : 1',
    to: 'nth(ranks, 0) < nth(ranks, 1) ? 1 : 0',
  },
  {
    builder: 'settles a pair with the first strongest action on its own item',
    check: 'sidecar',
    rule: 'LABEL-3',
    file: 'src/forms/ranking-pairwise.ts',
    from: 'settledAt(asking.window, -1)',
    to: 'settledAt(asking.window, asking.strongest())',
  },
  {
    builder: 'pairs two items that read alike',
    check: 'candidates',
    rule: 'PAIR-2',
    file: 'src/forms/ranking-pairwise.ts',
    from: '.filter((version) => says(version) !== says(own))',
    to: '.filter((version) => says(version).length > 0)',
  },
];
