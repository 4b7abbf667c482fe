/**
 * The port to temporary files of this machine: what a sorter spills, and what a remote store
 * uploads when it is whole.
 */

/**
 * The contract, held by one suite (test/contract/scratch.ts). Scratch is local and belongs to one
 * process: nothing waits, nothing is retried, nothing outlives a crash but as a leftover that is
 * swept. All methods throw BrewhouseError `disk_full` or `store_refused`.
 */
export interface Scratch {
  /** A new, empty file. */
  create(): ScratchWriter;
}

/** A file that is being written. After an error, `abort` or `finish` it takes no more. */
export interface ScratchWriter {
  /** Appends. The chunk may be used again afterwards. After an error the file is gone. */
  write(chunk: Uint8Array): void;
  /** Ends the file. */
  finish(): ScratchFile;
  /** Removes the file; may be called again. */
  abort(): void;
}

/** A file that is whole. */
export interface ScratchFile {
  /** Of the file, for messages. */
  readonly name: string;
  readonly size: number;
  /** Opens the file; many may read it at once. */
  open(): ScratchReader;
  /** Removes the file, which nobody reads any more; may be called again. */
  remove(): void;
}

/** A file that is being read. */
export interface ScratchReader {
  /**
   * Reads from `position` on into `target`; returns how many bytes came: fewer than asked for at
   * the end alone.
   */
  read(target: Uint8Array, position: number): number;
  /** May be called again. */
  close(): void;
}
