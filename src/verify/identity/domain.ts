/** The domain and the templates as an identity holds them, defaults left out. */
import * as is from '../shapes.ts';

const names = is.orElse(is.listOf(is.text), []);
const actionShape = is.closed({
  ...{ name: is.text, will: is.text, past: is.text, ask: is.optional(is.text) },
  positive: is.orElse(is.flag, false),
});

/** How members, items and actions are spoken. */
export const domainShape = is.closed({
  name: is.text,
  item: is.closed({ one: is.text, many: is.text, line: is.text }),
  profile: is.text,
  actions: is.listOf(actionShape, 1),
  none: is.closed({ name: is.text, will: is.text, past: is.optional(is.text) }),
  ...{ exposures: names, ignored: names, at_exposure: names },
});

/** One action; a domain lists them strongest first. */
export type DomainAction = is.Shaped<typeof actionShape>;
/** How members, items and actions are spoken. */
export type Domain = is.Shaped<typeof domainShape>;

const lines = is.listOf(is.text, 1);
const historyShape = is.closed({ heading: lines, group: is.text, dated: is.text, undated: is.text });

/** The headings of a history block. */
export type HistoryHeadings = is.Shaped<typeof historyShape>;

/** One part of a prompt. */
export type Block =
  | { readonly kind: 'text' | 'note' | 'profile'; readonly lines: readonly string[] }
  | { readonly kind: 'history'; readonly headings: HistoryHeadings }
  | { readonly kind: 'shown'; readonly label: string }
  | { readonly kind: 'item' }
  | { readonly kind: 'candidates'; readonly letter: string };

const lettersShape = is.closed({ letter: is.text });

const blockShape: is.Shape<Block> = (value, field) => {
  const [[kind, content] = [], ...others] = Object.entries(is.objectOf(value, field));
  if (others.length > 0) throw is.broken(field, 'one block');
  const inside = `${field}.${kind}`;
  if (kind === 'text' || kind === 'note' || kind === 'profile') return { kind, lines: lines(content, inside) };
  if (kind === 'history') return { kind, headings: historyShape(content, inside) };
  if (kind === 'shown') return { kind, label: is.text(content, inside) };
  if (kind === 'candidates') return { kind, letter: lettersShape(content, inside).letter };
  if (kind === 'item') return { kind };
  throw is.broken(field, 'a block of a template');
};

/** The first line and the last are fused with the frame, so they are text (FRAME-1). */
const blocksShape: is.Shape<readonly Block[]> = (value, field) => {
  const blocks = is.listOf(blockShape, 2)(value, field);
  if (blocks[0]?.kind === 'text' && blocks.at(-1)?.kind === 'text') return blocks;
  throw is.broken(field, 'a list that begins and ends with text');
};

const word = (usual: string) => is.orElse(is.text, usual);
const agesShape = is.closed({
  ...{ today: word('Today'), yesterday: word('Yesterday'), days: word('{n} days ago') },
  ...{ week: word('1 week ago'), weeks: word('{n} weeks ago') },
  ...{ month: word('1 month ago'), months: word('{n} months ago') },
});

/** One phrasing of a form. */
export const templateShape = is.closed({
  ...{ id: is.text, version: is.whole(1), form: is.text, held_out: is.orElse(is.flag, false) },
  blocks: blocksShape,
  answer: is.text,
  nothing_more: is.optional(is.text),
  ages: is.orEmpty(agesShape),
});

/** One phrasing of a form. */
export type Template = is.Shaped<typeof templateShape>;
