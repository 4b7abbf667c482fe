/**
 * Templates as users write them: whatever the schema takes, and most of the time one that a build
 * takes too.
 */
import fc from 'fast-check';
import type { z } from 'zod';
import { Template } from '../../src/forms/template.ts';
import { anyPhrase } from './drawn-domain.ts';
import { type Bias, inputOf } from './from-zod.ts';

/** A template as it is written. */
export type TemplateInput = z.input<typeof Template>;
type Block = TemplateInput['blocks'][number];

const line = anyPhrase(
  ...['What comes next?', 'Past actions are {actions_past}.', 'Will the member {actions_will} the {item}?', '質問：'],
  ...['The {items}:', 'Would the member {ask}, or {ask_positive}?', 'Answer:', 'x', '$& $1', 'Question'],
);
const WORDS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  group: anyPhrase('The member {group} these {items}:', '{group}', '— {group}', '{group}, {group}'),
  dated: anyPhrase('{age}, {action}:', '{action} ({age})', '{age}', 'Once', '{age} {items} {age}'),
  undated: anyPhrase('Some time ago, {action}:', '{action}', 'Once'),
  letter: anyPhrase('{item} {letter}:', '{letter}', '({letter})'),
  answer: anyPhrase('The member will {will}', '{will}', '{letter}', '{yes_no}', 'Answer {letter}'),
  nothing_more: anyPhrase('do nothing more', 'stop'),
  shown: anyPhrase('Shown at', 'Where:', 'x'),
  today: anyPhrase('Today', '{action}', '{n}'),
  days: anyPhrase('{n} days ago', '{n}', '{n} ({n}) {action}'),
  weeks: anyPhrase('{n} weeks ago', '{n} {n}'),
  months: anyPhrase('{n} months ago'),
  id: fc.constantFrom('a', 'b', 'seed', 'constructor', 'length', 'x-1'),
};

const bias: Bias = ({ path, schema }) => {
  if ((schema as z.core.$ZodTypes)._zod.def.type !== 'string') return undefined;
  const key = path.at(-1) ?? '';
  if (Object.hasOwn(WORDS, key)) return WORDS[key];
  return key === 'form' ? undefined : line;
};

/** Some templates; `mended`: but for what a build would refuse of them. */
export function anyTemplates(mended: fc.Arbitrary<boolean>): fc.Arbitrary<TemplateInput[]> {
  const template = fc.tuple(inputOf(Template, bias), mended).map(([template, isMended]) => {
    return isMended ? mend(template as TemplateInput) : (template as TemplateInput);
  });
  // Two of one form and id cannot be told apart: files of a folder never are.
  const one = (template: TemplateInput) => `${template.form}/${template.id}`;
  return fc.uniqueArray(template, { maxLength: 4, selector: one });
}

const HISTORY: Block = {
  history: { heading: ['Before:'], group: '{group}:', dated: '{age}, {action}:', undated: '{action}:' },
};
const CHOSEN = new Set(['retrieval.choose', 'ranking.pairwise']);
const SAID: Readonly<Record<string, string>> = {
  'retrieval.choose': '{letter}',
  'ranking.pairwise': '{letter}',
  'ranking.binary': '{yes_no}',
};

/**
 * Text first and last, one history, one block of what is asked, and an answer that says the label.
 */
function mend(template: TemplateInput): TemplateInput {
  const isChosen = CHOSEN.has(template.form);
  const asked: Block = isChosen ? { candidates: { letter: '{item} {letter}:' } } : { item: true };
  const [kind, other] = isChosen ? ['candidates', 'item'] : ['item', 'candidates'];
  const isFirst = (blocks: readonly Block[], kind: string, i: number) => blocks.findIndex((each) => kind in each) === i;
  const kept = template.blocks
    .filter((block) => !(other in block))
    .filter((block, i, all) => [kind, 'history'].every((each) => !(each in block) || isFirst(all, each, i)));
  const blocks = [
    ...(kept.some((block) => 'history' in block) ? [] : [HISTORY]),
    ...kept,
    ...(kept.some((block) => kind in block) ? [] : [asked]),
  ];
  const text: Block = { text: ['Here:'] };
  const isText = (block: Block | undefined) => block !== undefined && 'text' in block;
  const slot = SAID[template.form] ?? '{will}';
  const said = template.answer.match(/\{[a-z_]+\}/g) ?? [];
  return {
    ...template,
    blocks: [...(isText(blocks[0]) ? [] : [text]), ...blocks, ...(isText(blocks.at(-1)) ? [] : [text])],
    answer: said.length === 1 && said[0] === slot ? template.answer : slot,
  };
}
