/**
 * What a user has pinned of a release, and what is left to be taken on its own word (PUBLISH-1).
 */
import type { TakenOnWord } from '../../../schemas/manifest.ts';
import type { FaultList } from '../fault-list.ts';
import { canonicalJson } from './canonical-json.ts';
import type { OpenRelease } from './release-files.ts';

/** Parts of an identity and of a release section, as a manifest stores them. */
export interface Pinned {
  /**
   * The corpus section with `context` and `context_min`, the release section, and the templates.
   */
  readonly recipe?: { readonly corpus: object; readonly release: object; readonly templates: object };
  readonly domain?: unknown;
}

/** Options of a release section that the command line may have said (docs/release.md). */
const SAID_ELSEWHERE = ['until', 'token_budget', 'profile', 'allow_empty'] as const;

/** Reports where the release is not what is pinned; returns what nothing pins. */
export function checkPins({ stored }: OpenRelease, pinned: Pinned, list: FaultList): TakenOnWord[] {
  const { section, context, context_min, domain, templates } = stored.identity;
  const recipe = pinned.recipe && { ...pinned.recipe, release: withoutFlags(pinned.recipe.release) };
  const told = { corpus: { ...section, context, context_min }, release: withoutFlags(stored.release), templates };
  for (const [what, right, is] of [['recipe', recipe, told] as const, ['domain', pinned.domain, domain] as const]) {
    if (right === undefined) continue;
    list.look('manifest');
    const where = firstDifference(is, right, []);
    if (where === undefined) continue;
    const detail = `the release is of another ${what} than the one given: ${where}`;
    list.add({}, { check: 'manifest', rule: ['PUBLISH-1', 'NAME-2'], detail });
  }
  const { recipe: user } = pinned;
  const isSaid = (name: string) =>
    user !== undefined && !isSame(optionOf(stored.release, name), optionOf(user.release, name));
  return [
    ...(user === undefined ? (['recipe'] as const) : []),
    ...(pinned.domain === undefined ? (['domain'] as const) : []),
    ...(user === undefined ? (['templates', 'tokenizer'] as const) : []),
    ...SAID_ELSEWHERE.filter(isSaid),
  ];
}

function optionOf(section: object, name: string): unknown {
  return new Map<string, unknown>(Object.entries(section)).get(name);
}

function isSame(a: unknown, b: unknown): boolean {
  return canonicalJson(a ?? null) === canonicalJson(b ?? null);
}

function withoutFlags(section: object): object {
  const elsewhere = new Set<string>(SAID_ELSEWHERE);
  return Object.fromEntries(Object.entries(section).filter(([name]) => !elsewhere.has(name)));
}

/** Where two values of JSON differ first, and how; undefined where they do not. */
function firstDifference(is: unknown, right: unknown, path: readonly string[]): string | undefined {
  if (isSame(is, right)) return undefined;
  if (isObject(is) && isObject(right)) {
    const [a, b] = [new Map(Object.entries(is)), new Map(Object.entries(right))];
    for (const name of new Set([...a.keys(), ...b.keys()])) {
      const inner = firstDifference(a.get(name), b.get(name), [...path, name]);
      if (inner !== undefined) return inner;
    }
  }
  const text = (value: unknown) => (value === undefined ? 'nothing' : canonicalJson(value).slice(0, VALUE_MAX));
  return `${path.join('.')} is ${text(is)} instead of ${text(right)}`;
}

/** Letters of a value that a fault shows. */
const VALUE_MAX = 200;

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
