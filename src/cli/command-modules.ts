/** The modules that do the commands' work, each loaded when its command runs. */
import type { Effects } from '../effects.ts';
import type { Outcome } from './command.ts';
import type { CallOf, CommandName } from './command-table.ts';

/** What a command's module exports. */
export interface CommandModule<N extends CommandName> {
  /** Throws BrewhouseError for what a person can mend. */
  run(call: CallOf<N>, effects: Effects): Promise<Outcome>;
}

/** How each module is loaded. */
export const LOADERS: { readonly [N in CommandName]: () => Promise<CommandModule<N>> } = {
  simulate: () => import('./commands/simulate.ts'),
  import: () => import('./commands/import.ts'),
  check: () => import('./commands/check.ts'),
  preview: () => import('./commands/preview.ts'),
  build: () => import('./commands/build.ts'),
  backfill: () => import('./commands/backfill.ts'),
  replay: () => import('./commands/replay.ts'),
  release: () => import('./commands/release.ts'),
  verify: () => import('./commands/verify.ts'),
  releases: () => import('./commands/releases.ts'),
  inspect: () => import('./commands/inspect.ts'),
  tokenizer: () => import('./commands/tokenizer.ts'),
  doctor: () => import('./commands/doctor.ts'),
  demo: () => import('./commands/demo.ts'),
};
