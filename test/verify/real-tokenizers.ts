/** Identities of corpora whose tokenizers are installed packages, as a release would store them. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, isAbsolute, join } from 'node:path';
import { type Identity, identitySchema } from '../../src/verify/identity/identity.ts';
import { readAs } from '../../src/verify/read-json.ts';
import { storedIdentity } from './toy-world.ts';

const { resolve } = createRequire(import.meta.url);

/** The folder of an installed package that exports none of its files. */
export function packageFolder(name: string): string {
  const folder = (resolve.paths(name) ?? []).map((root) => join(root, name)).find((path) => existsSync(path));
  if (folder === undefined) throw new Error(`${name} is not installed: run npm ci`);
  return folder;
}

type Token = string | { readonly content: string } | null | undefined;
interface Config {
  readonly chat_template?: string;
  readonly bos_token?: Token;
  readonly eos_token?: Token;
  readonly pad_token?: Token;
  readonly add_bos_token?: boolean;
}
interface Added {
  readonly added_tokens: readonly { readonly id: number; readonly content: string }[];
}

/**
 * What the builder would say of a package, or of a folder by its path, which whoever loads it names
 * again; `end` where it is not the eos token.
 */
export function identityOf(name: string, chat: unknown, end?: number): Identity {
  const source = isAbsolute(name) ? { path: basename(name) } : { package: name };
  const folder = isAbsolute(name) ? name : join(packageFolder(name), 'models');
  const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  const hash = sha256(readFileSync(join(folder, 'tokenizer.json')));
  const config = JSON.parse(readFileSync(join(folder, 'tokenizer_config.json'), 'utf8')) as Config;
  const template = chat === false || config.chat_template === undefined ? null : sha256(config.chat_template);
  const identity = storedIdentity();
  const section = { ...identity.section, tokenizer: { ...source, sha256: hash }, chat_template: chat };
  const { added_tokens: added } = JSON.parse(readFileSync(join(folder, 'tokenizer.json'), 'utf8')) as Added;
  const idOf = (token: Token) =>
    added.find(({ content }) => content === (typeof token === 'object' ? token?.content : token))?.id ?? null;
  const eos = idOf(config.eos_token);
  const ends = {
    bos: idOf(config.bos_token),
    eos,
    pad: idOf(config.pad_token),
    end: end ?? eos,
    add_bos: config.add_bos_token !== false,
  };
  const tokenizer = {
    id: isAbsolute(name) ? basename(name) : name,
    sha256: hash,
    chat_template_sha256: template,
    ...ends,
  };
  return readAs(identitySchema, { ...identity, section, tokenizer }, 'identity');
}
