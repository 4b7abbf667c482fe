/**
 * WHO RETRIES: this module, for every request to a store. The same bytes are sent again, later and
 * later, until the store has not answered for as long as the person wants to wait.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { MINUTE_MS, parseDuration, SECOND_MS } from '../../../schemas/durations.ts';
import { storeWait } from '../../config.ts';
import type { Effects } from '../../effects.ts';
import { BrewhouseError } from '../../errors.ts';
import { type Failure, failureOf } from './s3-answers.ts';

/** How long is waited for a store. */
export interface Patience {
  /** Milliseconds for which a request is tried again after it failed first. */
  readonly waitMs: number;
  /** A connection on which nothing moves for so long is given up, and the request made again. */
  readonly silenceMs: number;
}

const WAIT_MS_DEFAULT = 15 * MINUTE_MS;
/** S3 answers within a few seconds; a slow disk behind a server of one's own may need more. */
const SILENCE_MS_DEFAULT = 30 * SECOND_MS;
/**
 * A store that let us in and refuses now may be one whose rights are being changed; rights that are
 * missing do not come by waiting.
 */
const REFUSED_WAIT_MS = 20 * SECOND_MS;
const FIRST_PAUSE_MS = 100;
/** A store that is back is seen within so long. */
const PAUSE_MS_MAX = 10 * SECOND_MS;
/** Shorter waits are everyday life. */
const SAY_AFTER_MS = 2 * SECOND_MS;
const SAY_EVERY_MS = 10 * SECOND_MS;
/** Of one request: more than the longest wait has pauses. */
const TRIES_MAX = 1_000_000;
/** Below this rate a request is given up; a byte now and then must not keep it alive for ever. */
const BYTES_PER_SECOND_MIN = 20_000;

/** As BREWHOUSE_STORE_WAIT says, or 15 minutes. Throws `usage`. */
export function patienceOfProcess(): Patience {
  const text = storeWait();
  if (text === undefined) return { waitMs: WAIT_MS_DEFAULT, silenceMs: SILENCE_MS_DEFAULT };
  const waitMs = parseDuration(text);
  if (waitMs !== null) return { waitMs, silenceMs: SILENCE_MS_DEFAULT };
  throw new BrewhouseError('usage', `BREWHOUSE_STORE_WAIT ${text} is no length of time`, {
    remedy: 'write it as 90s, 15m or 2h',
  });
}

/** One try of a request. */
export interface Attempt {
  /** Aborted when the try is to end. */
  readonly signal: AbortSignal;
  /** So many bytes are on their way: a try has as much time as they need. */
  expect(bytes: number): void;
}

/** Does a request until it succeeds. `doing` and `name` complete "cannot DOING NAME". */
export type Persist = <T>(
  wish: { readonly doing: string; readonly name: string },
  request: (attempt: Attempt) => Promise<T>,
) => Promise<T>;

/** What one store has at a time. */
export interface Persistence {
  readonly location: string;
  readonly patience: Patience;
  /** Requests at once; the others wait for their turn. */
  readonly atOnce: number;
  readonly effects: Effects;
}

/**
 * The way to make requests of one store. It throws `store_busy`, `store_refused` or `disk_full`
 * where waiting did not help, the reason of `effects.signal`, and what is no answer of a store as
 * it is.
 */
export function createPersistence({ location, patience, atOnce, effects }: Persistence): Persist {
  const inTurn = createTurns(atOnce);
  let hasAnswered = false;
  let saidAt = Number.NEGATIVE_INFINITY;
  let isWaitSaid = false;
  const say = (message: string) => effects.observe({ kind: 'warning', message });
  const sayWait = (said: string, waited: number, allowed: number) => {
    const now = effects.now();
    if (waited < SAY_AFTER_MS || now - saidAt < SAY_EVERY_MS) return;
    saidAt = now;
    isWaitSaid = true;
    say(`waiting for ${location} since ${seconds(waited)}, for ${seconds(allowed)} at most: ${said}`);
  };
  const allowedFor = ({ kind }: Failure): number => {
    if (kind === 'busy') return patience.waitMs;
    if (kind === 'full' || !hasAnswered) return 0;
    return kind === 'gone' ? patience.waitMs : Math.min(patience.waitMs, REFUSED_WAIT_MS);
  };
  return async ({ doing, name }, request) => {
    let since: number | undefined;
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      effects.signal.throwIfAborted();
      try {
        const value = await inTurn(() => tryOnce(request, patience, effects.signal));
        hasAnswered = true;
        if (isWaitSaid) say(`${location} answers again`);
        isWaitSaid = false;
        return value;
      } catch (cause) {
        effects.signal.throwIfAborted();
        const failure = failureOf(cause);
        if (failure === null) throw cause;
        since ??= effects.now();
        const waited = effects.now() - since;
        const pause = pauseAfter(tries);
        const allowed = allowedFor(failure);
        if (waited + pause > allowed) throw translated(failure, { doing, name, waited, cause });
        sayWait(failure.said, waited, allowed);
        await sleep(pause, undefined, { signal: effects.signal }).catch(() => effects.signal.throwIfAborted());
      }
    }
    throw new Error(`${TRIES_MAX} tries to ${doing} ${name}`);
  };
}

/** Twice as long each time, and never the same for all who wait. */
function pauseAfter(tries: number): number {
  const most = Math.min(PAUSE_MS_MAX, FIRST_PAUSE_MS * 2 ** Math.min(tries, 20));
  return most * (0.5 + Math.random() / 2);
}

/** A try that is given up where it takes longer than its bytes may. */
async function tryOnce<T>(
  request: (attempt: Attempt) => Promise<T>,
  { silenceMs }: Patience,
  stop: AbortSignal,
): Promise<T> {
  const end = new AbortController();
  const onStop = () => end.abort(stop.reason);
  let timer: NodeJS.Timeout | undefined;
  let isLate = false;
  const expect = (bytes: number) => {
    clearTimeout(timer);
    const late = () => {
      isLate = true;
      end.abort();
    };
    timer = setTimeout(late, 2 * silenceMs + (bytes * SECOND_MS) / BYTES_PER_SECOND_MIN);
  };
  stop.addEventListener('abort', onStop, { once: true });
  expect(0);
  try {
    return await request({ signal: end.signal, expect });
  } catch (cause) {
    throw isLate ? Object.assign(new Error('no answer in time', { cause }), { name: 'TimeoutError' }) : cause;
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', onStop);
  }
}

interface Wish {
  readonly doing: string;
  readonly name: string;
  readonly waited: number;
  readonly cause: unknown;
}

function translated({ kind, said, remedy }: Failure, { doing, name, waited, cause }: Wish): BrewhouseError {
  const code = kind === 'busy' ? 'store_busy' : kind === 'full' ? 'disk_full' : 'store_refused';
  const long = waited < SECOND_MS ? '' : `, for ${seconds(waited)}`;
  const message = `cannot ${doing} ${name}: ${said}${long}`;
  return new BrewhouseError(code, message, {
    place: { file: name },
    ...(remedy === undefined ? {} : { remedy }),
    cause,
  });
}

function seconds(ms: number): string {
  const whole = Math.round(ms / SECOND_MS);
  return whole % 60 === 0 && whole > 0 ? `${whole / 60} min` : `${whole} s`;
}

/** Lets so many work at once; the others wait in the order in which they came. */
function createTurns(atOnce: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = atOnce;
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  };
}
