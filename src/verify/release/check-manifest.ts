/** What the manifest says of itself: hashes, label tables, and the id that its rows give it. */
import { join } from 'node:path';
import type { FaultList, RuleId } from '../fault-list.ts';
import { labelTablesOf } from '../reference/label-tables.ts';
import type { Corpus } from '../reference/tasks.ts';
import { canonicalJson, canonicalSha256 } from './canonical-json.ts';
import { footerFact } from './check-schema.ts';
import { openParquetTable } from './parquet-table.ts';
import { defaultReleaseId, type RowDigest } from './release-digest.ts';
import type { OpenRelease } from './release-files.ts';

/** Facts that follow from the release section, not from the identity. */
const OTHER_RULES: Readonly<Record<string, readonly RuleId[]>> = { until: ['SPLIT-1'], profile: [] };

/** Facts that follow from the identity (NAME-1, NAME-2) and from the release section. */
export function checkDerived({ manifest, stored }: OpenRelease, list: FaultList): void {
  const { identity, release } = stored;
  const { section, context, context_min, domain, templates } = identity;
  const wanted = {
    corpus: canonicalSha256(identity).slice(0, 16),
    recipe_sha256: canonicalSha256({ corpus: { ...section, context, context_min }, release }),
    domain_sha256: canonicalSha256(domain),
    templates_sha256: canonicalSha256(templates),
    until: manifest.release.until,
    profile: manifest.release.profile.name,
  };
  for (const [name, right] of Object.entries(wanted)) {
    list.look('manifest');
    const told = manifest[name as keyof typeof wanted];
    const detail = `${name} is ${told}, by the identity and the release it is ${right}`;
    const rule = OTHER_RULES[name] ?? ['NAME-1', 'NAME-2'];
    if (told !== right) list.add({}, { check: 'manifest', rule, detail });
  }
}

/**
 * The table of every task and template is there once, as its answers make it, and tells the labels
 * apart (TOKEN-4).
 */
export function checkLabelTables({ manifest }: OpenRelease, corpus: Corpus, list: FaultList): void {
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
}

/**
 * Footers hold the default id of the rows; the manifest holds it too, or a name that was given
 * (RELEASE-6).
 */
export async function checkReleaseId(release: OpenRelease, rows: readonly RowDigest[], list: FaultList): Promise<void> {
  const { dir, manifest } = release;
  const id = defaultReleaseId(release, rows);
  const check = { check: 'manifest', rule: ['RELEASE-6'] } as const;
  list.look('manifest');
  const looksDefault = manifest.id.startsWith(`${manifest.corpus}-`) && /-[0-9a-f]{16}$/.test(manifest.id);
  if (looksDefault && manifest.id !== id)
    list.add({}, { ...check, detail: `the release is named ${manifest.id}, its rows say ${id}` });
  for (const { kind, path, split } of manifest.files) {
    if (kind !== 'data') continue;
    list.look('manifest');
    const table = await openParquetTable(join(dir, path));
    const told = footerFact(table, 'release_id');
    table.close();
    if (told !== id) list.add({ split }, { ...check, detail: `${path} is of release ${told}, the rows say ${id}` });
  }
}
