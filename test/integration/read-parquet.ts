/**
 * Rows of a Parquet file as another library reads them. Nothing of vitest is in it, since
 * `npm run test:all` reads with it, too.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { parquetReadObjects } from 'hyparquet';

/** All rows of a Parquet file, read with hyparquet; whole numbers of 64 bits are bigint. */
export function readParquet(path: string): Promise<Record<string, unknown>[]> {
  const file = readFileSync(path);
  const slice = (from: number, to = file.length) => new Uint8Array(file.subarray(from, to)).buffer;
  const compressors = {
    ZSTD: (input: Uint8Array) => new Uint8Array(zstdDecompressSync(input)),
    GZIP: (input: Uint8Array) => new Uint8Array(gunzipSync(input)),
  };
  return parquetReadObjects({ file: { byteLength: file.length, slice }, compressors });
}
