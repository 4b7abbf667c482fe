/** Rules of how texts are cut and spoken, switched off one at a time. */
import type { PlantedRule } from './planted-rule.ts';

/** What a prompt says. */
export const SAID: readonly PlantedRule[] = [
  {
    builder: 'cuts at the end of a word, however much of the level that leaves',
    check: 'prompt',
    rule: 'CUT-2',
    file: 'src/prompt/levels.ts',
    from: 'if (end !== undefined && isHalfUsed(line.text, end.place, border)) return end.cut;',
    to: 'if (end !== undefined) return end.cut;',
  },
  {
    builder: 'cuts inside a word where its end would do',
    check: 'prompt',
    rule: 'CUT-2',
    file: 'src/prompt/levels.ts',
    from: "if (text[end - 1] !== ' ' && (end === to || text[end] === ' ')) yield end;",
    to: "if (text[end - 1] !== ' ') yield end;",
  },
  {
    builder: 'leaves a longer beginning of a long field',
    check: 'candidates',
    rule: 'CAND-9',
    file: 'src/prompt/field-text.ts',
    from: 'return POINTS_A_TOKEN * Math.max(...Object.values(levels));',
    to: 'return 100 * POINTS_A_TOKEN * Math.max(...Object.values(levels));',
  },
  {
    builder: 'says the whole line at the level title',
    check: 'prompt',
    rule: 'CUT-1',
    file: 'src/prompt/texts.ts',
    from: "pattern: level === 'title' ? titlePattern : itemPattern,",
    to: 'pattern: itemPattern,',
  },
  {
    builder: 'lets an item look like an order to the model',
    check: 'prompt',
    rule: 'TEXT-2',
    file: 'src/tokenize/clean-field.ts',
    from: 'if (!beginsMarker(text, index)) continue;',
    to: 'continue;',
  },
  {
    builder: 'speaks of an action by its name',
    check: 'prompt',
    rule: 'TEMPLATE-3',
    file: 'src/timeline/vocabulary.ts',
    from: 'return spoken ?? name;',
    to: 'return name;',
  },
  {
    builder: 'tells ages under a day',
    check: 'prompt',
    rule: 'HIST-6',
    file: 'src/prompt/phrases.ts',
    from: 'if (days <= 0) return 0;',
    to: 'if (days <= 0) return t - at < 3_600_000 ? 0 : 1;',
  },
];
