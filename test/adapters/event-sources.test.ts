/** Sources of events: a folder of this machine, and a store, by one contract. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openEventFolder } from '../../src/adapters/filesystem/event-folder.ts';
import { openMemoryStore } from '../../src/adapters/memory/memory-store.ts';
import { eventsInStore } from '../../src/adapters/store-events.ts';
import { describeEventSource } from '../contract/event-source.ts';

const root = mkdtempSync(join(tmpdir(), 'brewhouse-sources-'));
afterAll(() => rmSync(root, { recursive: true }));

describeEventSource('a local folder', async (files) => {
  const events = join(mkdtempSync(join(root, 'each-')), 'events');
  for (const [name, bytes] of Object.entries(files)) {
    const path = name.startsWith('beside/') ? `${events}.dead/${name.slice('beside/'.length)}` : join(events, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
  return openEventFolder(events);
});

describeEventSource('a store', async (files) => {
  const stores = new Map(['', '.dead'].map((ending) => [ending, openMemoryStore()]));
  for (const [name, bytes] of Object.entries(files)) {
    const isBeside = name.startsWith('beside/');
    await stores.get(isBeside ? '.dead' : '')!.put(isBeside ? name.slice('beside/'.length) : name, Buffer.from(bytes));
  }
  return eventsInStore((ending) => stores.get(ending)!);
});

describe('a local folder of events', () => {
  it('has what links lead to, but for a folder that holds the link', async () => {
    const folder = mkdtempSync(join(root, 'links-'));
    mkdirSync(join(folder, 'sub'));
    writeFileSync(join(folder, 'sub', 'a.ndjson'), '');
    symlinkSync(folder, join(folder, 'sub', 'up'));
    symlinkSync(join(folder, 'sub'), join(folder, 'linked'));
    symlinkSync('nowhere', join(folder, '.dangling'));
    const source = openEventFolder(folder);
    expect(await source.list('sub/')).toEqual([{ name: 'a.ndjson', kind: 'file' }]);
    expect(await source.list('linked/')).toEqual([{ name: 'a.ndjson', kind: 'file' }]);
    symlinkSync('nowhere', join(folder, 'dangling'));
    await expect(source.list('')).rejects.toMatchObject({
      code: 'input_unreadable',
      place: { file: join(folder, 'dangling') },
    });
  });
});

describe('events in a store', () => {
  it('with a name that is no key are refused by it', async () => {
    const store = { ...openMemoryStore(), list: async () => ['a.ndjson', '/'] };
    await expect(eventsInStore(() => store).list('')).rejects.toMatchObject({
      code: 'input_unreadable',
      place: { file: 'memory//' },
    });
  });
});
