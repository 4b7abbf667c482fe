/** What of a manifest the card says (PUBLISH-4). */
import type { Profile } from '../profiles/profile.ts';
import type { Manifest, ReleaseSection } from './manifest.ts';

/** As much of a manifest as is read. */
export type CardFacts = Pick<
  Manifest,
  | ('corpus' | 'until' | 'recipe_sha256' | 'splits' | 'fates' | 'labels')
  | ('keep_shares' | 'source' | 'notes' | 'files' | 'since')
> & {
  readonly release: Pick<ReleaseSection, 'splits' | 'holdout_tasks'> & {
    readonly profile: Pick<Profile, 'columns' | 'words' | 'training'>;
  };
  readonly identity: {
    readonly section: { readonly holdout: { readonly surfaces: readonly string[] } };
    readonly domain: { readonly name: string };
    readonly context: number;
    readonly tokenizer: { readonly id: string; readonly sha256: string };
  };
};
