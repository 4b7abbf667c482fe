/** The packed package: what is in it, and that it works where it is installed. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CodeBlock, codeBlocks } from '../docs/code-blocks.ts';
import { copyTables } from '../integration/copy-tables.ts';
import { QWEN } from '../tokenize/families.ts';
import { type CliRun, olderNode, root, runCli } from './run-cli.ts';

const TOP_FILES = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'ARCHITECTURE.md', 'RULES.md'];
/** In syntax that older Nodes read: what starts the command, and what loads the library. */
const LAUNCHER = ['src/cli/brewhouse.js', 'src/cli/needed-node.js', 'dist/library.js'];
const CODE_FOLDERS = ['schemas', 'src', 'pipelines'];
/** What a working folder may hold beside the sources, and nobody should get. */
const LITTER = [
  'test/cli/x.test.ts',
  'demo/events/items.ndjson',
  'lake/lake.json',
  'lake.key',
  'data/ifdb/items.csv.gz',
];

/** Not spelt in an import below: these lines are another package's. */
const LIBRARY = 'brewhouse';

const older = olderNode();
if (older === undefined) console.warn('SKIPPED: there is no Node before 24 on the path to import the library on');

let folder = '';
let shipped: string[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'brewhouse-package-'));
  const clone = join(folder, 'clone');
  for (const name of [...TOP_FILES, ...CODE_FOLDERS, 'docs', 'infra', 'tsconfig.json'])
    cpSync(join(root, name), join(clone, name), { recursive: true });
  for (const name of LITTER) {
    mkdirSync(join(clone, name, '..'), { recursive: true });
    writeFileSync(join(clone, name), '\n');
  }
  symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: clone, stdio: 'pipe' });
  install();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Lays the package beside its dependencies in an empty folder, as npm would. */
function install(): void {
  const tarball = join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz'))!);
  const modules = join(folder, 'app', 'node_modules');
  mkdirSync(modules, { recursive: true });
  writeFileSync(join(folder, 'app', 'package.json'), '{ "type": "module" }\n');
  execFileSync('tar', ['-xzf', tarball, '-C', modules]);
  for (const name of readdirSync(join(root, 'node_modules')).filter((each) => each !== '.bin'))
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  mkdirSync(join(modules, '.bin'));
  symlinkSync(join('..', 'brewhouse', 'src', 'cli', 'brewhouse.js'), join(modules, '.bin', 'brewhouse'));
  cpSync(join(modules, 'package'), join(modules, 'brewhouse'), { recursive: true });
  rmSync(join(modules, 'package'), { recursive: true });
  shipped = filesBelow(join(modules, 'brewhouse'));
}

function filesBelow(place: string): string[] {
  return readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(place.length + 1))
    .sort();
}

function runPackaged(args: readonly string[]): Promise<CliRun> {
  const app = join(folder, 'app');
  const script = join(app, 'node_modules', 'brewhouse', 'src', 'cli', 'brewhouse.js');
  const environment = { NODE_COMPILE_CACHE: join(app, 'compiled') };
  return runCli(args, { cwd: app, script, environment, inherited: outside() });
}

describe('the package', () => {
  it('holds JavaScript, types and data of each module, the launcher, shipped YAML, documents, and no more', () => {
    const code = CODE_FOLDERS.flatMap((name) => filesBelow(join(root, name)).map((file) => `${name}/${file}`));
    const compiled = code
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
      .flatMap((file) => ['js', 'd.ts'].map((ending) => `dist/${file.slice(0, -'ts'.length)}${ending}`));
    const yaml = code.filter((file) => file.endsWith('.yaml'));
    const docs = filesBelow(join(root, 'docs')).map((file) => `docs/${file}`);
    const data = code.filter((file) => file.endsWith('.json')).map((file) => `dist/${file}`);
    expect(shipped).toEqual([...TOP_FILES, ...docs, ...LAUNCHER, ...yaml, ...data, ...compiled].sort());
  });

  it('gives a consumer the library with its types', () => {
    const app = join(folder, 'app');
    const lines = [
      `import { FORM_NAMES, openRelease, Recipe, renderPrompt } from '${LIBRARY}';`,
      'export const idOf = async (release: string) => (await openRelease(release)).manifest.id.length;',
      'export const seed: number = Recipe.parse({}).corpus.seed;',
      'export const render: (...args: Parameters<typeof renderPrompt>) => Promise<{ ids: Int32Array }> = renderPrompt;',
      'export const wrong: string = FORM_NAMES.length;',
    ];
    writeFileSync(join(app, 'consumer.ts'), lines.join('\n'));
    expect(typeErrors(['consumer.ts'])).toEqual([expect.stringMatching(/^consumer\.ts\(5,14\): error TS2322/)]);
    const load = `const { FORM_NAMES } = await import('${LIBRARY}'); console.log(FORM_NAMES.join());`;
    expect(runInline(load)).toEqual({ code: 0, stdout: expect.stringContaining('ranking.pointwise'), stderr: '' });
    const required = `console.log(require('${LIBRARY}').FORM_NAMES.join());`;
    expect(runInline(required, 'commonjs')).toMatchObject({ code: 0, stderr: '' });
  });

  it.skipIf(older === undefined)('says in one line which Node the library needs, on an older one', () => {
    const said = run(['--input-type=module', '-e', `await import('${LIBRARY}')`], older);
    expect(said).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/\[Error: Brewhouse needs Node 24/),
    });
    expect(said.stderr).not.toContain('SyntaxError');
  });

  it('says so before anything is read that an older one may not understand', () => {
    const faked = "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } });";
    const load = `${faked} await import('${LIBRARY}').catch((error) => { console.log(error.stack); });`;
    expect(runInline(load)).toEqual({
      code: 0,
      stdout: 'Error: Brewhouse needs Node 24 or newer; this is 20.20.2\n',
      stderr: '',
    });
    const stated = ['dist/library.js', 'src/cli/needed-node.js'].flatMap((name) => {
      const code = readFileSync(join(folder, 'app', 'node_modules', LIBRARY, name), 'utf8');
      return [...code.matchAll(/^(?:import|export)\b.*\bfrom '(.*)'/gm)].map(([, from]) => from);
    });
    expect(stated).toEqual(['node:module', '../src/cli/needed-node.js']);
  });
});

/** Pages as they are packed. */
const packedPage = (name: string) =>
  codeBlocks(readFileSync(join(folder, 'app', 'node_modules', LIBRARY, name), 'utf8'));
const inLanguage = (language: string) => (block: CodeBlock) => block.language === language;
/** The commands of a block, each in one line. */
const commandsOf = ({ code }: CodeBlock) => code.replaceAll('\\\n', ' ').trim().split('\n');
/** Of the blocks for a shell those that say nothing but `npx brewhouse`. */
const isOfCommands = (block: CodeBlock) =>
  block.language === 'sh' && commandsOf(block).every((line) => line.startsWith('npx brewhouse '));

describe('the examples of the pages, in a folder of their own with the package', () => {
  it('of docs/serving.md: the release, and the program from event lines to scores', () => {
    const blocks = packedPage('docs/serving.md');
    const commands = blocks.filter(isOfCommands);
    expect(commands).toHaveLength(1);
    runShell(commands[0]!.code);
    const program = blocks.filter(inLanguage('ts'));
    expect(program.length).toBeGreaterThan(3);
    expect(blocks).toHaveLength(commands.length + program.length);
    expect(typeErrors([written('serving.ts', program)])).toEqual([]);
    const { code, stdout, stderr } = run(['serving.ts']);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: 'field_missing: action is missing\nno item event names j9\n',
    });
    expect(stdout).toMatch(/^(j2|j3) 0\.\d{3}\n(j2|j3) 0\.\d{3}\n$/);
  });

  it('of docs/serving.md: a release that can be looked at and verified', async () => {
    expect(await runPackaged(['inspect', 'lake/releases/first'])).toMatchObject({ code: 0 });
    const verified = await runPackaged(['verify', 'lake/releases/first', '--lake', 'lake', '--json']);
    expect(verified).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true });
  });

  it('of README.md: its event lines, by its domain and its recipe', async () => {
    const blocks = packedPage('README.md');
    const only = (begin: string) => {
      const [block, ...more] = blocks.filter(({ code }) => code.startsWith(begin));
      expect(more, begin).toEqual([]);
      return block!.code;
    };
    const place = join(folder, 'app', 'written');
    mkdirSync(join(place, 'events'), { recursive: true });
    writeFileSync(join(place, 'events', 'events.ndjson'), only('{"event_id":'));
    writeFileSync(join(place, 'domain.yaml'), only('name: jobs\n'));
    writeFileSync(join(place, 'recipe.yaml'), only('corpus:').replace('sha256: HEX', `sha256: ${QWEN.sha256}`));
    const read = ['--events', 'written/events', '--domain', 'written/domain.yaml'];
    expect(await runPackaged(['check', ...read])).toMatchObject({ code: 0 });
    const built = await runPackaged([
      'build',
      ...read,
      '--recipe',
      'written/recipe.yaml',
      '--lake',
      'written/lake',
      '--json',
    ]);
    expect({ code: built.code, ...JSON.parse(built.stdout) }).toMatchObject({ code: 0, used: 3, dead: 0 });
  });

  it('of README.md: its programs, to their types', () => {
    const programs = packedPage('README.md').filter(inLanguage('ts'));
    expect(programs.length).toBeGreaterThan(0);
    expect(typeErrors(programs.map((block, i) => written(`readme-${i}.ts`, [block])))).toEqual([]);
  });

  const tables = join(process.env.BREWHOUSE_DATA ?? join(root, '..', 'shared', 'data'), 'ifdb');
  const isThere = existsSync(tables);
  if (!isThere) console.warn(`SKIPPED: no data set ${tables}; set BREWHOUSE_DATA to the folder that holds it`);
  it.skipIf(!isThere)('of README.md: its commands on a real set, and its programs after them', () => {
    const cut = join(folder, 'cut');
    mkdirSync(cut);
    copyTables(tables, join(cut, 'ifdb'), { did: /^(events|ratings)/, kept: /^[^,]*([369]7|33|01|62),/ });
    const commands = packedPage('README.md').filter(isOfCommands);
    const names = commands.flatMap(commandsOf).map((line) => line.split(' ')[2]);
    expect(names).toEqual(expect.arrayContaining(['import', 'check', 'build', 'release', 'verify', 'inspect']));
    // As README.md says of a package.
    const here = (code: string) => code.replaceAll(' pipelines/', ' node_modules/brewhouse/pipelines/');
    for (const { code } of commands) runShell(here(code).replaceAll('DATA/', `${cut}/`));
    for (const [i, block] of packedPage('README.md').filter(inLanguage('ts')).entries()) {
      expect(run([written(`readme-${i}.ts`, [block])])).toMatchObject({ code: 0, stderr: '' });
    }
  });
});

/** Writes blocks as one program; its name. */
function written(name: string, blocks: readonly CodeBlock[]): string {
  writeFileSync(join(folder, 'app', name), blocks.map(({ code }) => code).join('\n'));
  return name;
}

/** What the compiler says of programs in the app's folder, line by line. */
function typeErrors(names: readonly string[]): string[] {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const flags = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2025'];
  const { stdout } = run([compiler, ...flags, '--types', 'node', ...names]);
  return stdout.split('\n').filter((line) => line !== '');
}

/** Runs a Node in the app's folder, by default this one. */
function run(args: readonly string[], node = process.execPath): CliRun {
  const { status, stdout, stderr } = spawnSync(node, args, {
    cwd: join(folder, 'app'),
    encoding: 'utf8',
    env: outside(),
  });
  return { code: status, stdout, stderr };
}

const runInline = (code: string, type = 'module') => run([`--input-type=${type}`, '-e', code]);

/** Runs the lines of a page's block in the app's folder, each of which must end well. */
function runShell(code: string): void {
  const { status, stderr } = spawnSync('sh', ['-e', '-c', code], {
    cwd: join(folder, 'app'),
    encoding: 'utf8',
    env: { ...outside(), npm_config_offline: 'true', npm_config_update_notifier: 'false' },
  });
  expect(status, stderr).toBe(0);
}

/** The environment of a shell that is not inside of ours. */
function outside(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_|VITEST|BREWHOUSE_)/i.test(name)),
  );
}
