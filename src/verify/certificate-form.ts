/** The form of a certificate that an earlier verification left beside a manifest. */
import { z } from 'zod';
import { count } from './read-json.ts';

const text = z.string();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const counts = z.record(text, count);
const faultSchema = z.strictObject({
  ...{ check: text, rule: z.array(text), split: text, row: z.int(), example_id: text, detail: text },
});

const schema = z.strictObject({
  ...{ manifest_sha256: sha256, events_sha256: sha256, recipe_sha256: sha256, domain_sha256: sha256 },
  ...{ templates_sha256: sha256, tokenizer_sha256: sha256, checker_version: text },
  taken_on_word: z.array(z.enum(['recipe', 'domain', 'templates', 'tokenizer', 'name'])),
  ...{ ok: z.boolean(), rows_checked: count, tokens_checked: count, sampled: z.boolean(), checks: counts },
  ...{ faults: z.array(faultSchema), fault_counts: counts },
  assumed: z.array(z.strictObject({ type: text, attribute: text, because: text })),
  ...{ items_without_time: count, latest_close_ms: count, sentence: text },
});

/** Whether a text is the JSON of a certificate. */
export function isCertificate(json: string): boolean {
  try {
    return schema.safeParse(JSON.parse(json)).success;
  } catch {
    return false;
  }
}
