/** A mistyped path is answered with the nearest one that exists. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS, type CommandName } from '../../src/cli/command-table.ts';
import { suggestPath } from '../../src/cli/nearest-path.ts';
import { BrewhouseError, type ErrorCode } from '../../src/errors.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'brewhouse-paths-'));
  mkdirSync(join(folder, 'events'));
  writeFileSync(join(folder, 'recipe.yaml'), '');
  mkdirSync(join(folder, 'lake', 'releases', 'march'), { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The remedy of an error that names the path, after a command that was given it. */
function remedyOf(
  name: CommandName,
  given: { readonly flags?: Record<string, string>; readonly args?: readonly string[] },
  error: { readonly code: ErrorCode; readonly message: string },
): string {
  const { flags = {}, args = [] } = given;
  const plain = new BrewhouseError(error.code, error.message, { remedy: 'mend the path' });
  return suggestPath(plain, COMMANDS[name], { flags, args }).remedy;
}

describe('a path that is not there', () => {
  it.each(['recipe', 'domain', 'events'])('behind --%s is answered with the nearest in its folder', (flag) => {
    const path = join(folder, flag === 'events' ? 'evnets' : 'recpie.yaml');
    const near = join(folder, flag === 'events' ? 'events' : 'recipe.yaml');
    const said = remedyOf('build', { flags: { [flag]: path } }, { code: 'recipe_invalid', message: `no ${path}` });
    expect(said).toBe(`did you mean ${near}? else mend the path`);
  });

  it('as an argument is answered, in a folder that is misspelt as well', () => {
    const at = (path: string) =>
      remedyOf('inspect', { args: [path] }, { code: 'not_found', message: `there is no release in ${path}` });
    expect(at(join(folder, 'lake', 'releases', 'marhc'))).toContain(join(folder, 'lake', 'releases', 'march'));
    expect(at(join(folder, 'lake', 'relaeses', 'march'))).toContain(join(folder, 'lake', 'releases', 'march'));
  });

  it('is found in an error that spells it from the root', () => {
    const path = join(folder, 'laek');
    const error = { code: 'not_found', message: `there is no lake at ${resolve(path)}` } as const;
    expect(remedyOf('release', { flags: { lake: path } }, error)).toContain(`did you mean ${join(folder, 'lake')}?`);
  });

  it('near nothing, or a link to nothing, changes no remedy', () => {
    const far = join(folder, 'qqqqqqqqqq');
    const link = join(folder, 'zzzz');
    symlinkSync(join(folder, 'gone'), link);
    for (const path of [far, link])
      expect(remedyOf('check', { flags: { events: path } }, { code: 'input_unreadable', message: path })).toBe(
        'mend the path',
      );
  });

  it('that the command makes, or that the error is not about, changes no remedy', () => {
    const lake = join(folder, 'laek');
    const error = { code: 'not_found', message: lake } as const;
    expect(remedyOf('build', { flags: { lake } }, error)).toBe('mend the path');
    expect(remedyOf('release', { flags: { lake } }, { ...error, message: 'another thing' })).toBe('mend the path');
    expect(remedyOf('release', { flags: { lake } }, { ...error, code: 'usage' })).toBe('mend the path');
  });
});
