/** The encoder of what a plan renders into a lake, with the texts that the lake keeps encoded. */
import type { Effects } from '../../src/effects.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import { openTextStore, textFolder } from '../../src/lake/text-store.ts';
import type { RenderPlan } from '../../src/prompt/plan.ts';
import { openSegmentTable, type SharedSegments } from '../../src/tokenize/segment-table.ts';
import { TOKENIZERS_VERSION } from '../../src/tokenize/tokenizers-version.ts';
import { createSharedEncoder, type SharedEncoder } from './shared-encoder.ts';

/** Where the lake lies, and what the threads of a build share. */
export interface EncoderMeans {
  readonly store: ObjectStore;
  readonly segments: SharedSegments;
}

/** Encodes for all threads; what is new is kept in the lake once it is finished. */
export function createPlanEncoder(
  { tokenizer, identity }: Pick<RenderPlan, 'tokenizer' | 'identity'>,
  { store, segments }: EncoderMeans,
  effects: Effects,
): SharedEncoder {
  const folder = textFolder({
    tokenizer: identity.tokenizer.sha256,
    tokenizersVersion: TOKENIZERS_VERSION,
    renderVersion: identity.render_version,
  });
  const texts = openTextStore(store, folder, effects);
  return createSharedEncoder({ tokenizer, table: openSegmentTable(segments), texts });
}
