/**
 * What the package depends on: exact versions, nothing unused, nothing undeclared, and no host of a
 * registry.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TOKENIZERS_VERSION } from '../../src/tokenize/tokenizers-version.ts';
import { packageOf, REPOSITORY, sourceFiles } from '../source-files.ts';

const read = (name: string) => readFileSync(join(REPOSITORY, name), 'utf8');
interface PackageFile {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
}
const declared = JSON.parse(read('package.json')) as PackageFile;
const { dependencies, optionalDependencies, devDependencies } = declared;
const everyDependency = { ...dependencies, ...optionalDependencies, ...devDependencies };
interface Locked {
  readonly version: string;
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly hasInstallScript?: boolean;
  readonly bin?: Readonly<Record<string, string>>;
  readonly os?: string;
  readonly cpu?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}
const { packages } = JSON.parse(read('package-lock.json')) as { packages: Readonly<Record<string, Locked>> };

const shipped = sourceFiles('schemas', 'src', 'pipelines');
const tests = sourceFiles('test');
const packagesOf = (files: typeof tests) =>
  new Set(
    files
      .flatMap(({ imports }) => imports)
      .filter(({ target, isFile }) => !isFile && !target.startsWith('node:'))
      .map(({ target }) => packageOf(target)),
  );

/**
 * Used without an import: by a script, by the compiler, or by its name in a recipe or a test
 * (tokenizers are data).
 */
function isUsedByName(name: string): boolean {
  const { scripts } = declared;
  const commands = Object.values(scripts).join('\n');
  if (name in optionalDependencies) return true;
  if (name === 'typescript') return /\btsc\b/.test(commands);
  if (name === '@biomejs/biome') return /\bbiome\b/.test(commands);
  if (name === '@types/node') return /"types":\s*\["node"\]/.test(read('tsconfig.json'));
  if (read('pipelines/recipes/demo.yaml').includes(`"${name}"`)) return true;
  return tests.some(({ code }) => code.includes(`'${name}'`));
}

describe('package.json', () => {
  it('names exact versions', () => {
    const versions = Object.entries(everyDependency);
    expect(versions.length).toBeGreaterThan(10);
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(-[0-9a-z.]+)?$/.test(version))).toEqual([]);
  });

  it('depends on nothing that is not used', () => {
    const used = new Set([...packagesOf(shipped), ...packagesOf(tests)]);
    const all = Object.keys(everyDependency);
    expect(all.filter((name) => !used.has(name) && !isUsedByName(name))).toEqual([]);
  });

  it('declares all that is imported: what ships needs no package of the tests', () => {
    expect([...packagesOf(shipped)].filter((name) => !(name in dependencies))).toEqual([]);
    expect([...packagesOf(tests)].filter((name) => !(name in dependencies) && !(name in devDependencies))).toEqual([]);
    expect(Object.keys(dependencies).filter((name) => name in devDependencies)).toEqual([]);
  });
});

describe('package-lock.json', () => {
  it('is that of package.json', () => {
    const root = packages['']!;
    const written = { ...root.dependencies, ...root.optionalDependencies, ...root.devDependencies };
    expect(written).toEqual(everyDependency);
    expect(root.optionalDependencies).toEqual(optionalDependencies);
    for (const [name, version] of Object.entries(everyDependency))
      expect(packages[`node_modules/${name}`]?.version, name).toBe(version);
  });

  it('has a Node binary for each platform, of which npm installs the one that fits', () => {
    const platforms = Object.keys(optionalDependencies).map((name) => {
      const { os, cpu, optional, bin } = packages[`node_modules/${name}`]!;
      expect({ optional, bin }).toEqual({
        optional: true,
        bin: { node: os === 'win32' ? 'bin/node.exe' : 'bin/node' },
      });
      // By this ending the launcher finds it.
      expect(name.endsWith(`-${os === 'win32' ? 'win' : os}-${cpu}`), name).toBe(true);
      return `${os} ${cpu}`;
    });
    expect(platforms.sort()).toEqual(['darwin arm64', 'darwin x64', 'linux arm64', 'linux x64', 'win32 x64']);
  });

  it('has no package that runs a script when it is installed, which could fetch what no hash pins', () => {
    const running = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript);
    expect(running.map(([name]) => name)).toEqual([]);
  });

  it('has the version of tokenizers that manifests say', () => {
    expect(TOKENIZERS_VERSION).toBe(dependencies.tokenizers);
  });

  it('pins every package by its hash, and names no registry host', () => {
    const entries = Object.entries(packages).filter(([name]) => name !== '');
    expect(entries.filter(([, { integrity }]) => !integrity?.startsWith('sha512-')).map(([name]) => name)).toEqual([]);
    const text = read('package-lock.json');
    expect(text).not.toContain('"resolved"');
    const hosts = [...text.matchAll(/"(\w+)":\s*"[a-z+]+:\/\/[^"]*"/g)].map(([, key]) => key);
    // Where to fund an author: `"funding": {"url": ...}`.
    expect(hosts.filter((key) => key !== 'url')).toEqual([]);
    expect(`${text}\n${read('.npmrc')}`).not.toMatch(/registry/);
  });
});
