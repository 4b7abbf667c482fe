/**
 * A filled row is written: its pieces joined in the template's order, each with role and origin,
 * then the answer.
 */
import { nth } from '../checked.ts';
import type { Block, HistoryBlock } from './blocks.ts';
import { type FilledRow, lineAt } from './fill-row.ts';
import type { Line } from './lines.ts';
import { addPiece, endRow, openTokens, type PieceOrigin, type RowColumns } from './row-columns.ts';

/** Writes the prompt as a row without an answer: what a serving system asks with. */
export function writePrompt(columns: RowColumns, row: FilledRow): void {
  addPrompt(columns, row);
  endRow(columns, [], row.ledger);
}

/** Tokens of the row that `writeRow` writes. */
export function rowTokens(row: FilledRow, label: string): number {
  return row.promptTokens + answerOf(row, label).length + row.lines.frame.end.length;
}

/**
 * Writes the prompt and, joined to it afterwards, the label's answer and the end token, which alone
 * are supervised (FRAME-4). ANSWER NEVER CUT, CONTEXT NEVER EXCEEDED: filling left room for the
 * longest answer. Throws Error where the template has no answer for the label.
 */
export function writeRow(columns: RowColumns, row: FilledRow, label: string): void {
  const answer = answerOf(row, label);
  addPrompt(columns, row);
  addPiece(columns, answer, { role: 'answer' });
  addPiece(columns, row.lines.frame.end, { role: 'control' });
  const tokens = openTokens(columns);
  if (tokens > row.context) throw new Error(`a row of ${tokens} tokens in a context of ${row.context}`);
  endRow(columns, [row.promptTokens, tokens], row.ledger);
}

function answerOf({ outline: { template } }: FilledRow, label: string): Int32Array {
  const answer = template.answers.get(label);
  if (answer === undefined) throw new Error(`no answer for the label ${label} in template ${template.template.id}`);
  return answer;
}

/** The blocks in the template's order, and what has nothing to say left out (TEMPLATE-4). */
function addPrompt(columns: RowColumns, row: FilledRow): void {
  const { head, tail, headFrame, tailLine } = row.lines.frame;
  addPiece(columns, head.subarray(0, headFrame), { role: 'control' });
  addPiece(columns, head.subarray(headFrame), { role: 'instruction' });
  for (const block of row.outline.template.blocks) addBlock(columns, row, block);
  addPiece(columns, tail.subarray(0, tailLine), { role: 'question' });
  addPiece(columns, tail.subarray(tailLine), { role: 'control' });
  const tokens = openTokens(columns);
  if (tokens !== row.promptTokens)
    throw new Error(`a prompt of ${tokens} tokens that was filled to ${row.promptTokens}`);
}

function addBlock(columns: RowColumns, row: FilledRow, block: Block): void {
  const { items, profile, exposure } = row.lines;
  const { question } = row.outline;
  switch (block.kind) {
    case 'lines':
      addPiece(columns, block.ids, { role: block.role });
      break;
    case 'profile':
      if (profile === undefined) break;
      addPiece(columns, block.heading, { role: 'profile' });
      addLine(columns, profile, { role: 'profile', event: question.profile?.eventId ?? '', level: 'profile' });
      break;
    case 'history':
      addHistory(columns, row, block);
      break;
    case 'shown':
      if (exposure !== undefined)
        addLine(columns, exposure, { role: 'question', event: question.exposure.eventId, level: 'shown' });
      break;
    case 'item':
    case 'candidates':
      for (const [i, { eventId: version }] of question.items.entries()) {
        if (block.kind === 'candidates') addPiece(columns, nth(block.letters, i), { role: 'question' });
        addLine(columns, nth(items, i), { role: 'question', version, level: 'question' });
      }
  }
}

function addLine(columns: RowColumns, { ids, fields }: Line, origin: Omit<PieceOrigin, 'fields'>): void {
  addPiece(columns, ids, { ...origin, fields });
}

function addHistory(columns: RowColumns, { lines, filling, outline }: FilledRow, block: HistoryBlock): void {
  const { history } = outline.question;
  if (filling.fitted.length > 0) addPiece(columns, block.heading, { role: 'history' });
  let heading = -1;
  for (const { entry, level } of filling.fitted) {
    const event = history.eventIdAt(entry.entry);
    if (entry.heading !== heading)
      addPiece(columns, nth(lines.headings, entry.heading).ids, { role: 'history', event });
    heading = entry.heading;
    addLine(columns, lineAt(entry, level), {
      role: 'history',
      event,
      version: history.versionAt(entry.entry).eventId,
      level,
    });
  }
}
