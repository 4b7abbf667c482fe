/** What the system refuses of a file that a person named is said by its name, with what to do. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  translateFileError,
  translateReadError,
  translateWriteError,
} from '../../src/adapters/filesystem/file-errors.ts';
import { readIfThere, reading, writing } from '../../src/adapters/filesystem/user-files.ts';
import { BrewhouseError } from '../../src/errors.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'brewhouse-user-files-'));
  mkdirSync(join(folder, 'folder'));
  writeFileSync(join(folder, 'file'), 'text');
});
afterAll(() => rmSync(folder, { recursive: true }));

async function failure(work: Promise<unknown>): Promise<BrewhouseError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof BrewhouseError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** What the system would answer. */
const answer = (code: string) => Object.assign(new Error(`${code}: said by the system`), { code, syscall: 'open' });

describe('reading what a person named', () => {
  it('says that there is no such file or folder', async () => {
    const path = join(folder, 'none');
    const file = await failure(reading(path, () => readFile(path)));
    expect(file).toMatchObject({ code: 'input_unreadable', message: `cannot read ${path}: no such file` });
    const list = await failure(reading(path, () => readdir(path), { what: 'folder', code: 'recipe_invalid' }));
    expect(list).toMatchObject({ code: 'recipe_invalid', message: `cannot read ${path}: no such folder` });
    expect(list).toMatchObject({ remedy: 'mend the path', place: { file: path } });
  });

  it('says that a folder is no file, and a file no folder', async () => {
    const inside = join(folder, 'folder');
    expect((await failure(reading(inside, () => readFile(inside)))).message).toContain('it is a folder');
    const file = join(folder, 'file');
    expect((await failure(reading(file, () => readdir(file)))).message).toContain('not a folder');
  });

  it('returns undefined for a file that may be missing and is, and its text where it is not', async () => {
    expect(await readIfThere(join(folder, 'none'))).toBeUndefined();
    expect(await readIfThere(join(folder, 'file'))).toBe('text');
    expect((await failure(readIfThere(join(folder, 'folder')))).code).toBe('input_unreadable');
  });
});

describe('writing where a person said', () => {
  it('names the file of several that is in the way, and the flag', async () => {
    const taken = join(folder, 'file');
    const error = await failure(writing(folder, () => mkdir(join(taken, 'below'))));
    expect(error).toMatchObject({ code: 'usage', place: { file: join(taken, 'below') } });
    expect(error.remedy).toContain('--out DIR');
    expect((await failure(writing(folder, () => writeFile(taken, 'new', { flag: 'wx' })))).code).toBe('usage');
    expect(readFileSync(taken, 'utf8')).toBe('text');
  });
});

describe('an answer of the system', () => {
  it.each(['EMFILE', 'ENFILE', 'EAGAIN', 'EBUSY'])('%s helps to try again', (code) => {
    expect(translateFileError(answer(code), 'read', 'x')).toMatchObject({ code: 'store_busy', retryable: true });
    expect(translateWriteError(answer(code), 'x')).toMatchObject({ code: 'store_busy', retryable: true });
  });

  it('that the table does not know is told as it is', () => {
    expect(translateReadError(answer('EODD'), 'x')).toMatchObject({
      message: 'cannot read x: EODD: said by the system',
    });
    expect(translateWriteError(answer('EODD'), 'x')).toMatchObject({ code: 'store_refused' });
  });

  it('is no bug, and a bug is none', () => {
    const bug = new TypeError('undefined is not a function');
    expect([translateReadError(bug, 'x'), translateWriteError(bug, 'x')]).toEqual([bug, bug]);
  });
});
