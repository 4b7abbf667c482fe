/** `brewhouse releases`: what a lake has published. */
import { openStore } from '../../adapters/open-store.ts';
import type { Effects } from '../../effects.ts';
import { EXIT } from '../../errors.ts';
import { grouped } from '../../grouped.ts';
import { openLake } from '../../lake/lake.ts';
import { type ListedRelease, listReleases } from '../../release/list-releases.ts';
import type { Outcome } from '../command.ts';
import type { CallOf } from '../command-table.ts';
import { table } from '../plain-text.ts';

/** Throws `not_found` where there is no lake. */
export async function run({ args: [location] }: CallOf<'releases'>, effects: Effects): Promise<Outcome> {
  const store = openStore(location, effects);
  await openLake(store, effects);
  const releases = await listReleases(store);
  const text = releases.length === 0 ? 'no release yet: brewhouse release makes one' : tableOf(releases);
  return { exit: EXIT.done, result: { releases }, text };
}

function tableOf(releases: readonly ListedRelease[]): string {
  return table([['release', 'until', 'rows', 'tokens', 'verified', 'since'], ...releases.map(cellsOf)]);
}

function cellsOf(listed: ListedRelease): string[] {
  if ('broken' in listed) return [listed.id, listed.broken];
  const { id, until, rows, tokens, verified, since } = listed;
  const count = Object.values(rows).reduce((sum, each) => sum + each, 0);
  const said = verified === null ? 'not yet' : verified ? 'yes' : 'FAULTS';
  return [id, new Date(until).toISOString(), grouped(count), grouped(tokens), said, since ?? ''];
}
