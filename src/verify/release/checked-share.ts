/** How much of a release a certificate speaks of. */

/** How much of a release was checked in full. */
export interface CheckedShare {
  readonly rows: number;
  readonly tokens: number;
  /** Where one row in `every` of `total` was made anew; undefined where every row was. */
  readonly sample: { readonly every: number; readonly total: number } | undefined;
  /** The longest time from T + W to closes_at, of all rows (LABEL-3). */
  readonly latestCloseMs: number;
  /**
   * What an increment goes on from, how many releases before it it was held to, and how many rows
   * of the past none of them holds; undefined where it is none.
   */
  readonly since?: { readonly id: string; readonly releases: number; readonly unseen: number } | undefined;
}
