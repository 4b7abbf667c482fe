/** The form of a certificate that an earlier verification left beside a manifest. */
import { z } from 'zod';
import { checkerVersion } from './checker-version.ts';
import { DEAD_ROWS_IN, deadRowsSchema } from './dead-rows.ts';
import { CHECKS, FAULTS_LISTED_MAX } from './fault-list.ts';
import { count } from './read-json.ts';
import { type Reader, withFile } from './reader.ts';

const text = z.string();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const check = z.enum(CHECKS);
const counts = z.partialRecord(check, count);
const faultSchema = z.strictObject({
  ...{ check, rule: z.array(text), split: text, row: z.int(), example_id: text, detail: text },
});

/** What may be taken on a release's word (docs/release.md, "The certificate"). */
const WORDS = [
  ...(['recipe', 'domain', 'templates', 'tokenizer', 'until', 'token_budget', 'profile', 'allow_empty'] as const),
  ...(['since', 'unseen', 'name', 'versions', 'lineage'] as const),
];

const schema = z.strictObject({
  ...{ manifest_sha256: sha256, events_sha256: sha256, recipe_sha256: sha256, domain_sha256: sha256 },
  ...{ templates_sha256: sha256, tokenizer_sha256: sha256, checker_version: text },
  taken_on_word: z.array(z.enum(WORDS)),
  ...{ ok: z.boolean(), rows_checked: count, tokens_checked: count, sampled: z.boolean(), checks: counts },
  ...{ faults: z.array(faultSchema).max(CHECKS.length * FAULTS_LISTED_MAX), fault_counts: counts },
  assumed: z.array(z.strictObject({ type: text, attribute: text, because: text })),
  dated: z.array(z.strictObject({ by: z.enum(['constant', 'first_seen']), because: text })),
  ...{ dead_rows: deadRowsSchema, dead_rows_in: z.enum(DEAD_ROWS_IN) },
  ...{ items_without_time: count, latest_close_ms: count, sentence: text },
});
const ofAnyVersion = z.looseObject({ manifest_sha256: sha256, checker_version: text });

/** More than any certificate has. */
const BYTES_MAX = 64 * 1024 * 1024;

/**
 * Why the file in a release is no certificate of the one whose manifest has this hash; undefined
 * where there is none, where it is one, or one that a checker of another version left, whose form
 * this one does not know. Throws as the reader does.
 */
export async function certificateFlaw(files: Reader, manifestSha256: string): Promise<string | undefined> {
  const bytes = await withFile(files, 'certificate.json', async ({ size, read: some }) =>
    size > BYTES_MAX ? Buffer.alloc(0) : some(0, size),
  );
  if (bytes === undefined) return undefined;
  const read = parsed(bytes);
  const known = ofAnyVersion.safeParse(read);
  if (!known.success) return 'certificate.json is no certificate';
  if (known.data.manifest_sha256 !== manifestSha256) return 'certificate.json is that of another release';
  if (known.data.checker_version !== checkerVersion()) return undefined;
  return schema.safeParse(read).success ? undefined : 'certificate.json is no certificate';
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
