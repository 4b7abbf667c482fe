/**
 * What runs in one process and measures itself: reading events, and encoding texts that nobody saw
 * before.
 */
import { grouped } from '../../../src/grouped.ts';
import type { Bench, Ran } from '../bench.ts';
import { TOKENIZER } from '../bench.ts';
import { type Figure, figureOf, quotients } from '../figures.ts';
import { mainSet, recipe } from '../inputs.ts';
import { sideOf } from '../sides.ts';

interface Rate {
  readonly lines: number;
  readonly letters: number;
  readonly seconds: number;
}

/** In turns on the lines of the main set. */
export async function measureEvents(bench: Bench): Promise<void> {
  const { events } = await mainSet(bench);
  const runs: Record<'ours' | 'json', Ran<Rate>[]> = { ours: [], json: [] };
  await bench.turns('events', async () => {
    for (const side of ['ours', 'json'] as const) {
      const run = await bench.inside<Rate>('events-rate', [side, events]);
      const [first] = runs.ours;
      if (first !== undefined && (first.json.lines !== run.json.lines || first.json.letters !== run.json.letters))
        throw new Error(`one side read ${first.json.letters} letters of ids, the other ${run.json.letters}`);
      runs[side].push(run);
    }
  });
  const rate = (side: 'ours' | 'json') => figureOf(runs[side].map(({ json }) => json.lines / json.seconds)).median;
  const said = (side: 'ours' | 'json') => grouped(Math.round(rate(side)));
  bench.found.set('events', {
    value: figureOf(quotients(secondsOf(runs.json), secondsOf(runs.ours))),
    sides: [sideOf('parse, validate, apply; whole process', runs.ours), sideOf('JSON.parse; whole process', runs.json)],
    notes: [`lines in memory: ${said('ours')} events/s against ${said('json')}, on one thread; both read the same ids`],
  });
}

interface Encoded {
  readonly bytes: number;
  readonly seconds: number;
  readonly cpu_seconds: number;
  readonly sha256?: string;
}

/** In turns on the texts of the main set's items; ids are compared in every run. */
export async function measureTexts(bench: Bench): Promise<void> {
  const set = await mainSet(bench);
  const texts = bench.path('texts.json');
  await bench.inside('encode-texts', ['texts', set.events, texts]);
  const file = recipe(bench, set.name, 'texts', () => {});
  const runs: Record<'encode' | 'lines' | 'peer', Ran<Encoded>[]> = { encode: [], lines: [], peer: [] };
  await bench.turns('texts', async () => {
    const ours = await bench.inside<Encoded>('encode-texts', ['encode', texts]);
    const peer = await bench.peer<Encoded>('encode_texts', [texts, TOKENIZER]);
    if (ours.json.sha256 !== peer.json.sha256) throw new Error('the ids of both sides differ');
    runs.encode.push(ours);
    runs.peer.push(peer);
    runs.lines.push(await bench.inside<Encoded>('encode-texts', ['lines', set.events, set.domain, file]));
  });
  const value = (side: 'encode' | 'lines'): Figure => figureOf(quotients(secondsOf(runs.peer), secondsOf(runs[side])));
  for (const [row, side] of [
    ['texts-encoded', 'encode'],
    ['texts-lines', 'lines'],
  ] as const) {
    bench.found.set(row, {
      value: value(side),
      sides: [sideOf('Brewhouse, whole process', runs[side]), sideOf('encode_batch, whole process', runs.peer)],
      notes: [
        `${rateOf(runs[side])} MB/s against ${rateOf(runs.peer)}, ${cpuOf(runs[side])} CPU s a MB against ` +
          `${cpuOf(runs.peer)}, without loading; ${side === 'encode' ? 'all ids equal' : 'four lines of each text'}`,
      ],
    });
  }
}

const secondsOf = (runs: readonly Ran<{ seconds: number }>[]) => runs.map(({ json }) => json.seconds);
const rateOf = (runs: readonly Ran<Encoded>[]) =>
  figureOf(runs.map(({ json }) => json.bytes / json.seconds / 1e6)).median.toFixed(2);
const cpuOf = (runs: readonly Ran<Encoded>[]) =>
  figureOf(runs.map(({ json }) => (json.cpu_seconds / json.bytes) * 1e6)).median.toFixed(2);
