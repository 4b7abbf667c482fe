/** The one row that a card shows as text. */
import { harmless } from '../../harmless-text.ts';
import type { ShuffledRow } from '../shuffle.ts';

/** A row of train with what the card says of it. */
export interface CardRow {
  /** Its number in train, from 0. */
  readonly row: number;
  readonly task: string;
  readonly template: string;
  readonly label: string;
  readonly ids: Int32Array;
}

/** Rows that the choice looks at. */
const ROWS_MAX = 100;
/** So many entries of a history are enough to see how one reads. */
const ENTRIES = 3;

/** As much of a row as the choice looks at. */
export type ChoosableRow = Pick<ShuffledRow, 'split' | 'ids'> & {
  readonly meta: Pick<ShuffledRow['meta'], 'task' | 'template' | 'label' | 'n_history_shown'>;
};

/**
 * Of the first 100 rows of train the shortest with a history worth seeing: at least three entries,
 * or as many as any of them has; the first of equals. `rows` come in order of split; undefined
 * where train has none.
 */
export function chooseCardRow(rows: Iterable<ChoosableRow>): CardRow | undefined {
  let best: { readonly entries: number; readonly card: CardRow } | undefined;
  let row = 0;
  for (const { split, ids, meta } of rows) {
    if (split !== 'train' || row === ROWS_MAX) break;
    const entries = Math.min(meta.n_history_shown, ENTRIES);
    const isBetter =
      best === undefined || entries > best.entries || (entries === best.entries && ids.length < best.card.ids.length);
    const { task, template, label } = meta;
    if (isBetter) best = { entries, card: { row, task, template, label, ids: ids.slice() } };
    row++;
  }
  return best?.card;
}

/** Characters (code points) of a row's text that a card holds. */
const TEXT_MAX = 4_000;
/** How many of a longer one come before the cut: the answer is at its end. */
const HEAD = 2_500;

/** A row's text as a block of Markdown that nothing in it ends. */
export function rowBlock(text: string): string {
  const told = shortened(harmless(text));
  const longest = (told.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 2);
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${told}\n${fence}`;
}

function shortened(text: string): string {
  const characters = [...text];
  const cut = characters.length - TEXT_MAX;
  if (cut <= 0) return text;
  const [head, tail] = [characters.slice(0, HEAD), characters.slice(HEAD + cut)];
  return `${head.join('')}\n[... ${cut} characters are left out here ...]\n${tail.join('')}`;
}
