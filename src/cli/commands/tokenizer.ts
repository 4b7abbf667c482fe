/**
 * `brewhouse tokenizer check PATH`: hard pairs, control strings and label words, before anybody
 * builds for an hour.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { BrewhouseError, EXIT } from '../../errors.ts';
import { checkTokenizer } from '../../tokenize/check-tokenizer.ts';
import { tokenizerSha256Of } from '../../tokenize/tokenizer-files.ts';
import type { Outcome } from '../command.ts';
import type { CallOf } from '../command-table.ts';

/** Exits 1 where a check fails. Throws `usage`, `tokenizer_refused`. */
export async function run({ args: [verb, name] }: CallOf<'tokenizer'>): Promise<Outcome> {
  if (verb !== 'check')
    throw new BrewhouseError('usage', `there is no brewhouse tokenizer ${verb}`, {
      remedy: 'did you mean brewhouse tokenizer check PATH?',
    });
  // What begins as a path does is one, though nothing is there.
  const source = existsSync(name) || /^[./\\~]/.test(name) ? { path: name } : { package: name };
  const sha256 = tokenizerSha256Of(source, process.cwd());
  const checks = await checkTokenizer(source, process.cwd());
  const ok = checks.every((check) => check.ok);
  // A recipe's paths count from its own folder, which is not known here.
  const where = 'path' in source ? `path: ${JSON.stringify(resolve(name))}` : `package: ${JSON.stringify(name)}`;
  const lines = [
    ...checks.map(({ check, ok: passed, detail }) => `  ${passed ? 'ok    ' : 'FAILED'}  ${check}: ${detail}`),
    `\ntokenizer: { ${where}, sha256: ${sha256} }`,
  ];
  return { exit: ok ? EXIT.done : EXIT.fault, result: { ok, sha256, checks }, text: lines.join('\n') };
}
