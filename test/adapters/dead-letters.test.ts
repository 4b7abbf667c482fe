/** Dead letters, read back with another library than the one that wrote them. */
import { gunzipSync } from 'node:zlib';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { DEAD_REASONS } from '../../schemas/event.ts';
import { type DeadLetter, readDeadLetters, writeDeadLetters } from '../../src/adapters/parquet/dead-letters.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import { failureOf } from '../contract/object-store.ts';
import { keysOf, tempLake } from '../lake/temp-lake.ts';

const lake = tempLake();
const FOLDER = 'timelines/0/dead';

const letters = (count: number, rawBytes = 5): DeadLetter[] =>
  Array.from({ length: count }, (_, i) => ({
    source: `part-${i % 3}/événements.ndjson`,
    line: i === 0 ? 2 ** 40 : i,
    reason: DEAD_REASONS[i % DEAD_REASONS.length]!,
    field: i % 2 === 0 ? '' : 'event_time',
    message: `secret message ${i}`,
    raw: Buffer.alloc(i % 7 === 0 ? 0 : rawBytes, i),
  }));

async function readBack(sha256: string): Promise<{ letters: DeadLetter[]; groups: number[]; bytes: Buffer }> {
  const bytes = Buffer.from((await lake.open().get(`${FOLDER}/${sha256}.parquet`))!);
  const file = new Uint8Array(bytes).buffer;
  const rows = await parquetReadObjects({ file, utf8: false, compressors: { GZIP: (input) => gunzipSync(input) } });
  const groups = parquetMetadata(file).row_groups.map(({ num_rows }) => Number(num_rows));
  const read = (rows as unknown as DeadLetter[]).map((row) => ({
    ...row,
    line: Number(row.line),
    raw: Buffer.from(row.raw),
  }));
  return { letters: read, groups, bytes };
}

describe('dead letters', () => {
  it.each([0, 1, 255, 256, 257, 600])('%i of them read back in order, byte for byte', async (count) => {
    const written = letters(count);
    const { sha256, bytes, rows } = await writeDeadLetters(lake.open(), FOLDER, written);
    const read = await readBack(sha256);
    expect([rows, bytes]).toEqual([count, read.bytes.length]);
    expect(read.letters).toEqual(written);
    expect(read.groups.every((group) => group <= 256)).toBe(true);
    const own: DeadLetter[] = [];
    for await (const letter of readDeadLetters(read.bytes, 'letters')) own.push(letter);
    expect(own).toEqual(written);
  });

  it.each([Buffer.alloc(0), Buffer.from('PAR1'), Buffer.from('{"type":"item"}\n'.repeat(9))])(
    'are told where a file is none (%#)',
    async (bytes) => {
      const reading = readDeadLetters(bytes, 'a.parquet').next();
      await expect(reading).rejects.toMatchObject({ code: 'input_unreadable', place: { file: 'a.parquet' } });
    },
  );

  it('of a megabyte each end a row group by their bytes', async () => {
    const { sha256 } = await writeDeadLetters(lake.open(), FOLDER, letters(20, 1024 * 1024));
    const { groups } = await readBack(sha256);
    expect(groups.length).toBeGreaterThan(1);
    expect(groups.reduce((sum, rows) => sum + rows, 0)).toBe(20);
  });

  it('put no value into the footer, and equal ones give equal files', async () => {
    const first = await writeDeadLetters(lake.open(), FOLDER, letters(40));
    expect(await writeDeadLetters(lake.open(), FOLDER, letters(40))).toEqual(first);
    const { bytes } = await readBack(first.sha256);
    expect(bytes.includes('secret message')).toBe(false);
    expect(bytes.includes('événements')).toBe(false);
  });

  it('leave nothing behind where the store fails, and say what it said', async () => {
    const store = lake.open();
    const full: ObjectStore = {
      ...store,
      create: () => ({
        ...store.create(),
        write: () => {
          throw new Error('no room');
        },
      }),
    };
    expect(await failureOf(() => writeDeadLetters(full, FOLDER, letters(300)))).toBe('cannot write dead letters');
    expect(await failureOf(() => writeDeadLetters(store, FOLDER, [{ ...letters(1)[0]!, line: Number.NaN }]))).toContain(
      'column line',
    );
    expect(await keysOf(store)).toEqual([]);
    expect(await lake.leftovers()).toEqual([]);
  });
});
