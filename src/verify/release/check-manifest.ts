/** What the manifest says of itself: hashes of what the release depends on, label tables, and the id that its rows give it. */
import { join } from 'node:path';
import type { FaultList } from '../fault-list.ts';
import { labelTablesOf } from '../reference/label-tables.ts';
import type { World } from '../reference/world.ts';
import { canonicalJson, canonicalSha256 } from './canonical-json.ts';
import { footerFact } from './check-schema.ts';
import { openParquetTable } from './parquet-table.ts';
import { defaultReleaseId, type RowDigest } from './release-digest.ts';
import type { OpenRelease } from './release-files.ts';

/** Facts that follow from the identity and the release section. */
export function checkDerived({ manifest }: OpenRelease, list: FaultList): void {
  const { identity, release } = manifest;
  const { section, context, context_min } = identity;
  const wanted = {
    corpus: canonicalSha256(identity).slice(0, 16),
    recipe_sha256: canonicalSha256({ corpus: { ...section, context, context_min }, release }),
    domain_sha256: canonicalSha256(identity.domain),
    templates_sha256: canonicalSha256(identity.templates),
    until: release.until,
    profile: release.profile,
  };
  for (const [name, value] of Object.entries(wanted)) {
    list.look('manifest');
    const told = manifest[name as keyof typeof wanted];
    if (told !== value) list.add('manifest', {}, `${name} is ${told}, by the identity and the release it is ${value}`);
  }
}

/** The table of every task and template is there once, as the answers make it, and its tokens tell the labels apart. */
export function checkLabelTables({ manifest }: OpenRelease, world: World, list: FaultList): void {
  const wanted = new Map(labelTablesOf(world).map((table) => [`${table.task}, template ${table.template}`, table]));
  const told = Map.groupBy(manifest.label_tables, ({ task, template }) => `${task}, template ${template}`);
  const wrong = (detail: string) => list.add('manifest', {}, detail);
  for (const [name, table] of wanted) {
    list.look('manifest');
    const [first, ...more] = told.get(name) ?? [];
    const [actual, right] = [canonicalJson(first ?? null), canonicalJson(table)];
    if (actual !== right) wrong(`label table of ${name}: ${actual} instead of ${right}`);
    if (more.length > 0) wrong(`label table of ${name}: there are ${more.length + 1}`);
    const tokens = new Set(table.labels.map(({ token }) => token));
    if (tokens.size < table.labels.length) wrong(`label table of ${name}: two answers have the same scoring token`);
  }
  for (const name of told.keys()) if (!wanted.has(name)) wrong(`label table of ${name}: there is no such template`);
}

/** Footers hold the default id of the rows; the manifest holds it too, or a name that was given. */
export async function checkReleaseId(
  { dir, manifest }: OpenRelease,
  rows: readonly RowDigest[],
  list: FaultList,
): Promise<void> {
  const id = defaultReleaseId(manifest, rows);
  list.look('manifest');
  const looksDefault = manifest.id.startsWith(`${manifest.corpus}-`) && /-[0-9a-f]{16}$/.test(manifest.id);
  if (looksDefault && manifest.id !== id)
    list.add('manifest', {}, `the release is named ${manifest.id}, its rows say ${id}`);
  for (const { kind, path, split } of manifest.files) {
    if (kind !== 'data') continue;
    list.look('manifest');
    const table = await openParquetTable(join(dir, path));
    const told = footerFact(table, 'release_id');
    table.close();
    if (told !== id) list.add('manifest', { split }, `${path} is of release ${told}, the rows say ${id}`);
  }
}
