/** The one table of operating failures: what can go wrong, which exit code it means, and how it is said in one to four lines. */

/** Exit codes of the command line (a contract: checks from outside rely on them). */
export const EXIT = {
  done: 0,
  fault: 1,
  usage: 2,
  input: 3,
  service: 4,
  store: 5,
  bug: 70,
  interrupted: 130,
} as const;

/** Every failure code with the exit code it ends a command with. */
export const ERROR_CODES = {
  usage: EXIT.usage,
  recipe_invalid: EXIT.usage,
  domain_invalid: EXIT.usage,
  mapping_invalid: EXIT.usage,
  template_invalid: EXIT.usage,
  tokenizer_refused: EXIT.usage,
  label_words_clash: EXIT.usage,
  context_too_short: EXIT.usage,
  action_unknown: EXIT.usage,
  inputs_changed: EXIT.usage,
  key_missing: EXIT.usage,
  not_found: EXIT.usage,
  input_unreadable: EXIT.input,
  lake_broken: EXIT.input,
  release_broken: EXIT.input,
  fenced: EXIT.store,
  store_refused: EXIT.store,
  disk_full: EXIT.store,
  tokens_differ: EXIT.fault,
  interrupted: EXIT.interrupted,
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Where a failure was seen: any of file, line (from 1) and field; shown behind the message. */
export interface ErrorPlace {
  readonly file?: string;
  readonly line?: number;
  readonly field?: string;
}

/**
 * An operating failure that a person can mend. `message` says what failed and on which name; `remedy` says what to do.
 * Broken invariants are plain `Error`s instead: they are bugs of ours and end with exit code 70.
 */
export class BrewhouseError extends Error {
  readonly code: ErrorCode;
  readonly place: ErrorPlace;
  readonly remedy: string;
  readonly retryable: boolean;

  constructor(
    code: ErrorCode,
    message: string,
    options: { place?: ErrorPlace; remedy?: string; retryable?: boolean; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'BrewhouseError';
    this.code = code;
    this.place = options.place ?? {};
    this.remedy = options.remedy ?? '';
    this.retryable = options.retryable ?? false;
  }

  get exitCode(): number {
    return ERROR_CODES[this.code];
  }
}

/** One to four lines for stderr: what failed, where, what to do. */
export function describeError(error: BrewhouseError): string {
  const { file, line, field } = error.place;
  const where = [
    file === undefined ? '' : line === undefined ? file : `${file}:${line}`,
    field === undefined ? '' : `field ${field}`,
  ]
    .filter((part) => part !== '')
    .join(', ');
  return [
    `error: ${error.message}`,
    ...(where === '' ? [] : [`  at ${where}`]),
    ...(error.remedy === '' ? [] : [`  ${error.remedy}`]),
  ].join('\n');
}

/** Letters of a foreign name that a message repeats. */
const SHOWN_LETTERS_MAX = 80;

/** A name out of somebody's files as a message may repeat it: clipped, and with what a terminal would obey or hide written as `\u{7f}`. */
export function shownName(name: string, lettersMax: number = SHOWN_LETTERS_MAX): string {
  const clipped = name.length > lettersMax ? `${name.slice(0, lettersMax)}...` : name;
  return clipped.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (letter) => `\\u{${letter.codePointAt(0)!.toString(16)}}`,
  );
}

/** The nearest of `known` to a mistyped `name` (Levenshtein, at most a third of its letters wrong), or undefined. */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.floor(name.length / 3) + 1;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least || (distance === least && best === undefined)) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length]!;
}
