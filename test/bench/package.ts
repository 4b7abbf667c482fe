/** The package as a user installs it: packed from the sources, and laid beside its dependencies. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/config.ts';

const COPIED = [
  ...['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'ARCHITECTURE.md', 'RULES.md', 'tsconfig.json'],
  ...['schemas', 'src', 'pipelines', 'docs', 'infra'],
];

/**
 * Packs a copy of the sources, so that the clone's own dist stays as it is, and installs it in
 * `folder`; the launcher's file.
 */
export function installPackage(folder: string): string {
  const root = packageRoot();
  const [clone, modules] = [join(folder, 'packed'), join(folder, 'app', 'node_modules')];
  for (const name of COPIED) cpSync(join(root, name), join(clone, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));
  execFileSync('npm', ['pack', '--silent', '--pack-destination', clone], { cwd: clone, stdio: 'pipe' });
  const tarball = readdirSync(clone).find((name) => name.endsWith('.tgz'));
  mkdirSync(modules, { recursive: true });
  execFileSync('tar', ['-xzf', join(clone, tarball ?? ''), '-C', modules]);
  renameSync(join(modules, 'package'), join(modules, 'brewhouse'));
  for (const name of readdirSync(join(root, 'node_modules')).filter((each) => each !== '.bin'))
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  return join(modules, 'brewhouse', 'src', 'cli', 'brewhouse.js');
}
