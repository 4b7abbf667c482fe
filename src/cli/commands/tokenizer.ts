/** `brewhouse tokenizer check PATH`: hard pairs, control strings and label words, before anybody builds for an hour. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { BrewhouseError, EXIT } from '../../errors.ts';
import { checkTokenizer } from '../../tokenize/check-tokenizer.ts';
import { tokenizerSha256Of } from '../../tokenize/tokenizer-files.ts';
import type { OptionValues } from '../command.ts';
import type { Output } from '../output.ts';

export async function run(_options: OptionValues, args: readonly string[], output: Output): Promise<number> {
  const [verb, name] = args;
  if (verb !== 'check')
    throw new BrewhouseError('usage', `there is no brewhouse tokenizer ${verb}`, {
      remedy: 'did you mean brewhouse tokenizer check PATH?',
    });
  const source = existsSync(name!) ? { path: name! } : { package: name! };
  const sha256 = tokenizerSha256Of(source, process.cwd());
  const checks = await checkTokenizer(source, process.cwd());
  const ok = checks.every((check) => check.ok);
  output.result({ ok, sha256, checks });
  for (const { check, ok: passed, detail } of checks)
    output.print(`  ${passed ? 'ok    ' : 'FAILED'}  ${check}: ${detail}`);
  // A recipe's paths count from its own folder, which is not known here.
  const line = 'path' in source ? `path: ${JSON.stringify(resolve(source.path))}` : `package: ${JSON.stringify(name)}`;
  output.print(`\ntokenizer: { ${line}, sha256: ${sha256} }`);
  return ok ? EXIT.done : EXIT.fault;
}
