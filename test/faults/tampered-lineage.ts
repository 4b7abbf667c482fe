/** What somebody may write into the lineage of a release. */
import type { Sha256 } from '../../schemas/ids.ts';
import { BROKEN, RAW, type Tampering } from './tampering.ts';

const LAW = 'PUBLISH-7';

/** What the lineage says; it lies outside the byte identity, and its counts are checked. */
export const LINEAGE: readonly Tampering[] = [
  {
    name: 'no lineage',
    change: (release) => release.remove('lineage.json'),
    ...{ by: 'manifest', law: LAW, says: /lineage\.json/ },
  },
  {
    name: 'a lineage that is no JSON',
    change: (release) => release.write('lineage.json', RAW),
    ...{ by: BROKEN, law: LAW, says: /lineage/ },
  },
  {
    name: 'a lineage without anything in it',
    change: (release) => release.write('lineage.json', '{}'),
    ...{ by: BROKEN, law: LAW, says: /lineage/ },
  },
  {
    name: 'a lineage of another manifest',
    change: ({ lineage }) => {
      lineage.manifest_sha256 = '0'.repeat(64) as Sha256;
    },
    ...{ by: 'manifest', law: LAW, says: /lineage/ },
  },
  {
    name: 'a key in the lineage that there is not',
    change: ({ lineage }) => {
      lineage.contact = RAW;
    },
    ...{ by: BROKEN, law: LAW, says: /contact/ },
  },
  {
    name: 'a lineage with other counts of questions',
    change({ lineage }) {
      const [task = ''] = Object.keys(lineage.questions);
      const [label = ''] = Object.keys(lineage.questions[task]?.capped ?? {});
      lineage.questions[task]!.capped![label]! += 1;
    },
    ...{ by: 'ledger', law: 'LEDGER-1', says: /./ },
  },
  {
    name: 'a lineage with other rows after until',
    change: ({ lineage }) => {
      lineage.after_until += 1;
    },
    ...{ by: 'ledger', law: 'LEDGER-2', says: /after_until/ },
  },
  {
    name: 'records in the lineage that do not add up',
    change: ({ lineage }) => {
      lineage.records.used! += 7;
    },
    ...{ by: 'manifest', law: LAW, says: /records/ },
  },
  {
    name: 'a fate of records in the lineage that there is not',
    change: ({ lineage }) => {
      lineage.records[RAW] = 0;
    },
    ...{ by: BROKEN, law: LAW, says: /records/ },
  },
  {
    name: 'a machine in the lineage that is a member',
    change: ({ lineage }) => {
      lineage.machine.platform = RAW;
    },
    ...{ by: BROKEN, law: LAW, says: /machine/ },
  },
  {
    name: 'a machine in the lineage with one fact more',
    change: ({ lineage }) => {
      lineage.machine.owner = RAW;
    },
    ...{ by: BROKEN, law: LAW, says: /machine/ },
  },
  {
    name: 'a part in the lineage whose hash is a name',
    change: ({ lineage }) => {
      lineage.parts[0] = RAW as Sha256;
    },
    ...{ by: BROKEN, law: LAW, says: /parts/ },
  },
  {
    name: 'more partitions in the lineage than timelines',
    change: ({ lineage }) => {
      lineage.partitions += 1;
    },
    ...{ by: 'manifest', law: LAW, says: /partitions|timelines/ },
  },
  {
    name: 'a corpus in the lineage that was not built as far as its release',
    change: ({ lineage, manifest }) => {
      lineage.corpus_until = manifest.until - 1;
    },
    ...{ by: 'manifest', law: LAW, says: /corpus ends at/, isWide: true },
  },
  {
    name: 'a lineage with a key twice, of which readers take the second',
    change(release) {
      release.sign();
      const text = `${release.read('lineage.json')}`;
      release.write('lineage.json', text.replace('{', `{"manifest_sha256":"${RAW}",`));
    },
    ...{ by: BROKEN, law: LAW, says: /lineage/ },
  },
  {
    name: 'a corpus in the lineage that ends after all times',
    change: ({ lineage }) => {
      lineage.corpus_until = Number.MAX_SAFE_INTEGER;
    },
    ...{ by: 'manifest', law: 'PUBLISH-7', says: /corpus_until/ },
  },
];
