/** Named moments at which a test ends the process as a crash would (SIGKILL), so that recovery is tried where it is hardest. */

/** Every moment that can be named in BREWHOUSE_CRASH_AT, alone or with a count: `rendering:3` is the third time. */
export const CRASH_POINTS = [
  'sorting',
  'timeline-upload',
  'rendering',
  'corpus-upload',
  'shuffle',
  'manifest',
] as const;
export type CrashPoint = (typeof CRASH_POINTS)[number];

const reached = new Map<CrashPoint, number>();

/** Does nothing unless the environment names this point; then the process is killed on the spot. */
export async function reachCrashPoint(point: CrashPoint): Promise<void> {
  const named = process.env.BREWHOUSE_CRASH_AT;
  if (named === undefined) return;
  const [name, count = '1'] = named.split(':');
  if (name !== point) return;
  const times = (reached.get(point) ?? 0) + 1;
  reached.set(point, times);
  if (times < Number(count)) return;
  process.kill(process.pid, 'SIGKILL');
  // The signal arrives when it arrives; nothing may happen until then.
  await new Promise(() => {});
}
