/** The port to where event files lie: a folder of this machine, or a prefix of a bucket. */

/**
 * The contract, held by one suite (test/contract/event-source.ts) for every source. Names are
 * relative, with `/` between those of folders. Throws BrewhouseError: `input_unreadable` where
 * something cannot be read, and where it lies in a store, `store_refused` and `store_busy` as that
 * does, which has tried again by itself.
 */
export interface EventSource {
  /** What messages call it, and what opens it in another thread. */
  readonly location: string;
  /** What messages call a file or folder of it. */
  pathOf(name: string): string;
  /**
   * What lies directly below a folder (empty, or a name with `/` behind it), in any order. Links
   * are followed; one to a folder that holds it is left out, since its files are found anyway.
   */
  list(folder: string): Promise<SourceEntry[]>;
  /** Looks at a file. */
  open(name: string): Promise<ReadableFile>;
  /** All bytes of a small file; undefined where there is none. */
  bytes(name: string): Promise<Uint8Array | undefined>;
  /** The place beside this one whose name is longer by that ending. */
  beside(ending: string): EventSource;
}

/** One name of a folder; `other` is what is no regular file. */
export interface SourceEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'other';
}

/** A file that is there. */
export interface ReadableFile {
  /** Relative to its source. */
  readonly name: string;
  /** What messages call it. */
  readonly path: string;
  /** How many there were when it was looked at. */
  readonly bytes: number;
  /** Its bytes from `start` on, chunk by chunk. Bound: a few chunks, 12 MiB. */
  read(start: number): AsyncIterable<Uint8Array>;
}
