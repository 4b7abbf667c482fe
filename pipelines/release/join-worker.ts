/** A worker thread of a release: joins row groups and encodes their pages. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { openScratchFile } from '../../src/adapters/filesystem/scratch-folder.ts';
import { type PackedError, packError } from '../../src/errors.ts';
import { profileOf } from '../../src/profiles/profiles.ts';
import { createRowJoiner, type JoinedGroup } from '../../src/release/join-rows.ts';
import { readTokenTable, type TokenTable } from '../../src/release/token-table.ts';

/** What all row groups of a release share. */
export interface JoinWorkerData {
  /** Name of the profile. */
  readonly profile: string;
  readonly tokens: TokenTable;
}

/** Packed rows of one group, one behind another. */
export interface JoinRequest {
  readonly bytes: Uint8Array;
  /** Where each row begins, and where the last one ends. */
  readonly starts: readonly number[];
}

/** What a worker says of a request. */
export type JoinReply =
  | { readonly kind: 'joined'; readonly group: JoinedGroup }
  | { readonly kind: 'failed'; readonly error: PackedError };

function work(port: MessagePort, { profile, tokens }: JoinWorkerData): void {
  const joiner = createRowJoiner(profileOf(profile), readTokenTable(tokens, openScratchFile(tokens.name)));
  port.on('message', ({ bytes, starts }: JoinRequest) => {
    try {
      const rows = starts.slice(1).map((end, i) => bytes.subarray(starts[i], end));
      port.postMessage({ kind: 'joined', group: joiner.join(rows) } satisfies JoinReply);
    } catch (error) {
      port.postMessage({ kind: 'failed', error: packError(error) } satisfies JoinReply);
    }
  });
}

if (parentPort !== null) work(parentPort, workerData as JoinWorkerData);
