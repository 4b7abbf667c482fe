/** The row that a card tells as text, and how it is written (PUBLISH-4). */
import { number, type ReleaseRow, text } from './release-row.ts';

/** What of a row the card tells. */
export interface ToldRow {
  /** Its number in train, from 0. */
  readonly row: number;
  readonly task: string;
  readonly template: string;
  readonly label: string;
  readonly ids: Int32Array;
}

/** A row that the card may tell, with its history entries in the prompt. */
export interface SeenRow {
  readonly entries: number;
  readonly told: ToldRow;
}

/** Sees rows of a release in order, and knows at the end which one the card tells. */
export interface ToldRowChoice {
  see(row: Pick<ReleaseRow, 'place' | 'ids' | 'meta'>): void;
  /** Those that count. */
  seen(): readonly SeenRow[];
  chosen(): ToldRow | undefined;
}

const SEEN_MAX = 100;
const ENTRIES_WANTED = 3;

/**
 * The shortest of the first hundred rows of train with three history entries in the prompt, or with
 * as many as there are in any.
 */
export function choosingToldRow(before: readonly SeenRow[] = []): ToldRowChoice {
  const seen = before.slice(0, SEEN_MAX);
  return {
    see({ place, ids, meta }) {
      if (place.split !== 'train' || place.row >= SEEN_MAX || seen.length >= SEEN_MAX) return;
      const words = { task: text(meta.task), template: text(meta.template), label: text(meta.label) };
      seen.push({ entries: number(meta.n_history_shown), told: { row: place.row, ids: ids.slice(), ...words } });
    },
    seen: () => seen,
    chosen() {
      const most = Math.max(...seen.map(({ entries }) => entries));
      const wanted = Math.min(most, ENTRIES_WANTED);
      const enough = seen.filter(({ entries }) => entries >= wanted).map(({ told }) => told);
      const shortest = Math.min(...enough.map(({ ids }) => ids.length));
      return enough.find(({ ids }) => ids.length === shortest);
    },
  };
}

const LETTERS_MAX = 4_000;
const [BEGIN, END] = [2_500, 1_500];

/** The lines of the text between two fences that it does not hold itself. */
export function fencedLines(told: string): string[] {
  const letters = Array.from(told.replace(/[^\P{Cc}\n]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, codeOf));
  const left = letters.length - BEGIN - END;
  const lines =
    letters.length > LETTERS_MAX
      ? [
          letters.slice(0, BEGIN).join(''),
          `[... ${left} characters are left out here ...]`,
          letters.slice(-END).join(''),
        ]
      : [letters.join('')];
  let fence = '```';
  while (lines.some((line) => line.includes(fence))) fence += '`';
  return [`${fence}text`, ...lines, fence];
}

function codeOf(sign: string): string {
  return `<U+${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}>`;
}
