/** The domain and the templates as an identity holds them, defaults left out. */
import {
  broken,
  closed,
  flag,
  listOf,
  objectOf,
  optional,
  orElse,
  orEmpty,
  type Shape,
  type Shaped,
  text,
  whole,
} from '../shapes.ts';

const names = orElse(listOf(text), []);
const actionShape = closed({ name: text, will: text, past: text, ask: optional(text), positive: orElse(flag, false) });

/** How members, items and actions are spoken. */
export const domainShape = closed({
  name: text,
  item: closed({ one: text, many: text, line: text }),
  profile: text,
  exposures: names,
  actions: listOf(actionShape, 1),
  none: closed({ name: text, will: text, past: optional(text) }),
  ignored: names,
  at_exposure: names,
});

/** One action; a domain lists them strongest first. */
export type DomainAction = Shaped<typeof actionShape>;
/** How members, items and actions are spoken. */
export type Domain = Shaped<typeof domainShape>;

const lines = listOf(text, 1);
const historyShape = closed({ heading: lines, group: text, dated: text, undated: text });

/** The headings of a history block. */
export type HistoryHeadings = Shaped<typeof historyShape>;

/** One part of a prompt. */
export type Block =
  | { readonly kind: 'text' | 'note' | 'profile'; readonly lines: readonly string[] }
  | { readonly kind: 'history'; readonly headings: HistoryHeadings }
  | { readonly kind: 'shown'; readonly label: string }
  | { readonly kind: 'item' }
  | { readonly kind: 'candidates'; readonly letter: string };

const lettersShape = closed({ letter: text });

const blockShape: Shape<Block> = (value, field) => {
  const [[kind, content] = [], ...others] = Object.entries(objectOf(value, field));
  const inside = `${field}.${kind}`;
  if (others.length > 0) throw broken(field, 'one block');
  switch (kind) {
    case 'text':
    case 'note':
    case 'profile':
      return { kind, lines: lines(content, inside) };
    case 'history':
      return { kind, headings: historyShape(content, inside) };
    case 'shown':
      return { kind, label: text(content, inside) };
    case 'item':
      return { kind };
    case 'candidates':
      return { kind, letter: lettersShape(content, inside).letter };
    default:
      throw broken(field, 'a block of a template');
  }
};

/** The first line and the last are fused with the frame, so they are text (FRAME-1). */
const blocksShape: Shape<readonly Block[]> = (value, field) => {
  const blocks = listOf(blockShape, 2)(value, field);
  if (blocks[0]?.kind === 'text' && blocks.at(-1)?.kind === 'text') return blocks;
  throw broken(field, 'a list that begins and ends with text');
};

/** One phrasing of a form. */
export const templateShape = closed({
  id: text,
  version: whole(1),
  form: text,
  held_out: orElse(flag, false),
  blocks: blocksShape,
  answer: text,
  nothing_more: optional(text),
  ages: orEmpty(
    closed({
      today: orElse(text, 'Today'),
      yesterday: orElse(text, 'Yesterday'),
      days: orElse(text, '{n} days ago'),
      week: orElse(text, '1 week ago'),
      weeks: orElse(text, '{n} weeks ago'),
      month: orElse(text, '1 month ago'),
      months: orElse(text, '{n} months ago'),
    }),
  ),
});

/** One phrasing of a form. */
export type Template = Shaped<typeof templateShape>;
