/** The packed package: what is in it, and that it works where it is installed. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliRun, root, runCli } from './run-cli.ts';

const TOP_FILES = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'ARCHITECTURE.md', 'RULES.md'];
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
  execFileSync('tar', ['-xzf', tarball, '-C', modules]);
  for (const name of readdirSync(join(root, 'node_modules')))
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
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
  return runCli(args, { cwd: app, script, environment: { NODE_COMPILE_CACHE: join(app, 'compiled') } });
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
    expect(shipped).toEqual([...TOP_FILES, ...docs, 'src/cli/brewhouse.js', ...yaml, ...data, ...compiled].sort());
  });

  it('simulates, builds with its worker threads, releases and inspects in a folder of its own', async () => {
    const recipe = join('node_modules', 'brewhouse', 'pipelines', 'recipes', 'demo.yaml');
    const built = ['--recipe', recipe, '--lake', 'lake'];
    for (const args of [
      ['simulate', '--members', '8', '--seed', '7', '--out', 'events'],
      ['build', '--events', 'events', '--domain', 'events/domain.yaml', '--partitions', '2', ...built],
      ['release', '--id', 'first', ...built],
      ['inspect', 'lake/releases/first'],
    ]) {
      expect(await runPackaged(args)).toMatchObject({ code: 0 });
    }
    const { code, stdout } = await runPackaged(['verify', 'lake/releases/first', '--lake', 'lake', '--json']);
    expect({ code, ...(JSON.parse(stdout) as { ok: boolean }) }).toMatchObject({ code: 0, ok: true });
  });

  it('gives a consumer the library with its types', () => {
    const app = join(folder, 'app');
    writeFileSync(join(app, 'package.json'), '{ "type": "module" }\n');
    const lines = [
      `import { FORM_NAMES, openRelease, Recipe, renderPrompt } from '${LIBRARY}';`,
      'export const idOf = async (release: string) => (await openRelease(release)).manifest.id.length;',
      'export const seed: number = Recipe.parse({}).corpus.seed;',
      'export const render: (...args: Parameters<typeof renderPrompt>) => Promise<{ ids: Int32Array }> = renderPrompt;',
      'export const wrong: string = FORM_NAMES.length;',
    ];
    writeFileSync(join(app, 'consumer.ts'), lines.join('\n'));
    const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const flags = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2025'];
    const { stdout } = spawnSync(process.execPath, [compiler, ...flags, '--types', 'node', 'consumer.ts'], {
      cwd: app,
      encoding: 'utf8',
    });
    expect(stdout.trim().split('\n')).toEqual([expect.stringMatching(/^consumer\.ts\(5,14\): error TS2322/)]);
    const load = `const { FORM_NAMES } = await import('${LIBRARY}'); console.log(FORM_NAMES.join());`;
    const loaded = execFileSync(process.execPath, ['--input-type=module', '-e', load], { cwd: app, encoding: 'utf8' });
    expect(loaded).toContain('ranking.pointwise');
  });
});
