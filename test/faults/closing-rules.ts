/** Rules of when a question closes, and of what is known by then, switched off one at a time. */
import type { PlantedRule } from './planted-rule.ts';

/** What is a label, and from when on. */
export const CLOSING: readonly PlantedRule[] = [
  {
    builder: 'counts an action that is known only when its question has closed',
    check: 'label',
    rule: 'LABEL-2',
    file: 'src/timeline/labels.ts',
    from: 'const isKnown = floatAt(timeline.knownAt, i) < window.closesAt;',
    to: 'const isKnown = true;',
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
    from: 'for (let i = lowerBound(timeline.at, t); i < timeline.size && floatAt(timeline.at, i) < end; i++) {',
    to: `const last = window.closesAt;
  for (let i = lowerBound(timeline.at, t); i < timeline.size && floatAt(timeline.at, i) < last; i++) {`,
  },
  {
    builder: 'settles a label with the first of its actions, whatever was known first',
    check: 'sidecar',
    rule: 'LABEL-3',
    file: 'src/timeline/labels.ts',
    from: 'if (rank === strongest && !isKnownSooner(timeline, i, decidedBy)) continue;',
    to: 'if (rank === strongest) continue;',
  },
  {
    builder: 'answers with the next action in order, whatever is known first',
    check: 'label',
    rule: 'NEXT-1',
    file: 'src/timeline/labels.ts',
    from: 'if (next === undefined || isKnownSooner(timeline, i, next.decidedBy)) next =',
    to: 'if (next === undefined) next =',
  },
  {
    builder: 'answers with an action that came before, and was known after',
    check: 'label',
    rule: 'NEXT-1',
    file: 'src/timeline/labels.ts',
    from: 'for (let i = openingEvent + 1; i < timeline.size && floatAt(timeline.at, i) < end; i++) {',
    to: 'for (let i = 0; i < timeline.size && floatAt(timeline.at, i) < end; i++) {',
  },
  {
    builder: 'caps a day from its end',
    check: 'question',
    rule: 'OPEN-5',
    file: 'src/timeline/openings.ts',
    from: 'for (const { event, reference } of asked) {',
    to: 'for (const { event, reference } of asked.toReversed()) {',
  },
  {
    builder: 'shows as "did not interact" what may still become known to have been taken',
    check: 'history',
    rule: 'HIST-2',
    file: 'src/timeline/history.ts',
    from: 'closesAt(at, floatAt(timeline.knownAt, exposure), rules) <= rules.t',
    to: 'at + rules.windowMs <= rules.t',
  },
];
