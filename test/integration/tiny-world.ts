/** A handful of events written by hand, and what is expected of a command that refuses to go on. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { writePrunedTokenizer } from '../tokenize/pruned-tokenizer.ts';
import type { Ran } from './brewhouse.ts';
import { DOMAIN, RECIPE, type SmallWorld } from './small-world.ts';

export interface TinyWorldOptions {
  /** Records added as lines of `more.ndjson`. */
  readonly more?: readonly object[];
  /** Other files of the events folder. */
  readonly files?: Readonly<Record<string, Uint8Array | string>>;
  readonly domain?: string;
  readonly recipe?: string;
}

/** Two members, three jobs, six interactions in February 2026, each a session of its own. */
export const TINY_EVENTS: readonly object[] = [
  ...['j1', 'j2', 'j3'].map((id) => ({
    ...{ event_id: `i-${id}`, event_time: '2026-01-01T00:00:00Z', type: 'item', item_id: id, op: 'upsert' },
    attributes: { title: `Engineer ${id}`, location: 'Oslo', country: 'Norway', company: 'Example' },
  })),
  ...['m1', 'm2'].map((id) => ({
    ...{ event_id: `p-${id}`, event_time: '2026-01-02T00:00:00Z', type: 'member', member_id: id, op: 'upsert' },
    attributes: { position: 'Engineer', company: 'Example', location: 'Oslo' },
  })),
  ...['impression', 'viewed', 'applied', 'impression', 'dismissed', 'viewed'].map((action, i) => ({
    ...{ event_id: `e-${i}`, event_time: `2026-02-0${i + 1}T10:00:00Z`, type: 'interaction', action },
    ...{ member_id: i < 3 ? 'm1' : 'm2', item_id: `j${(i % 3) + 1}`, surface: 'feed' },
  })),
];

/** An interaction that says no more than it must. */
export const viewed = (eventId: string, more: object = {}) => ({
  ...{ event_id: eventId, event_time: '2026-02-07T10:00:00Z', type: 'interaction', action: 'viewed' },
  ...{ member_id: 'm1', item_id: 'j1', ...more },
});

export const ndjson = (records: readonly object[]) => records.map((record) => `${JSON.stringify(record)}\n`).join('');

/**
 * Every question is asked: the few that there are must not be capped by draw. All are of one week,
 * and so of train (RELEASE-7).
 */
export const TINY_RECIPE = `${RECIPE.replace('share: 0.15', 'share: 1').replace('members: 0.05', 'members: 0')}\
  allow_empty: [validation, test]
`;

/** Writes a world of its own below `folder`. */
export function makeTinyWorld(folder: string, name: string, options: TinyWorldOptions = {}): SmallWorld {
  const events = join(folder, name, 'events');
  mkdirSync(events, { recursive: true });
  writeFileSync(join(events, 'events.ndjson'), ndjson(TINY_EVENTS));
  if (options.more !== undefined) writeFileSync(join(events, 'more.ndjson'), ndjson(options.more));
  for (const [file, content] of Object.entries(options.files ?? {})) writeFileSync(join(events, file), content);
  const world = { events, domain: join(folder, name, 'domain.yaml'), recipe: join(folder, name, 'recipe.yaml') };
  writeFileSync(world.domain, options.domain ?? DOMAIN);
  writeFileSync(world.recipe, options.recipe ?? TINY_RECIPE);
  writePrunedTokenizer(join(folder, name, 'tokenizer'));
  return world;
}

/** The lines that stderr ends with, from `error:` on; what stands before is progress. */
export function errorLines({ stderr }: Pick<Ran, 'stderr'>): string[] {
  const lines = stderr.trimEnd().split('\n');
  const from = lines.findIndex((line) => line.startsWith('error: '));
  return from === -1 ? [] : lines.slice(from);
}

/**
 * THE MANNER OF ERRORS (docs/command-line.md): the exit code, nothing on stdout, one to four lines
 * that say what, where and what to do, and no stack. `says` are matched against the lines joined.
 */
export function expectRefusal(ran: Ran, code: number, says: readonly (string | RegExp)[]): void {
  const lines = errorLines(ran);
  expect({ code: ran.code, stdout: ran.stdout }, ran.stderr).toEqual({ code, stdout: '' });
  expect(lines.length, ran.stderr).toBeGreaterThanOrEqual(2);
  expect(lines.length, ran.stderr).toBeLessThanOrEqual(4);
  for (const each of says) expect(lines.join('\n')).toMatch(each);
  expect(ran.stderr).not.toMatch(/^\s+at .+(:\d+:\d+\)?$|\(native\))|node:internal/m);
}
