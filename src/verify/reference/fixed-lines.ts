/** What a template says beside the texts of data: its lines, headings and answers in words. */

import { DAY_MS } from '../events/raw-times.ts';
import { letterOf } from '../forms/form.ts';
import type { Block, Template } from '../identity/domain.ts';
import type { Vocabulary } from '../world/vocabulary.ts';
import { readsAsControl } from './lines.ts';
import { actionPhrase, agePhrase, answersOf, fillTemplate, groupPhrase, promptSlots } from './phrases.ts';
import type { TaskRule } from './tasks.ts';

/** Days ago of which each is told in other words (HIST-6). */
const AGES = [0, 1, 2, 7, 14, 30, 60];

/** Every fixed text of a task under a template that may not be told (TEMPLATE-5). */
export function untellable(task: TaskRule, template: Template, vocabulary: Vocabulary): string[] {
  const lines = template.blocks.flatMap((block) => linesOf(block, { task, template, vocabulary }));
  const answers = answersOf(task, template, vocabulary).map(({ text }) => text);
  return [
    ...lines.filter((line) => isOrder(line) || /^([\p{White_Space}/]|$)/u.test(line)),
    ...answers.filter(isOrder),
  ];
}

function isOrder(text: string): boolean {
  return /[\n\r]/.test(text) || readsAsControl(text);
}

interface Scope {
  readonly task: TaskRule;
  readonly template: Template;
  readonly vocabulary: Vocabulary;
}

function linesOf(block: Block, { task, template, vocabulary }: Scope): string[] {
  const slots = promptSlots(task, vocabulary);
  const filled = (lines: readonly string[], own = {}) => lines.map((line) => fillTemplate(line, { ...slots, ...own }));
  switch (block.kind) {
    case 'text':
      return filled(vocabulary.domain.profile === undefined ? block.withoutProfile : block.lines);
    case 'note':
      return task.note === undefined ? [] : filled(block.lines);
    case 'profile':
      return filled(block.lines);
    case 'shown':
      return filled([block.label]);
    case 'item':
      return [];
    case 'candidates':
      return task.rules.labels.flatMap((_, index) => filled([block.letter], { letter: letterOf(index) }));
    case 'history': {
      const { heading, group, dated, undated } = block.headings;
      const ranks = Array.from({ length: vocabulary.noneRank + 1 }, (_, rank) => rank);
      const groups = ranks.flatMap((rank) => filled([group], { group: groupPhrase(vocabulary, rank) }));
      const actions = ranks.map((rank) => actionPhrase(vocabulary, rank));
      const dates = AGES.map((days) => agePhrase(template, 0, days * DAY_MS)).flatMap((age) =>
        actions.flatMap((action) => filled([dated], { age, action })),
      );
      const undatedOnes = actions.flatMap((action) => filled([undated], { action }));
      return [...filled(heading), ...(task.order === 'by_action' ? groups : [...dates, ...undatedOnes])];
    }
  }
}
