/**
 * Rules of the law of RULES.md that alter rows, each with texts that make a copy of the builder
 * follow the rule of 0.1.0 in its place.
 */
import type { Planting } from '../faults/planted-builder.ts';

/** One rule that can be made what it was. */
export interface RuleBefore {
  readonly rule: string;
  /** What 0.1.0 did in its place. */
  readonly before: string;
  /** It decides what a timeline holds: the events are read anew. */
  readonly takenIn?: true;
  /** Each replaced text stands in its file exactly once; all of all rules fit together. */
  readonly plantings: readonly Planting[];
}

/** What is taken in, asked and answered. */
const ASKED: readonly RuleBefore[] = [
  {
    rule: 'EVENT-4',
    before: 'events of one time in order of their ids, deletes among them',
    takenIn: true,
    plantings: [
      { file: 'src/timeline/order.ts', from: '    a.deletes - b.deletes ||\n', to: '' },
      { file: 'src/timeline/order.ts', from: '    compareUtf8(hashOf(a), hashOf(b)) ||\n', to: '' },
    ],
  },
  {
    rule: 'ASOF-4',
    before: 'the own item as of T itself in every task; items that nobody dated are asked about and shown, too',
    plantings: [
      {
        file: 'src/forms/own-item.ts',
        from: 'return asking.items.drawable(ownItemId(asking), asking.t);',
        to: 'return ownItem(asking);',
      },
      {
        file: 'src/timeline/candidates.ts',
        from: 'const versionOf = (k: number) => past.items.drawable(pool.idAt(k), window.t);',
        to: 'const versionOf = (k: number) => live(past.items.seen(pool.idAt(k), window.t));',
      },
    ],
  },
  {
    rule: 'OPEN-3',
    before: 'openings with ids of their own are not counted among those of one item and moment',
    plantings: [
      {
        file: 'src/timeline/openings.ts',
        from: 'occurrences ??= countOccurrences(timeline, events, momentOf);',
        to: `const named = (i: number) => nth(timeline.events, i).event_id.startsWith(ROW_ID_PREFIX);
      occurrences ??= countOccurrences(timeline, events.filter(named), momentOf);`,
      },
    ],
  },
  {
    rule: 'OPEN-5',
    before: 'the cap by day takes the least draws of the whole day of event_time',
    plantings: [
      {
        file: 'src/timeline/caps.ts',
        from: 'for (const event of events) {\n    if (!isDecided(event)) continue;\n    const reference',
        to: `const all = Array.from(events, (event) => ({ event, key: referenceOf(event) }));
  capped.fill(1);
  const asked = all.filter(({ key }) => inShare(draw(seed, 'ask', key), share));
  for (const sameDay of Map.groupBy(asked, ({ event }) => Math.floor(floatAt(timeline.at, event) / DAY_MS)).values()) {
    const drawn = sameDay.map(({ event, key }) => ({ event, key, drawn: draw(seed, 'cap', key) }));
    drawn.sort((a, b) => a.drawn - b.drawn || compareKeys(a.key, b.key));
    for (const { event } of drawn.slice(0, perMemberDay)) capped[event] = 0;
  }
  for (const event of []) {
    const reference`,
      },
    ],
  },
  {
    rule: 'LABEL-2',
    before: 'actions known after the question closes count; the first in order of the strongest decides',
    plantings: [
      {
        file: 'src/timeline/labels.ts',
        from: 'if (knownAt >= closesAt ||',
        to: 'if ((isNew && knownAt >= closesAt) ||',
      },
      {
        file: 'src/timeline/labels.ts',
        from: 'if (first < 0 || isKnownSooner(events, event, first)) first = event;',
        to: 'if (first < 0 || (isNew && isKnownSooner(events, event, first))) first = event;',
      },
    ],
  },
  {
    rule: 'LABEL-3, SPLIT-2',
    before: 'a question closes when its window ends, whenever its opening event is known',
    plantings: [
      {
        file: 'src/timeline/as-of.ts',
        from: 'return Math.max(t + closingDelay(closing), knownAt + 1);',
        to: 'return t + Math.max(closing.windowMs, 1);',
      },
    ],
  },
  {
    rule: 'NEXT-1',
    before: 'the next action is the first in order that begins at or after T, whenever it is known',
    plantings: [
      {
        file: 'src/timeline/labels.ts',
        from: '{ from: openingEvent + 1, isNew: true }',
        to: '{ from: lowerBound(events.at, window.t), isNew: true }',
      },
      {
        file: 'src/timeline/labels.ts',
        from: ' (isNew && isSeen(knownAt, t))) continue;',
        to: ' (isNew && false)) continue;',
      },
      {
        file: 'src/timeline/labels.ts',
        from: 'if (decided >= 0 && (next < 0 || isKnownSooner(events, decided, next))) next = decided;',
        to: 'if (decided >= 0 && (next < 0 || decided < next)) next = decided;',
      },
    ],
  },
];

/** What is drawn, and the history beside it. */
const DRAWN: readonly RuleBefore[] = [
  {
    rule: 'CAND-1',
    before: 'the population in order of the event_time of each first version',
    plantings: [
      {
        file: 'src/timeline/candidates.ts',
        from: 'items.population.at(number)',
        to: 'items.population.at(number, window.t)',
      },
      {
        file: 'src/timeline/population.ts',
        from: 'const { order, knownAt } = versions.population;',
        to: `const { order, knownAt } = versions.population;
  const firstAt = (item, known) => {
    for (let i = intAt(versions.first, item); ; i++)
      if (versions.at[i] !== TIME_UNKNOWN && versions.knownAt[i] === known) return versions.at[i];
  };
  const dated = Array.from(order, (item, k) => ({ item, known: knownAt[k], at: firstAt(item, knownAt[k]) }));
  dated.sort((a, b) => a.at - b.at || a.item - b.item);`,
      },
      {
        file: 'src/timeline/population.ts',
        from: 'at: (k) => idOf(intAt(order, k)),',
        to: 'at: (k, t) => idOf(dated.find(({ known }) => isSeen(known, t) && k-- === 0).item),',
      },
    ],
  },
  {
    rule: 'CAND-2',
    before: 'a draw takes an item of the population by modulo',
    plantings: [
      {
        file: 'src/timeline/candidates.ts',
        from: 'const number = jump(draw(seed, purpose, keyWith(key, counter)), size);',
        to: 'const number = draw(seed, purpose, keyWith(key, counter)) % size;',
      },
    ],
  },
  {
    rule: 'CAND-6',
    before: 'a shown candidate is drawn from what is left of its pool',
    plantings: [
      {
        file: 'src/timeline/candidates.ts',
        from: 'const version = versionOf(draw(seed, purpose, keyWith(key, counter)) % pool.size);',
        to: `const free = Array.from({ length: pool.size }, (_, k) => k).filter(isLeft);
    if (free.length === 0) return;
    const version = versionOf(nth(free, draw(seed, purpose, keyWith(key, counter)) % free.length));`,
      },
    ],
  },
  {
    rule: 'CAND-9',
    before: 'candidates and drawn items may say the same',
    plantings: [
      {
        file: 'src/timeline/candidates.ts',
        from: 'ids.has(version.itemId) || said.has(past.says(version))',
        to: 'ids.has(version.itemId)',
      },
      {
        file: 'src/timeline/candidates.ts',
        from: 'const alike = past.saying(past.says(version), window.t).filter((item) => isActedOn(window, item));',
        to: 'const alike: number[] = [];',
      },
      {
        file: 'src/timeline/candidates.ts',
        from: 'says(version) === says(own) || actedSaying',
        to: 'actedSaying',
      },
    ],
  },
  {
    rule: 'DRAW-2',
    before: 'a share is a fraction of 2^48 rounded down',
    plantings: [
      {
        file: 'src/timeline/draws.ts',
        from: 'return drawn < limitOf(share);',
        to: 'return drawn < Math.floor(share * 2 ** 48);',
      },
    ],
  },
  {
    rule: 'HIST-2',
    before: 'what was only shown is in the history once its window has ended',
    plantings: [
      {
        file: 'src/timeline/entry-tables.ts',
        from: 'isExposure ? closesAt(at, knownAt, closing) : knownAt + 1',
        to: 'isExposure ? Math.max(at + closing.windowMs, knownAt + 1) : knownAt + 1',
      },
    ],
  },
  {
    rule: 'HIST-3',
    before: 'what says the same as an item asked about stays in the history',
    plantings: [
      {
        file: 'src/timeline/questions.ts',
        from: 'for (const item of saying(says(version), t)) items.add(item);',
        to: 'saying(says(version), t);',
      },
    ],
  },
];

/** What a row says, and where it says what. */
const SAID: readonly RuleBefore[] = [
  {
    rule: 'CUT-1',
    before: 'no field is shortened before its line is cut',
    plantings: [
      {
        file: 'src/prompt/field-text.ts',
        from: 'return POINTS_A_TOKEN * Math.max(...Object.values(levels));',
        to: 'return Number.POSITIVE_INFINITY;',
      },
    ],
  },
  {
    rule: 'CUT-2',
    before: 'a line is cut behind a word, and inside one only where not one word fits',
    plantings: [
      {
        file: 'src/prompt/levels.ts',
        from: 'cutLine({ line, encoding, tokens: { ids, runs }, ending, closing, tokensMax })),',
        to: 'cutAtWords(pattern, values, { encoding, whole, tokensMax })),',
      },
      {
        file: 'src/prompt/levels.ts',
        from: '/** A line that is cut to a level; places in it',
        to: `function* cutAtWords(pattern, values, { encoding, whole, tokensMax }) {
  if (encoding.length <= tokensMax) return whole;
  const words = values.map((value) => (value === '' ? [] : value.split(' ')));
  let fits = { size: 0, tokens: 3 };
  let over = { size: words.flat().length, tokens: encoding.length };
  let best;
  while (over.size - fits.size > 1) {
    const slope = (over.size - fits.size) / Math.max(1, over.tokens - fits.tokens);
    const guess = fits.size + Math.floor((tokensMax - fits.tokens) * slope);
    const size = Math.max(fits.size + 1, Math.min(over.size - 1, guess));
    let left = size;
    const line = fillPattern(pattern, words.map((each) => {
      const own = each.slice(0, left).join(' ');
      const isLast = left > 0 && left <= each.length;
      left -= Math.min(left, each.length);
      return isLast ? own + ' …' : own;
    }));
    const cut = yield* encoded(requestOf(line));
    if (cut.length > tokensMax) over = { size, tokens: cut.length };
    else [fits, best] = [{ size, tokens: cut.length }, cutLineOf(line, cut, false)];
  }
  if (best !== undefined) return best;
  const first = words.findIndex((each) => each.length > 0);
  const points = [...(words[first]?.[0] ?? '')];
  for (let low = 0, high = points.length; low < high; ) {
    const middle = (low + high + 1) >>> 1;
    const text = points.slice(0, middle).join('') + '…';
    const line = fillPattern(pattern, words.map((_, i) => (i === first ? text : '')));
    const cut = yield* encoded(requestOf(line));
    if (cut.length > tokensMax) high = middle - 1;
    else [low, best] = [middle, cutLineOf(line, cut, false)];
  }
  return best;
}

/** A line that is cut to a level; places in it`,
      },
    ],
  },
  {
    rule: 'TEXT-6',
    before: 'the label of the exposure line goes where its first key has no text',
    plantings: [
      {
        file: 'src/prompt/texts.ts',
        from: `const line = { pattern: { open: \`\${label} \`, slots, close: '.' }, tokensMax: levels.shown };`,
        to: `const literal = pairs.map(([key], i) => (i === 0 ? label + ' ' : ', ') + key + ': {' + key + '}').join('');
      const line = { pattern: parseLinePattern(literal + '.'), tokensMax: levels.shown };`,
      },
    ],
  },
  {
    rule: 'TEMPLATE-2, TEMPLATE-3',
    before: 'shipped domains say `wishlisted`, `yea`, `nay`, `present` and `not_voting` in history and lists',
    plantings: [
      {
        file: 'pipelines/domains/ifdb.yaml',
        from: '{ name: wishlisted, spoken: wished for, will: wish for, past: wished for, positive: true }',
        to: '{ name: wishlisted, will: wish for, past: wished for, ask: wish for, positive: true }',
      },
      {
        file: 'pipelines/domains/us-senate-rollcalls.yaml',
        from: `  - { name: yea, spoken: approved, will: approve, past: approved, positive: true }
  - { name: nay, spoken: rejected, will: reject, past: rejected }
  - name: present
    spoken: answered present
    will: answer present
    past: answered present on
  - { name: not_voting, spoken: abstained, will: abstain, past: abstained on }
`,
        to: `  - { name: yea, will: approve, past: voted yea on, positive: true }
  - { name: nay, will: reject, past: voted nay on }
  - { name: present, will: answer present, past: answered present on, ask: answer present on }
  - { name: not_voting, will: abstain, past: abstained on, ask: abstain on }
`,
      },
    ],
  },
  {
    rule: 'ORIGIN-3',
    before: 'a token over two fields belongs to the first alone, and an empty field may have a run',
    plantings: [
      {
        file: 'src/tokenize/range-runs.ts',
        from: '    while (token > 0 && intAt(ends, token - 1) > from) token--;\n',
        to: '',
      },
      { file: 'src/tokenize/range-runs.ts', from: 'if (to > from) while (token', to: 'while (token' },
    ],
  },
];

/** All of them, in the order of RULES.md. */
export const RULES_BEFORE: readonly RuleBefore[] = [...ASKED, ...DRAWN, ...SAID];
