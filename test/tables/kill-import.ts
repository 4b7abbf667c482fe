/**
 * Run as a process of its own: imports, and dies as by kill -9 before the n-th change of names on
 * disk. Arguments: mapping, tables, out, n (0: never). Prints how many changes there were.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [mappingFile = '', from = '', out = '', moment = '0'] = process.argv.slice(2);
let changes = 0;
for (const name of ['rename', 'rm', 'writeFile'] as const) {
  const change = fs.promises[name] as (...args: unknown[]) => Promise<void>;
  Object.assign(fs.promises, {
    [name]: async (...args: unknown[]) => {
      changes += 1;
      if (changes === Number(moment)) {
        process.kill(process.pid, 'SIGKILL');
        await new Promise(() => {});
      }
      return change(...args);
    },
  });
}
syncBuiltinESMExports();

const { importTables } = await import('../../src/tables/import-tables.ts');
await importTables({ mappingFile, from, out, firstSeen: true });
console.log(changes);
