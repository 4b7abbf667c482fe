/** Questions to rows in numbers: no text, no token and no object a history entry. */
import type { ItemVersion } from '../timeline/item-table.ts';
import type { Question } from '../timeline/questions.ts';
import { sameIds } from '../tokenize/token-ids.ts';
import { createFilling } from './fill.ts';
import { beginRow, fillRow } from './fill-row.ts';
import { itemLine } from './item-lines-table.ts';
import { createKnownTexts, type KnownTexts, QUESTION_LEVEL } from './known-texts.ts';
import type { RowOutline } from './outline.ts';
import type { CorpusPlan } from './plan.ts';
import { clearDraft, type RowDraft } from './row-draft.ts';
import { writeAnswer, writePrompt } from './write-row.ts';

/** What rows are made by. */
export interface RowMaker {
  readonly known: KnownTexts;
  /**
   * Makes the row of the outline in `draft`; without a label the prompt alone. False: texts that it
   * wants are missing (`known.missing`), and the draft holds nothing of use. Throws Error where the
   * template has no answer for the label.
   */
  make(draft: RowDraft, outline: RowOutline, label: string | undefined): boolean;
  /**
   * Asks for what every row wants before its history, where it is not known: its frame, its own
   * lines and the items that it asks about. True: all of it is known.
   */
  wantOwn(draft: RowDraft, outline: RowOutline): boolean;
  /** Asks for what the row wants and is not known, as `make` does, and makes nothing of it. */
  want(draft: RowDraft, outline: RowOutline): void;
  /** Two of the items that the row asks about read the same (CAND-9); of a row that was made. */
  hasAlike(question: Question): boolean;
}

/** Bound: as of `createKnownTexts`. */
export function createRowMaker(plan: CorpusPlan, versionAt: (number: number) => ItemVersion): RowMaker {
  const known = createKnownTexts(plan, versionAt);
  const means = { plan, known, filling: createFilling() };
  const begin = (draft: RowDraft, outline: RowOutline) => {
    clearDraft(draft);
    return beginRow(known, draft, outline);
  };
  return {
    known,
    wantOwn: (draft, outline) => begin(draft, outline) !== undefined,
    want(draft, outline) {
      const row = begin(draft, outline);
      if (row !== undefined) fillRow(means, draft, row);
    },
    make(draft, outline, label) {
      const row = begin(draft, outline);
      if (row === undefined || !fillRow(means, draft, row)) return false;
      writePrompt(means, draft, row);
      if (label !== undefined) writeAnswer(means, draft, { ...row, label });
      return true;
    },
    hasAlike({ items }) {
      const lineOf = ({ number }: ItemVersion) => known.items.idsOf(itemLine(number, QUESTION_LEVEL));
      return items.some((item, i) => items.slice(0, i).some((other) => sameIds(lineOf(item), lineOf(other))));
    },
  };
}
