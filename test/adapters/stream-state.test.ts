/** Both states of a chain keep the contract; SQLite's also what it alone can break. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMemoryHome } from '../../src/adapters/memory/memory-state.ts';
import { openSqliteHome } from '../../src/adapters/sqlite/sqlite-home.ts';
import type { StateHome } from '../../src/stream/state.ts';
import { NO_HEAD } from '../../src/stream/stored-entity.ts';
import { failureOf } from '../contract/object-store.ts';
import { describeState, headAt, inPieces, snapshotOf } from '../contract/stream-state.ts';
import { did, NOON } from '../timeline/events.ts';

let folder = '';
let memory: StateHome = createMemoryHome();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'brewhouse-state-'));
  memory = createMemoryHome();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const file = () => join(folder, 'below', '3.sqlite');

describeState('in memory', () => memory);
describeState('on SQLite', () => openSqliteHome(file()));

describe('a state on SQLite', () => {
  const secret = did('viewed', 'i', NOON, { value: 'canary-of-a-member'.repeat(20) });
  const filled = async () => {
    const state = await openSqliteHome(file()).reset();
    state.apply([{ entity: 'm', isAnew: false, head: NO_HEAD, events: [{ event: secret, copies: 0 }] }], headAt(1));
    return state;
  };

  it('is nothing where its file is damaged, cut off or of another format, and is then begun anew', async () => {
    const damage = [
      () => writeFileSync(file(), 'no database at all '.repeat(500)),
      () => truncateSync(file(), 100),
      () => truncateSync(file(), 0),
      () => writeFileSync(file(), readFileSync(file()).fill(0xff, 0, 4_096)),
    ];
    for (const [i, spoil] of damage.entries()) {
      (await filled()).close();
      spoil();
      expect(openSqliteHome(file()).open(), `damage ${i}`).toBeUndefined();
      expect((await openSqliteHome(file()).reset()).head(), `damage ${i}`).toBeNull();
    }
  });

  it('leaves no copy beside it when a snapshot was read, whole or in part', async () => {
    const state = await filled();
    await snapshotOf(state);
    for await (const _ of state.snapshot()) break;
    expect(readdirSync(join(folder, 'below')).filter((name) => name.includes('copy'))).toEqual([]);
    state.close();
  });

  it('has nothing of an erased member in its snapshot', async () => {
    const state = await filled();
    const restoredBytes = async () => {
      const other = join(folder, 'other.sqlite');
      (await openSqliteHome(other).reset(inPieces(await snapshotOf(state))))?.close();
      return readFileSync(other).toString('latin1');
    };
    expect(await restoredBytes()).toContain('canary-of-a-member');
    state.apply([{ entity: 'm', isAnew: true, head: NO_HEAD, events: [] }], headAt(2));
    expect(await restoredBytes()).not.toContain('canary-of-a-member');
    state.close();
  });

  it('is not there before all of a snapshot is', async () => {
    const state = await filled();
    const bytes = await snapshotOf(state);
    state.close();
    const looks: boolean[] = [];
    async function* looking() {
      for await (const piece of inPieces(bytes, 100)) {
        yield piece;
        looks.push(openSqliteHome(file()).open() === undefined);
      }
    }
    (await openSqliteHome(file()).reset(looking()))?.close();
    expect([looks.length > 5, looks.includes(false)]).toEqual([true, false]);
    expect(openSqliteHome(file()).open()?.head()?.seq).toBe(1);
  });

  it('is not taken back by a writer that slept while another one went on', async () => {
    const slept = await filled();
    const other = openSqliteHome(file()).open();
    other?.apply([], headAt(2));
    expect(await failureOf(() => slept.apply([], headAt(2)))).toBe('fenced');
    other?.apply([], headAt(3));
    slept.close();
    other?.close();
    expect(openSqliteHome(file()).open()?.head()).toEqual(headAt(3));
  });

  it('says which file it cannot use', async () => {
    writeFileSync(join(folder, 'below'), 'a file where the folder should be');
    expect(await failureOf(() => openSqliteHome(file()).reset())).toBe('store_refused');
  });
});
