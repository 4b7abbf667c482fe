/**
 * Run as a process of its own: puts a key if absent, and dies as by kill -9 before or after the
 * name is given.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [folder = '', key = '', moment = ''] = process.argv.slice(2);
const { link } = fs.promises;
fs.promises.link = async (from, to) => {
  if (moment === 'after-link') await link(from, to);
  process.kill(process.pid, 'SIGKILL');
  await new Promise(() => {});
};
syncBuiltinESMExports();

const { openStore } = await import('../../src/adapters/open-store.ts');
await openStore(folder).putIfAbsent(key, Buffer.from('crashed writer', 'utf8'));
