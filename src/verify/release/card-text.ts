/** The card of a release, made anew of its manifest as docs/release.md has it (PUBLISH-4). */
import { compareBytes } from '../world/draws.ts';
import { type Manifest, SPLITS } from './manifest.ts';

/** What is said about a profile. */
const ABOUT: ReadonlyMap<string, string> = new Map(
  Object.entries({
    hf: '`input_ids`, `attention_mask`, `labels`; labels are not shifted, -100 is ignored',
    weighted:
      '`input_ids`, `attention_mask`, `labels`, `loss_weights`; labels are all ids, not shifted; each ' +
      'token’s loss counts 0.01 in the prompt and 1 in the answer',
  }),
);

/** What of a manifest the card says. */
export type CardFacts = Pick<
  Manifest,
  'corpus' | 'until' | 'recipe_sha256' | 'splits' | 'fates' | 'source' | 'notes' | 'files'
> & {
  readonly profile: string;
  readonly identity: {
    readonly domain: { readonly name: string };
    readonly context: number;
    readonly tokenizer: { readonly id: string; readonly sha256: string };
  };
};

/** The text of the card of a release with this default id. */
export function cardText(facts: CardFacts, id: string): string {
  const { identity, splits, fates } = facts;
  const present = SPLITS.filter((name) => splits.has(name));
  const ordinary = present.filter((name) => name !== 'test_template');
  const until = new Date(facts.until).toISOString();
  const cells = (list: readonly (string | number)[]) =>
    `| ${list.map((cell) => (typeof cell === 'number' ? thousands(cell) : cell)).join(' | ')} |`;
  const lines = [
    ...['---', 'configs:', '- config_name: default', '  data_files:'],
    ...present.flatMap((split) => [`  - split: ${split}`, '    path:', ...pathsOf(facts, split)]),
    ...['---', '', `# ${id}`, ''],
    `An instruction-tuning corpus for an LLM recommender in the domain ${identity.domain.name}, as of ${until}: ` +
      `one unpadded, tokenized example a row (${ABOUT.get(facts.profile) ?? ''}).`,
    ...['', '| split | rows | tokens | supervised tokens |', '|---|---:|---:|---:|'],
    ...present.map((name) => {
      const { rows = 0, tokens = 0, loss_tokens: supervised = 0 } = splits.get(name) ?? {};
      return cells([name, rows, tokens, supervised]);
    }),
    ...['', cells(['task', ordinary.join(' | ')]), `|---|${'---:|'.repeat(ordinary.length)}`],
    ...[...fates]
      .sort(([a], [b]) => compareBytes(a, b))
      .map(([task, ends]) => cells([task, ordinary.map((split) => thousands(ends.get(split) ?? 0)).join(' | ')])),
    '',
    `- Tokenizer: ${identity.tokenizer.id} (tokenizer.json sha256 ${identity.tokenizer.sha256}); context ` +
      `${thousands(identity.context)} tokens.`,
    `- Corpus ${facts.corpus}; recipe sha256 ${facts.recipe_sha256}.`,
    ...attributes('Taken on trust to have been known all along', facts.source.assumed, ({ because }) => because),
    ...attributes('Left out', facts.source.left_out, ({ why }) => why),
    ...(facts.source.credit === undefined ? [] : [`- Credit: ${facts.source.credit}.`]),
    ...facts.notes.map((note) => `- ${note}`),
    '- `meta/` holds a sidecar row for each row, `origin/` the role and origin of every token and what was cut, ' +
      '`index/` where an example or a member lies.',
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function pathsOf({ files }: CardFacts, split: string): string[] {
  return files.filter((file) => file.kind === 'data' && file.split === split).map(({ path }) => `    - ${path}`);
}

function attributes<T extends { readonly type: string; readonly attribute: string }>(
  what: string,
  list: readonly T[],
  reason: (one: T) => string,
): string[] {
  const told = list.map((one) => `${one.type}.${one.attribute} (${reason(one)})`).join('; ');
  return list.length === 0 ? [] : [`- ${what}: ${told}.`];
}

/** 1204331 as 1,204,331. */
export function thousands(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
