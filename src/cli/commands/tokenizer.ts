/**
 * `brewhouse tokenizer check PATH`: hard pairs, control strings and label words, before anybody
 * builds for an hour.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { namingFiles, planCorpus, readDomain, readRecipe, readTemplates } from '../../../pipelines/corpus-inputs.ts';
import { BrewhouseError, EXIT } from '../../errors.ts';
import { contextLadder } from '../../forms/identity.ts';
import { type CheckedFor, checkTokenizer } from '../../tokenize/check-tokenizer.ts';
import { tokenizerSha256Of } from '../../tokenize/tokenizer-files.ts';
import type { Outcome } from '../command.ts';
import type { CallOf } from '../command-table.ts';

/**
 * Exits 1 where a check fails. Throws `usage`, `tokenizer_refused`, and `recipe_invalid` and
 * `domain_invalid` where one of them cannot be read.
 */
export async function run({ args: [verb, name], flags }: CallOf<'tokenizer'>): Promise<Outcome> {
  if (verb !== 'check')
    throw new BrewhouseError('usage', `there is no brewhouse tokenizer ${verb}`, {
      remedy: 'did you mean brewhouse tokenizer check PATH?',
    });
  // What begins as a path does is one, though nothing is there.
  const source = existsSync(name) || /^[./\\~]/.test(name) ? { path: name } : { package: name };
  const sha256 = tokenizerSha256Of(source, process.cwd());
  const checks = await checkTokenizer(source, process.cwd(), await checkedFor(flags));
  const ok = checks.every((check) => check.ok);
  // A recipe's paths count from its own folder, which is not known here.
  const where = 'path' in source ? `path: ${JSON.stringify(resolve(name))}` : `package: ${JSON.stringify(name)}`;
  const lines = [
    ...checks.map(({ check, ok: passed, detail }) => `  ${passed ? 'ok    ' : 'FAILED'}  ${check}: ${detail}`),
    `\ntokenizer: { ${where}, sha256: ${sha256} }`,
  ];
  return { exit: ok ? EXIT.done : EXIT.fault, result: { ok, sha256, checks }, text: lines.join('\n') };
}

/** THE BUILD'S OWN PLAN: with a recipe a tokenizer passes where a build takes it, not elsewhere. */
async function checkedFor({
  recipe: recipeFile,
  domain: domainFile,
}: CallOf<'tokenizer'>['flags']): Promise<CheckedFor> {
  if (recipeFile === undefined && domainFile === undefined) return {};
  if (recipeFile === undefined || domainFile === undefined)
    throw new BrewhouseError('usage', 'a recipe is asked in the words of a domain', {
      remedy: 'give both --recipe FILE and --domain FILE, or neither',
    });
  const recipe = await readRecipe(recipeFile);
  const [domain, templates] = [await readDomain(domainFile), await readTemplates()];
  const section = recipe.recipe.corpus;
  const file = { recipe, domain: { domain, file: domainFile } };
  return {
    chat: section.chat_template !== false,
    recipe: (tokenizer) =>
      namingFiles(file, async () => {
        const ladder = contextLadder(section);
        for (const context of ladder) await planCorpus({ section, context, domain, templates, tokenizer });
        return `its tasks, templates and answers in ${recipeFile}, context ${ladder.join(', ')}`;
      }),
  };
}
