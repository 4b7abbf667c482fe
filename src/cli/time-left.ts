/** How long a step still takes: told once its pace is steady, since a guess that jumps is none. */
import { nth } from '../checked.ts';

/** Before that no pace is known. */
const SECONDS_MIN = 5;
/** A pace is steady where the last third of the time and the third before it differ by less, */
const RATIO_MAX = 1.25;
/** and the last tenth, which is shorter and so less even, differs from the last third by less. */
const SHORT_RATIO_MAX = 1.4;
/** Moments that are kept; then every other one is forgotten. */
const MOMENTS_MAX = 1_024;

interface Moment {
  /** Since the step began. */
  readonly seconds: number;
  readonly done: number;
}

/** One step under way. */
export interface TimeLeft {
  /**
   * Takes note that `done` of `total` is done after so many seconds, which never become fewer;
   * returns the seconds left, or undefined where its pace is not steady.
   */
  note(moment: Moment, total: number): number | undefined;
}

/** A step that begins now. */
export function createTimeLeft(): TimeLeft {
  let moments: Moment[] = [{ seconds: 0, done: 0 }];
  return {
    note(now, total) {
      moments.push(now);
      if (moments.length > MOMENTS_MAX) moments = moments.filter((_, i) => i % 2 === 0 || i === moments.length - 1);
      if (now.seconds < SECONDS_MIN || now.done >= total) return undefined;
      const paceFrom = (share: number, to: Moment): number => {
        const seconds = now.seconds * share;
        return (to.done - doneAt(moments, seconds)) / (to.seconds - seconds);
      };
      const middle = { seconds: (2 * now.seconds) / 3, done: doneAt(moments, (2 * now.seconds) / 3) };
      const [before, lately, just] = [paceFrom(1 / 3, middle), paceFrom(2 / 3, now), paceFrom(0.9, now)];
      if (!isLike(before, lately, RATIO_MAX) || !isLike(lately, just, SHORT_RATIO_MAX)) return undefined;
      return (total - now.done) / lately;
    },
  };
}

function isLike(a: number, b: number, ratio: number): boolean {
  return a > 0 && b > 0 && a <= b * ratio && b <= a * ratio;
}

/** What was done at a time that lies between two moments: on the line between them. */
function doneAt(moments: readonly Moment[], seconds: number): number {
  const after = moments.findIndex((each) => each.seconds >= seconds);
  const [a, b] = [nth(moments, Math.max(0, after - 1)), nth(moments, after)];
  const share = b.seconds === a.seconds ? 1 : (seconds - a.seconds) / (b.seconds - a.seconds);
  return a.done + share * (b.done - a.done);
}
