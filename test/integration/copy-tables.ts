/** Tables of a real set with some of their members, so that a test takes seconds. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Which tables say what members `did`, by name, and which of their lines are `kept`. */
export interface SomeMembers {
  readonly did: RegExp;
  readonly kept: RegExp;
}

/** Copies the tables unpacked, of those of what members `did` the lines that are `kept`. */
export function copyTables(from: string, to: string, { did, kept }: SomeMembers): void {
  mkdirSync(to);
  for (const table of readdirSync(from).filter((name) => name.endsWith('.csv.gz'))) {
    const text = gunzipSync(readFileSync(join(from, table))).toString('utf8');
    const [head, ...lines] = text.split('\n');
    const rows = did.test(table) ? [head, ...lines.filter((line) => kept.test(line)), ''].join('\n') : text;
    writeFileSync(join(to, table.slice(0, -'.gz'.length)), rows);
  }
}
