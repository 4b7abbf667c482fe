/**
 * What the manifest says of itself: all of it follows from identity, events and files (PUBLISH-3).
 */
import { isDeepStrictEqual } from 'node:util';
import type { FaultList, RuleId } from '../fault-list.ts';
import { FORMS } from '../forms/registry.ts';
import { identitySchema } from '../identity/identity.ts';
import { labelTablesOf } from '../reference/label-tables.ts';
import type { Corpus } from '../reference/tasks.ts';
import { compareBytes } from '../world/draws.ts';
import { canonicalJson, canonicalSha256 } from './canonical-json.ts';
import type { EventSide } from './event-side.ts';
import { type Manifest, sectionSchema } from './manifest.ts';
import { type NoteFacts, notesOf } from './notes.ts';
import type { OpenRelease } from './release-files.ts';

/** Raised with the law: rows of another are none that the checker could make again (NAME-2). */
export const RENDER_VERSION = 2;

/** Facts that follow from the release section, not from the identity. */
const OTHER_RULES: Readonly<Record<string, readonly RuleId[]>> = { until: ['SPLIT-1'], profile: ['PUBLISH-3'] };

/** Facts that follow from the identity (NAME-1, NAME-2) and from the release section. */
export function checkDerived({ manifest, stored }: OpenRelease, list: FaultList): void {
  const { identity, release } = stored;
  const { section, context, context_min, domain, templates } = identity;
  const { tokenizer } = manifest.identity;
  const { sha256, ...from } = manifest.identity.section.tokenizer;
  const told = {
    ...manifest,
    ...{ render_version: manifest.identity.render_version, tokenizer_id: tokenizer.id },
    tokenizer_sha256: tokenizer.sha256,
  };
  const wanted = {
    corpus: canonicalSha256(identity).slice(0, 16),
    recipe_sha256: canonicalSha256({ corpus: { ...section, context, context_min }, release }),
    domain_sha256: canonicalSha256(domain),
    templates_sha256: canonicalSha256(templates),
    until: manifest.release.until,
    profile: manifest.release.profile.name,
    render_version: RENDER_VERSION,
    tokenizer_id: 'path' in from ? from.path : from.package,
    tokenizer_sha256: sha256,
  };
  for (const [name, right] of Object.entries(wanted)) {
    list.look('manifest');
    const is = told[name as keyof typeof wanted];
    const detail = `${name} is ${is}, by the identity and the release it is ${right}`;
    const rule = OTHER_RULES[name] ?? ['NAME-1', 'NAME-2'];
    if (is !== right) list.add({}, { check: 'manifest', rule, detail });
  }
  for (const [what, schema, value, rule] of [
    ['identity', identitySchema, identity, 'NAME-2'] as const,
    ['release', sectionSchema, release, 'RELEASE-6'] as const,
  ]) {
    const option = needlessOption(schema, value);
    const detail = `${what}.${option} equals its default, and is there`;
    if (option !== undefined) list.add({}, { check: 'manifest', rule: [rule], detail });
  }
}

interface Reader {
  safeParse(value: unknown): { readonly success: boolean; readonly data?: unknown };
}

/** An option without which a value reads the same; undefined where there is none. */
function needlessOption(schema: Reader, value: object): string | undefined {
  const { data: right } = schema.safeParse(value);
  const copy = structuredClone(value);
  const search = (within: object, path: readonly string[]): string | undefined => {
    for (const [name, inner] of Object.entries(within)) {
      const own = [...path, name];
      const fields = within as Record<string, unknown>;
      if (!Array.isArray(within) && (name !== CHAT_TEMPLATE || inner === true)) {
        Reflect.deleteProperty(fields, name);
        const read = schema.safeParse(copy);
        const isSame = read.success && isDeepStrictEqual(read.data, right);
        // As it was: an assignment to `__proto__` would lose it.
        Object.defineProperty(fields, name, { value: inner, enumerable: true, configurable: true, writable: true });
        if (isSame) return own.join('.');
      }
      const deeper = typeof inner === 'object' && inner !== null ? search(inner, own) : undefined;
      if (deeper !== undefined) return deeper;
    }
    return undefined;
  };
  return search(copy, []);
}

/** No arguments and `true` are two ways of asking for the same, and a recipe may say either. */
const CHAT_TEMPLATE = 'chat_template';

/** What follows from the tasks: label tables, templates, names in the release section. */
export function checkTasks({ manifest }: OpenRelease, corpus: Corpus, list: FaultList): void {
  checkLabelTables(manifest, corpus, list);
  const used = corpus.tasks.flatMap(({ templates, heldOut }) => [...templates, ...heldOut]);
  const nameOf = ({ form, id }: { readonly form: string; readonly id: string }) => `${form}/${id}`;
  const wanted = [...new Set(used.map(nameOf))].sort(compareBytes).join(', ');
  const told = manifest.identity.templates.map(nameOf).join(', ');
  const wrong = (rule: RuleId, detail: string) => list.add({}, { check: 'manifest', rule: [rule], detail });
  if (told !== wanted) wrong('NAME-2', `templates are ${told} instead of ${wanted}`);
  for (const [index, task] of manifest.identity.section.tasks.entries()) {
    const schema = FORMS.get(corpus.tasks[index]?.form ?? '')?.schema;
    const option = schema && needlessOption(schema, task);
    if (option !== undefined) wrong('NAME-2', `task ${index}: ${option} equals its default, and is there`);
  }
  const { release } = manifest;
  const labels = new Map(corpus.tasks.map(({ name, rules }) => [name, rules.labels]));
  const named = [...release.weights.keys(), ...release.label_caps.keys(), ...release.holdout_tasks];
  for (const task of named)
    if (!labels.has(task)) wrong('NAME-3', `the release section names ${task}, which is no task`);
  for (const [task, caps] of release.label_caps) {
    for (const label of caps.keys())
      if (labels.get(task)?.includes(label) === false)
        wrong('NAME-3', `label_caps names ${label}, no label of ${task}`);
  }
}

/** The notes are those of docs/release.md that apply. */
export function checkNotes({ manifest }: OpenRelease, facts: NoteFacts, list: FaultList): void {
  compareJson(list, 'notes', [manifest.notes, notesOf(facts)]);
}

/**
 * The table of every task and template is there once, as its answers make it, and tells the labels
 * apart (TOKEN-4).
 */
function checkLabelTables(manifest: Manifest, corpus: Corpus, list: FaultList): void {
  const wanted = new Map(labelTablesOf(corpus).map((table) => [`${table.task}, template ${table.template}`, table]));
  const told = Map.groupBy(manifest.label_tables, ({ task, template }) => `${task}, template ${template}`);
  const wrong = (name: string, detail: string) =>
    list.add({}, { check: 'manifest', rule: ['TOKEN-4'], detail: `label table of ${name}: ${detail}` });
  for (const [name, table] of wanted) {
    list.look('manifest');
    const [first, ...more] = told.get(name) ?? [];
    const [actual, right] = [canonicalJson(first ?? null), canonicalJson(table)];
    if (actual !== right) wrong(name, `${actual} instead of ${right}`);
    if (more.length > 0) wrong(name, `there are ${more.length + 1}`);
    const tokens = new Set(table.labels.map(({ token }) => token));
    if (tokens.size < table.labels.length) wrong(name, 'two answers have the same scoring token');
  }
  for (const name of told.keys()) if (!wanted.has(name)) wrong(name, 'there is no such template');
  const inBoth = [...told.keys()].filter((name) => wanted.has(name));
  const right = [...wanted.keys()].filter((name) => told.has(name));
  if (inBoth.join() !== right.join()) wrong(inBoth.join('; '), 'another order');
}

/** What the source says of itself is what the events' side has of it, key by key. */
export function checkEventSide({ manifest }: OpenRelease, { source }: EventSide, list: FaultList): void {
  for (const name of ['name', 'credit', 'licence', 'assumed', 'dated', 'left_out'] as const)
    compareJson(list, `source.${name}`, [manifest.source[name], source[name]]);
}

function compareJson(list: FaultList, name: string, [is, right]: readonly [unknown, unknown]): void {
  list.look('manifest');
  const [a, b] = [canonicalJson(is ?? null), canonicalJson(right ?? null)];
  if (a !== b) list.add({}, { check: 'manifest', rule: ['PUBLISH-3'], detail: `${name}: ${a} instead of ${b}` });
}

/** Splits are those of the files, and none of them is empty. */
export function checkSplits({ manifest }: OpenRelease, list: FaultList): void {
  const files = manifest.files.filter(({ kind }) => kind === 'data');
  const wanted = Map.groupBy(files, ({ split }) => split);
  for (const name of new Set([...wanted.keys(), ...manifest.splits.keys()])) {
    list.look('manifest');
    const { rows } = manifest.splits.get(name) ?? {};
    if (wanted.has(name) && rows !== undefined && rows > 0) continue;
    const detail = `splits: ${name} has ${rows ?? 'no'} rows and ${wanted.get(name)?.length ?? 0} files`;
    list.add({}, { check: 'manifest', rule: ['PUBLISH-3'], detail });
  }
  const equal = new Set(wanted.get('train')?.map(({ rows }) => rows)).size <= 1;
  const detail = `train_shards_equal is ${manifest.train_shards_equal}`;
  if (equal !== manifest.train_shards_equal) list.add({}, { check: 'manifest', rule: ['RELEASE-4'], detail });
}

/**
 * The default id of the rows is what footers have `told` by path, and the manifest's, or a name was
 * given (RELEASE-6).
 */
export function checkReleaseId(
  { manifest }: OpenRelease,
  { id, told }: { readonly id: string; readonly told: ReadonlyMap<string, string | undefined> },
  list: FaultList,
): void {
  for (const [path, own] of told) {
    const detail = `${path} is of release ${own}, the rows say ${id}`;
    if (own !== id) list.add({}, { check: 'manifest', rule: ['RELEASE-6'], detail });
  }
  list.look('manifest');
  const looksDefault = /^[0-9a-f]{16}-[0-9a-f]{16}$/i.test(manifest.id);
  const detail = `the release is named ${manifest.id}, its rows say ${id}`;
  if (looksDefault && manifest.id !== id) list.add({}, { check: 'manifest', rule: ['RELEASE-6'], detail });
}
