/**
 * From what a clock in a zone reads to the moment. Only imports use it, so that Intl decides
 * nothing later.
 */
import { DAY_MS, MINUTE_MS } from '../../schemas/durations.ts';

/** A time zone. */
export interface Zone {
  /**
   * The moment, epoch ms, at which the zone's clocks read `local`: epoch ms as if the reading were
   * UTC.
   */
  readonly toMoment: (local: number) => number;
}

const FIXED = /^(?:UTC|GMT|Z)$|^([+-])(\d\d):(\d\d)$/;

/** Zones change at whole quarters of an hour at most: one look-up serves a quarter. */
const QUARTER_MS = 15 * MINUTE_MS;
/** Look-ups that are kept, about two years of quarters, before the cache begins again. */
const CACHED_MAX = 70_000;

/**
 * The zone of that name, or undefined where there is none: `UTC`, `Z`, a fixed offset such as
 * `+02:00` up to 14 hours, or a name of the IANA time zone database. A reading that comes twice
 * (autumn) is the first of the two; one that never comes (spring) is read with the offset before
 * the gap, as in RFC 5545 3.3.5. The rules are those of the running Node's ICU; moments that are
 * written into event files do not change with it.
 */
export function zoneNamed(name: string): Zone | undefined {
  const fixed = FIXED.exec(name);
  if (fixed !== null) {
    const minutes = fixed[1] === undefined ? 0 : Number(fixed[2]) * 60 + Number(fixed[3]);
    if (minutes > 840 || Number(fixed[3] ?? 0) > 59) return undefined;
    const offset = (fixed[1] === '-' ? -minutes : minutes) * MINUTE_MS;
    return { toMoment: (local) => local - offset };
  }
  // Names alone; offsets in other notations are not names.
  if (!/^[A-Za-z]/.test(name)) return undefined;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  } catch {
    return undefined;
  }
  return namedZone(format);
}

function namedZone(format: Intl.DateTimeFormat): Zone {
  const cache = new Map<number, number>();
  const offsetAt = (moment: number): number => {
    const quarter = Math.floor(moment / QUARTER_MS);
    let offset = cache.get(quarter);
    if (offset === undefined) {
      if (cache.size >= CACHED_MAX) cache.clear();
      offset = readOffset(format, quarter * QUARTER_MS);
      cache.set(quarter, offset);
    }
    return offset;
  };
  return {
    toMoment: (local) => {
      const before = offsetAt(local - DAY_MS);
      const after = offsetAt(local + DAY_MS);
      const moments = [local - before, local - after].filter((moment) => moment + offsetAt(moment) === local);
      return moments.length === 0 ? local - before : Math.min(...moments);
    },
  };
}

/** `GMT`, `GMT+02:00`, `GMT-00:25:21` (local mean time) in milliseconds. */
function readOffset(format: Intl.DateTimeFormat, moment: number): number {
  const name = format.formatToParts(moment).find((part) => part.type === 'timeZoneName')?.value ?? '';
  const parts = /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(name);
  if (parts === null) throw new Error(`unknown notation of an offset: ${name}`);
  const seconds = Number(parts[2] ?? 0) * 3600 + Number(parts[3] ?? 0) * 60 + Number(parts[4] ?? 0);
  return (parts[1] === '-' ? -seconds : seconds) * 1000;
}
