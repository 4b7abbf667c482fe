/**
 * The two readers of event records were written apart: of any line they make the same event, or
 * none (EVENT-1, EVENT-2, EVENT-3, EVENT-7).
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { casesOf, sayDifferences, tell } from './long-run.ts';
import { anyLine } from './raw-lines.ts';
import { compareLines, type LineDifference } from './readers.ts';

const LINES = 500;
const SEED = 20261126;
const ALL = casesOf(5_000, 100_000);

/** Alone in a file, and not on its first line. */
const alone = async (line: Buffer) => (await compareLines([Buffer.alloc(0), line], 'plain')).differences[0];

/** Drops pieces of the line for as long as the sides still differ so, largest pieces first. */
async function least(difference: LineDifference): Promise<LineDifference> {
  let found = difference;
  for (let size = Math.ceil(found.line.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < found.line.length; ) {
      const again = await alone(Buffer.concat([found.line.subarray(0, from), found.line.subarray(from + size)]));
      if (again?.kind !== found.kind) from += size;
      else found = again;
    }
  }
  return found;
}

/** One difference of each kind, the shortest there is, and how many more there are. */
async function sayKinds(differences: readonly LineDifference[]): Promise<string> {
  const kinds = [...Map.groupBy(differences, ({ kind }) => kind)].sort(([, a], [, b]) => b.length - a.length);
  const said = kinds.slice(0, 8).map(async ([kind, all]) => {
    const shortest = all.reduce((a, b) => (b.line.length < a.line.length ? b : a));
    const isOfFile = (await alone(shortest.line)) === undefined;
    const { line, builder, checker } = isOfFile ? shortest : await least(shortest);
    const text = `${JSON.stringify(line.toString('latin1'))}${isOfFile ? ', and not alone in a plain file' : ''}`;
    return `${all.length} times ${kind}\n  ${text}\n  builder: ${builder}\n  checker: ${checker}`;
  });
  return sayDifferences([...(await Promise.all(said)), ...kinds.slice(8).map(([kind]) => kind)]);
}

describe('The two readers of event records', () => {
  it('take the same lines, for the same events of the same content', async () => {
    const differences: LineDifference[] = [];
    let events = 0;
    for (let from = 0; from < ALL; from += LINES) {
      const lines = fc.sample(anyLine, { numRuns: LINES, seed: SEED + from });
      const packing = (['plain', 'gzip', 'zstd'] as const)[(from / LINES) % 3]!;
      const compared = await compareLines(lines, packing);
      differences.push(...compared.differences);
      events += compared.events;
    }
    // As many that are events as that are none, or nearly so.
    expect(events).toBeGreaterThan(ALL / 4);
    expect(events).toBeLessThan((3 * ALL) / 4);
    tell('records', { what: 'lines of events, by the two readers', cases: ALL, differences: differences.length });
    expect(differences.length, await sayKinds(differences)).toBe(0);
  });
});
