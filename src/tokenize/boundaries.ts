/** Checks that a tokenizer can be fed line by line: a fixed set of hard pairs, joined and whole. */
import { nth } from '../checked.ts';
import { BrewhouseError } from '../errors.ts';
import type { LoadedTokenizer } from './load-tokenizer.ts';
import { joinIds, sameIds } from './token-ids.ts';

/**
 * Ends of lines in prompts: what is known to merge with a line end, and one of each script and
 * kind.
 */
const LINE_ENDS = [
  'Austin, Texas)',
  '[Title: Nurse]',
  'Member Profile:',
  'one, two.',
  'why?!',
  'a "quoted"',
  'since 1999',
  '100 %',
  'and/or/',
  'C++',
  'snake_case_',
  'caf\u00e9',
  '\u6f22\u5b57\u3002',
  'done \u{1f600}',
  'joined\u200d',
  '...',
  '\u2014',
];

/** Starts of lines: headings, item lines, and what a domain's line may begin with. */
const LINE_STARTS = [
  '[Title: Cook',
  'Member has',
  '12 days ago',
  '-',
  '# Note',
  'a',
  '\u00c9cole',
  '\u6f22\u5b57',
  '1',
  '(x)',
  '"q"',
  '\u{1f600}',
  '...',
];

/** Two lines whose ids, joined, are not those of the two read as one text. */
export interface BoundaryFault {
  readonly first: string;
  readonly second: string;
  readonly joined: Int32Array;
  readonly whole: Int32Array;
}

/** A line before every pair, so that no family's prefix at a text's beginning takes part. */
const HEAD = 'Instruction:\n';

/**
 * Joined ids are whole-text ids (TOKEN-3), tried on every line end with every line start:
 * `encodeTrusted` of the first line, then `encode` of the two, against `encodeTrusted` of all
 * three. Returns the first pair that differs, or null.
 */
export async function checkBoundaries(tokenizer: LoadedTokenizer): Promise<BoundaryFault | null> {
  const lines = [...LINE_ENDS, ...LINE_STARTS].map((line) => `${line}\n`);
  const [head, ids] = await Promise.all([tokenizer.encodeTrusted(HEAD), tokenizer.encodeMany(lines)]);
  const pairs = LINE_ENDS.flatMap((_, end) => LINE_STARTS.map((_, start) => [end, LINE_ENDS.length + start] as const));
  const wholes = await Promise.all(pairs.map(([a, b]) => tokenizer.encodeTrusted(`${HEAD}${lines[a]}${lines[b]}`)));
  for (const [i, [a, b]] of pairs.entries()) {
    const joined = joinIds([head, nth(ids, a), nth(ids, b)]);
    const whole = nth(wholes, i);
    if (!sameIds(joined, whole)) return { first: nth(lines, a), second: nth(lines, b), joined, whole };
  }
  return null;
}

/** Characters that hardly any vocabulary holds whole: private use, a control, a rare ideograph. */
const RARE_TEXT = '\ue000\u0001\u{2a6d6}';

/**
 * Refuses a tokenizer that fails `checkBoundaries`, naming the pair, or that has an unknown token
 * instead of pieces for rare characters: it would lose text, and put a control token in the place
 * of text. Throws BrewhouseError `tokenizer_refused`.
 */
export async function assertBoundaries(tokenizer: LoadedTokenizer): Promise<void> {
  const rare = await tokenizer.encode(RARE_TEXT);
  if (rare.some((id) => tokenizer.controlIds.has(id) || tokenizer.tokenText(id) === tokenizer.specialTexts.unk_token)) {
    throw new BrewhouseError('tokenizer_refused', `tokenizer ${tokenizer.id} has no pieces for rare characters`, {
      remedy: 'use a tokenizer with bytes in its vocabulary (byte-level BPE, or byte_fallback)',
    });
  }
  const fault = await checkBoundaries(tokenizer);
  if (fault !== null) {
    throw new BrewhouseError('tokenizer_refused', `tokenizer ${tokenizer.id}: ${describeFault(fault)}`, {
      remedy: 'prompts are joined from lines, which this tokenizer does not allow; use another',
    });
  }
}

/** The pair and both lists of ids. */
function describeFault(fault: BoundaryFault): string {
  const pair = `${JSON.stringify(fault.first)} and ${JSON.stringify(fault.second)}`;
  return `the lines ${pair} give ${fault.joined.join(' ')} joined and ${fault.whole.join(' ')} whole`;
}
