/**
 * Copies, shuffling and late arrival never change the set of events; and what a run holds does not
 * grow with members.
 */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../schemas/durations.ts';
import { MEMBER_IMPRESSIONS_MAX } from '../../src/simulate/member-visits.ts';
import { createNumberedFiles, type LineSink } from '../../src/simulate/numbered-files.ts';
import { randomFor } from '../../src/simulate/random.ts';
import { createShuffledLines } from '../../src/simulate/shuffled-lines.ts';
import { eventSet, makeFolder, readEvents, readLines, simulateInto } from './read-simulation.ts';

const clean = makeFolder();
await simulateInto(clean);
const cleanSet = eventSet(clean);

describe('disorder', () => {
  it('leaves the set of events as it is, whatever is asked for', async () => {
    const share = fc.constantFrom(0, 0.1, 0.5, 1);
    await fc.assert(
      fc.asyncProperty(share, share, fc.boolean(), async (duplicates, late, shuffle) => {
        const folder = makeFolder();
        await simulateInto(folder, { duplicates, late, shuffle });
        expect(eventSet(folder)).toEqual(cleanSet);
      }),
      { numRuns: 6, seed: 1 },
    );
  });

  it('writes about the asked share of lines a second time, in the same words', async () => {
    const folder = makeFolder();
    const { lines, duplicates } = await simulateInto(folder, { duplicates: 0.2 });
    const written = readLines(folder, /ndjson/);
    expect(written.length).toBe(lines);
    expect(lines - duplicates).toBe(cleanSet.length);
    expect(new Set(written).size).toBe(cleanSet.length);
    expect(duplicates / cleanSet.length).toBeCloseTo(0.2, 1);
  });

  it('has an arrival time for every event where late ones are asked for, that share of them days late', async () => {
    const folder = makeFolder();
    await simulateInto(folder, { late: 0.1 });
    const delays = readEvents(folder).map(
      (event) => Date.parse(String(event.ingest_time)) - Date.parse(event.event_time),
    );
    const late = delays.filter((delay) => delay >= HOUR_MS);
    expect(delays.every((delay) => delay >= 0 && delay <= 4 * DAY_MS)).toBe(true);
    expect(late.length / delays.length).toBeCloseTo(0.1, 1);
    expect(readEvents(clean).some((event) => 'ingest_time' in event)).toBe(false);
  });

  it('shuffles lines far from their places, the same way each time, and leaves no folder behind', async () => {
    const [one, two] = [makeFolder(), makeFolder()];
    await simulateInto(one, { shuffle: true });
    await simulateInto(two, { shuffle: true });
    expect(readLines(one, /ndjson/)).toEqual(readLines(two, /ndjson/));
    expect(readLines(one, /ndjson/)).not.toEqual(readLines(clean, /ndjson/));
    const times = readEvents(one, 'interactions').map((event) => event.event_id);
    const inPlace = readEvents(clean, 'interactions').filter((event, place) => times[place] === event.event_id).length;
    expect(inPlace / times.length).toBeLessThan(0.05);
    expect(readdirSync(one).sort()).toEqual(readdirSync(clean).sort());
  });

  it('deals a pile that is too large for memory again, and loses no line', async () => {
    const folder = makeFolder();
    const got: string[] = [];
    const sink: LineSink = {
      write: (line) => {
        got.push(line);
        return undefined;
      },
      close: async () => undefined,
    };
    const shuffled = createShuffledLines(join(folder, 'piles'), randomFor('1', 'test', 0), sink);
    const padding = 'x'.repeat(4_000);
    const count = 20_000;
    for (let n = 0; n < count; n++) await shuffled.write(`${n} ${padding}\n`);
    await shuffled.close();
    const numbers = got.map((line) => Number.parseInt(line, 10));
    expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, n) => n));
    expect(numbers.filter((n, place) => n > 0 && numbers[place - 1] === n - 1).length).toBeLessThan(20);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('begins a new file after 200,000 lines', async () => {
    const folder = makeFolder();
    const files = createNumberedFiles(folder, 'part', '.ndjson.gz');
    for (let n = 0; n < 400_001; n++) await files.write(`${n}\n`);
    await files.close();
    expect(readdirSync(folder)).toEqual(['part-00000.ndjson.gz', 'part-00001.ndjson.gz', 'part-00002.ndjson.gz']);
    expect(readLines(folder, /part/).length).toBe(400_001);
  });

  it('holds the events of one member at a time, however many there are', async () => {
    const most = 3 * MEMBER_IMPRESSIONS_MAX;
    for (const members of [10, 100]) {
      const { heldEventsMax, events } = await simulateInto(makeFolder(), { members });
      expect(heldEventsMax).toBeLessThanOrEqual(most);
      expect(heldEventsMax).toBeLessThanOrEqual(events.interaction);
    }
  });
});

describe('the folder', () => {
  it('takes an earlier simulation away, and touches nothing where something else lies', async () => {
    const folder = makeFolder();
    await simulateInto(folder, { members: 60 });
    await simulateInto(folder);
    expect(eventSet(folder)).toEqual(cleanSet);
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    await expect(simulateInto(folder)).rejects.toMatchObject({ code: 'usage' });
    expect(eventSet(folder)).toEqual(cleanSet);
  });

  it('refuses options that are out of range, naming the flag', async () => {
    const folder = makeFolder();
    for (const [flag, options] of Object.entries({
      members: { members: 0 },
      days: { days: 1.5 },
      duplicates: { duplicates: -0.1 },
      late: { late: Number.NaN },
    })) {
      await expect(simulateInto(folder, options)).rejects.toThrow(`--${flag}`);
    }
  });
});
