/**
 * The one table of operating failures: what can go wrong, which exit code it means, whether trying
 * again helps, and what a person does about it.
 */

/** Exit codes of the command line: a contract, since checks from outside rely on them. */
export const EXIT = { done: 0, fault: 1, usage: 2, input: 3, service: 4, store: 5, bug: 70, interrupted: 130 } as const;

/** What an error code means. */
interface ErrorKind {
  readonly exit: (typeof EXIT)[keyof typeof EXIT];
  /** Whether the same command may succeed later although nobody mends anything. */
  readonly retryable: boolean;
  /** What to do, where the place of the failure knows nothing better. */
  readonly remedy: string;
}

const mend = (exit: ErrorKind['exit'], remedy: string): ErrorKind => ({ exit, retryable: false, remedy });
const wait = (exit: ErrorKind['exit'], remedy: string): ErrorKind => ({ exit, retryable: true, remedy });

/** Every failure code and what it means. */
export const ERRORS = {
  usage: mend(EXIT.usage, 'brewhouse COMMAND --help says how it is used'),
  recipe_invalid: mend(EXIT.usage, 'mend the recipe: docs/reference.md lists its keys'),
  domain_invalid: mend(EXIT.usage, 'mend the domain file: docs/reference.md lists its keys'),
  mapping_invalid: mend(EXIT.usage, 'mend the mapping: docs/reference.md lists its keys'),
  source_invalid: mend(EXIT.usage, 'mend source.yaml: docs/reference.md lists its keys'),
  template_invalid: mend(EXIT.usage, 'mend the template: docs/reference.md lists its keys'),
  tokenizer_refused: mend(EXIT.usage, 'brewhouse tokenizer check PATH tells what is wrong with it'),
  label_words_clash: mend(
    EXIT.usage,
    'rename one in the domain (will, past or name) so that the first differing tokens are all different',
  ),
  context_too_short: mend(EXIT.usage, 'raise corpus.context or lower corpus.levels in the recipe'),
  action_unknown: mend(EXIT.usage, 'add it to actions, exposures or ignored in the domain file'),
  inputs_changed: mend(EXIT.usage, 'name another --lake, or bring the files back as they were'),
  key_missing: mend(EXIT.usage, 'set BREWHOUSE_KEY to the key that the release was made with'),
  not_found: mend(EXIT.usage, 'mend the path or the name'),
  input_unreadable: mend(EXIT.input, 'look at the file and its disk'),
  lake_broken: mend(EXIT.input, 'restore the file, or make the lake again from the event files'),
  release_broken: mend(EXIT.input, 'make the release again'),
  fenced: wait(EXIT.store, 'two commands work on one lake: let the other one end, then run this one again'),
  store_refused: mend(EXIT.store, 'name a folder that can be read and written, on a file system with hard links'),
  store_busy: wait(EXIT.store, 'run the same command again: what is committed stays'),
  broker_gone: wait(EXIT.service, 'look whether the brokers run and can be reached; what is committed stays'),
  broker_refused: mend(EXIT.service, 'give this user the right to read and write the topics and to join the group'),
  topic_missing: mend(EXIT.service, 'make the topic, or mend its name'),
  topic_changed: mend(EXIT.service, 'a topic that was made anew feeds another lake: name one'),
  offsets_missing: mend(EXIT.service, 'bring the records back, or make the lake anew from event files that have them'),
  disk_full: mend(
    EXIT.store,
    'make room and run the same command again: what is committed stays, the rest is done again',
  ),
  tokens_differ: mend(
    EXIT.fault,
    'this is a text at whose border the tokenizer merges: please report it; brewhouse tokenizer check shows more',
  ),
  interrupted: wait(EXIT.interrupted, 'what is committed stays; run the same command again to go on'),
} as const satisfies Readonly<Record<string, ErrorKind>>;

/** One of ERRORS. */
export type ErrorCode = keyof typeof ERRORS;

/** Where a failure was seen: any of file, line (from 1) and field; shown after the message. */
export interface ErrorPlace {
  readonly file?: string;
  readonly line?: number;
  readonly field?: string;
}

/** What a place of failure knows beside code and message. */
export interface ErrorFacts {
  readonly place?: ErrorPlace;
  /** In place of the remedy of the code. */
  readonly remedy?: string;
  readonly cause?: unknown;
}

/**
 * An operating failure that a person can mend. `message` says what failed and on which name;
 * `remedy` says what to do. Broken invariants are plain `Error`s instead: they are bugs of ours and
 * end with exit code 70.
 */
export class BrewhouseError extends Error {
  readonly code: ErrorCode;
  readonly place: ErrorPlace;
  readonly remedy: string;

  constructor(code: ErrorCode, message: string, { place = {}, remedy, cause }: ErrorFacts = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'BrewhouseError';
    this.code = code;
    this.place = place;
    this.remedy = remedy ?? ERRORS[code].remedy;
  }

  /** Exit code of a command that ends with this error. */
  get exitCode(): number {
    return ERRORS[this.code].exit;
  }

  /** Whether the same command may succeed later although nobody mends anything. */
  get retryable(): boolean {
    return ERRORS[this.code].retryable;
  }
}

/** The same failure, told by somebody who knows more of its place or remedy. */
export function amendError(error: BrewhouseError, { place, remedy }: Omit<ErrorFacts, 'cause'>): BrewhouseError {
  const facts = { place: { ...error.place, ...place }, remedy: remedy ?? error.remedy, cause: error };
  return new BrewhouseError(error.code, error.message, facts);
}

/** One to four lines for stderr: what failed, where, what to do. */
export function describeError(error: BrewhouseError): string {
  if (error.code === 'interrupted') return `interrupted: ${error.remedy}`;
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

/** An error as it crosses threads: `code` is null for a bug, `cause` where there is none. */
export interface PackedError {
  readonly code: ErrorCode | null;
  readonly name: string;
  readonly message: string;
  readonly place: ErrorPlace;
  readonly remedy: string;
  readonly stack: string;
  readonly cause: PackedError | null;
}

/** Longer chains of causes are circles. */
const CAUSES_MAX = 16;

/**
 * Makes of whatever was thrown what `postMessage` carries whole: a class does not survive the way
 * between threads by itself, nor do its fields.
 */
export function packError(error: unknown, depth = 0): PackedError {
  const isOurs = error instanceof BrewhouseError;
  const { name, message, stack = '', cause: before } = error instanceof Error ? error : new Error(String(error));
  const { code, place, remedy } = isOurs ? error : { code: null, place: {}, remedy: '' };
  const cause = before === undefined || depth >= CAUSES_MAX ? null : packError(before, depth + 1);
  return { code, name, message, place, remedy, stack, cause };
}

/** The error of another thread, with that thread's stack and the chain of its causes. */
export function unpackError({ code, name, message, stack, cause, ...facts }: PackedError): Error {
  const chain = cause === null ? {} : { cause: unpackError(cause) };
  const error = code === null ? new Error(message, chain) : new BrewhouseError(code, message, { ...facts, ...chain });
  return Object.assign(error, { name, stack });
}

/** Letters of a foreign name that a message repeats. */
const QUOTED_LETTERS_MAX = 80;

/**
 * A name out of somebody's files as a message may repeat it: clipped, and with what a terminal
 * would obey or hide written as `\u{7f}`.
 */
export function quotedName(name: string, lettersMax: number = QUOTED_LETTERS_MAX): string {
  const clipped = name.length > lettersMax ? `${name.slice(0, lettersMax)}...` : name;
  return clipped.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (letter) => `\\u{${letter.codePointAt(0)?.toString(16)}}`,
  );
}

/**
 * The nearest of `known` to a mistyped `name` (one letter wrong, or a third of them; two swapped
 * ones count as one); undefined where nothing is near.
 */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(name.length / 3));
  const own = [...name.toLowerCase()];
  for (const candidate of known) {
    const other = [...candidate.toLowerCase()];
    // No fewer letters are wrong than one has more than the other.
    if (Math.abs(own.length - other.length) > least) continue;
    const distance = editDistance(own, other);
    if (distance < least || (distance === least && best === undefined)) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

/** A remedy for a mistyped `name`: the nearest of `known`, or `otherwise` with all of them. */
export function nearestRemedy(name: string, known: readonly string[], otherwise: string): string {
  const near = nearestName(name, known);
  return near === undefined ? `${otherwise} ${known.join(', ')}` : `did you mean ${near}?`;
}

/** Letters that are put in, left out, replaced, or swapped with the next one. */
function editDistance(own: readonly string[], other: readonly string[]): number {
  let before: number[] = [];
  let row = Array.from({ length: other.length + 1 }, (_, j) => j);
  for (let i = 1; i <= own.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const isSame = own[i - 1] === other[j - 1];
      const isSwapped = i > 1 && j > 1 && own[i - 1] === other[j - 2] && own[i - 2] === other[j - 1];
      next.push(
        Math.min(
          (row[j] ?? 0) + 1,
          (next[j - 1] ?? 0) + 1,
          (row[j - 1] ?? 0) + (isSame ? 0 : 1),
          isSwapped ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    before = row;
    row = next;
  }
  return row[other.length] ?? 0;
}

/** The path as `corpus.tasks[0].form`. */
export function spellPath(path: readonly PropertyKey[]): string {
  return path
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i === 0 ? '' : '.'}${String(part)}`))
    .join('');
}

/** The error of a file whose texts no hash could name, since one of them is not well-formed. */
export function halfPairError(code: ErrorCode, place: ErrorPlace): BrewhouseError {
  const remedy = 'write both halves, or the letter itself';
  return new BrewhouseError(code, 'a text holds half of a surrogate pair', { place, remedy });
}
