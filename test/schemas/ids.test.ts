/** Names that a person may choose for a release. */
import { expect, it } from 'vitest';
import { ReleaseId } from '../../schemas/ids.ts';

it('the name of a release is no name of the claim of another', () => {
  for (const name of ['r', 'claim.json', 'r.claim', 'r.json', 'r.claim.json.gz', '0-9_a.B'])
    expect(ReleaseId.safeParse(name).success, name).toBe(true);
  // A disk may take letters of both cases for one.
  for (const name of ['r.claim.json', 'R.Claim.JSON', '.claim.json', '', '-r', 'a/b', 'r'.repeat(129)])
    expect(ReleaseId.safeParse(name).success, name).toBe(false);
});
