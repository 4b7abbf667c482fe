/** Rules of when a question closes, and of what is known by then, switched off one at a time. */
import type { PlantedRule } from './planted-rule.ts';

/** What is a label, and from when on. */
export const CLOSING: readonly PlantedRule[] = [
  {
    builder: 'counts an action that is known only when its question has closed',
    check: 'label',
    rule: 'LABEL-2',
    file: 'src/timeline/labels.ts',
    from: 'if (knownAt >= closesAt || (isNew && isSeen(knownAt, t))) continue;',
    to: 'if (isNew && (knownAt >= closesAt || isSeen(knownAt, t))) continue;',
  },
  {
    builder: 'does not wait for what becomes known late',
    check: 'label',
    rule: 'LABEL-2',
    file: 'src/timeline/as-of.ts',
    from: 'Math.max(windowMs, 1) + latenessMs',
    to: 'Math.max(windowMs, 1)',
  },
  {
    builder: 'lets lateness make the label window longer',
    check: 'label',
    rule: 'LABEL-2',
    file: 'src/timeline/labels.ts',
    from: 'const windowEnds = windowEnd(t, windowMs);',
    to: 'const windowEnds = isNew ? windowEnd(t, windowMs) : closesAt;',
  },
  {
    builder: 'settles a label with the first of its actions, whatever was known first',
    check: 'sidecar',
    rule: 'LABEL-3',
    file: 'src/timeline/labels.ts',
    from: 'if (first < 0 || isKnownSooner(events, event, first)) first = event;',
    to: 'if (first < 0 || (isNew && isKnownSooner(events, event, first))) first = event;',
  },
  {
    builder: 'answers with the next action in order, whatever is known first',
    check: 'label',
    rule: 'NEXT-1',
    file: 'src/timeline/labels.ts',
    from: 'return later === 0 ? event < other : later < 0;',
    to: 'return event < other;',
  },
  {
    builder: 'answers with an action that came before, and was known after',
    check: 'label',
    rule: 'NEXT-1',
    file: 'src/timeline/labels.ts',
    from: '{ from: openingEvent + 1, isNew: true }',
    to: '{ from: 0, isNew: true }',
  },
  {
    builder: 'caps a day from its end',
    check: 'question',
    rule: 'OPEN-5',
    file: 'src/timeline/caps.ts',
    from: 'for (const event of events) {\n    if (!isDecided',
    to: 'for (const event of events.toReversed()) {\n    if (!isDecided',
  },
  {
    builder: 'shows as "did not interact" what may still become known to have been taken',
    check: 'history',
    rule: 'HIST-2',
    file: 'src/timeline/entry-tables.ts',
    from: 'isExposure ? closesAt(at, knownAt, closing) : knownAt + 1',
    to: 'isExposure ? Math.max(closesAt(at, knownAt, { ...closing, latenessMs: 0 }), knownAt + 1) : knownAt + 1',
  },
];
