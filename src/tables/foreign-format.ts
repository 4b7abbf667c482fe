/** Tells by its first bytes what a file is that is no text, whatever its name says. */
import { BrewhouseError } from '../errors.ts';

/** How files of other formats begin, what they are called, and what to do with them. */
const FORMATS: readonly { readonly begins: readonly number[]; readonly what: string; readonly remedy: string }[] = [
  {
    begins: [0x50, 0x41, 0x52, 0x31],
    what: 'a Parquet file',
    remedy: 'Parquet is not read yet: write it as CSV or NDJSON first',
  },
  { begins: [0x1f, 0x8b], what: 'packed with gzip', remedy: 'name it so that it ends in .gz' },
  { begins: [0x28, 0xb5, 0x2f, 0xfd], what: 'packed with zstd', remedy: 'name it so that it ends in .zst' },
  {
    begins: [0x50, 0x4b, 0x03, 0x04],
    what: 'a zip archive or a workbook',
    remedy: 'unpack it, or write the sheet as CSV',
  },
];

/** Throws `input_unreadable` where the first bytes of a file are those of another format. */
export function requireText(file: string, bytes: Uint8Array): void {
  const found = FORMATS.find(({ begins }) => begins.every((byte, i) => bytes[i] === byte));
  if (found === undefined) return;
  throw new BrewhouseError('input_unreadable', `${file} is ${found.what}`, { place: { file }, remedy: found.remedy });
}
