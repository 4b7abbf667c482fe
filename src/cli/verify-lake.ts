/** `brewhouse verify --lake LAKE`: every record of every chain, and every file that one names. */
import { checkLake, type LakeCheckup } from '../../pipelines/check-lake.ts';
import { openStore } from '../adapters/open-store.ts';
import type { Effects } from '../effects.ts';
import { BrewhouseError, EXIT, quotedName } from '../errors.ts';
import { grouped } from '../grouped.ts';
import { LAKE_FAULTS_MAX } from '../lake/check/lake-faults.ts';
import type { Outcome } from './command.ts';
import type { CallOf } from './command-table.ts';
import { peakMemory, table } from './plain-text.ts';

/** More than a line or two of a fault helps nobody. */
const LETTERS_MAX = 500;

/** Exits 1 where something is wrong. Throws `usage` where no lake is named, and as `checkLake`. */
export async function verifyLake(flags: CallOf<'verify'>['flags'], effects: Effects): Promise<Outcome> {
  const { lake, json: _, 'store-wait': _wait, ...ofReleases } = flags;
  const [other] = Object.entries(ofReleases).flatMap(([flag, value]) => (value === undefined ? [] : [flag]));
  if (lake === undefined || other !== undefined) {
    const said = other === undefined ? 'verify needs a RELEASE, or --lake LAKE' : `--${other} goes with a RELEASE`;
    throw new BrewhouseError('usage', said, {
      remedy: 'verify RELEASE --lake LAKE checks the rows of a release, verify --lake LAKE all of a lake',
    });
  }
  const found = await checkLake(openStore(lake, effects), effects);
  const ok = found.faults.counts.size === 0;
  return { exit: ok ? EXIT.done : EXIT.fault, result: resultOf(found, ok), text: textOf(found, ok) };
}

function resultOf({ faults, ...sums }: LakeCheckup, ok: boolean): object {
  return {
    ok,
    ...sums,
    checks: Object.fromEntries(faults.looked),
    faults: faults.faults,
    fault_counts: Object.fromEntries(faults.counts),
    peak_memory_bytes: peakMemory().bytes,
  };
}

function textOf({ faults, chains, records, entities, rows }: LakeCheckup, ok: boolean): string {
  const { counts, looked } = faults;
  const more = [...counts].flatMap(([check, count]) =>
    count > LAKE_FAULTS_MAX ? [`  and ${grouped(count - LAKE_FAULTS_MAX)} more of ${check}`] : [],
  );
  const sums = [`${grouped(chains)} chains`, `${grouped(records)} records`, `${grouped(entities)} members and items`];
  return [
    table([
      ['check', 'looked at', 'faults'],
      ...[...looked].map(([check, count]) => [check, grouped(count), grouped(counts.get(check) ?? 0)]),
    ]),
    ...faults.faults.map(({ check, file, detail }) => `  ${check} ${file}: ${quotedName(detail, LETTERS_MAX)}`),
    ...more,
    `${sums.join(', ')} and ${grouped(rows)} rows of corpora checked`,
    `peak memory ${peakMemory().text}`,
    ok ? 'verified: every record and every file that one names is as it was written' : 'FAULTS FOUND',
  ].join('\n');
}
