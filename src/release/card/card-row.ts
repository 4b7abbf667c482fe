/** The one row that a card shows as text. */
import { harmless } from '../../harmless-text.ts';
import { packedHead, unpackMeta } from '../packed-rows.ts';

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

/** A row that was chosen, before its tokens are joined. */
export type ChosenRow = Omit<CardRow, 'ids'> & { readonly packed: Uint8Array };

/**
 * Of the first 100 rows of train the shortest with a history worth seeing: at least three entries,
 * or as many as any of them has; the first of equals. `rows`: packed, in order of split; undefined
 * where train has none.
 */
export function chooseCardRow(rows: Iterable<Uint8Array>): ChosenRow | undefined {
  let best: { readonly entries: number; readonly tokens: number; readonly chosen: ChosenRow } | undefined;
  let row = 0;
  for (const each of rows) {
    const { split, tokens } = packedHead(each);
    if (split !== 'train' || row === ROWS_MAX) break;
    const meta = unpackMeta(each);
    const entries = Math.min(meta.n_history_shown, ENTRIES);
    const isBetter = best === undefined || entries > best.entries || (entries === best.entries && tokens < best.tokens);
    const { task, template, label } = meta;
    // A copy: what is handed out holds until the next row.
    const packed = Uint8Array.from(each);
    if (isBetter) best = { entries, tokens, chosen: { row, task, template, label, packed } };
    row++;
  }
  return best?.chosen;
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
