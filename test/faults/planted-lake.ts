/** Faults planted in the files of a lake that many builds have written. */
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '../../schemas/canonical-json.ts';
import { CommitRecord, type CorpusRecord, type RewriteRecord, type TimelineRecord } from '../../schemas/commit.ts';
import type { Sha256 } from '../../schemas/ids.ts';
import { sha256Hex } from '../../src/content-hash.ts';
import type { LakeCheck } from '../../src/lake/check/lake-faults.ts';
import { recordKey } from '../../src/lake/commit-log.ts';

/** A fault, and what `verify --lake` must say of it. */
export interface Planted {
  readonly check: LakeCheck;
  /** Key of the file that must be named; undefined: any. */
  readonly file?: string;
  readonly detail: RegExp;
}

/** A lake in a folder, and chance. */
export interface LakeToSpoil {
  readonly lake: string;
  /** One of many, drawn. */
  draw<T>(from: readonly T[]): T;
}

type Kind = (of: LakeToSpoil) => Planted;

const OTHER = '0'.repeat(64) as Sha256;

/** Keys of all files below folders of chains that have this name. */
function keysIn(lake: string, name: string): string[] {
  return readdirSync(lake, { recursive: true, encoding: 'utf8' })
    .map((key) => key.replaceAll('\\', '/'))
    .filter((key) => /^(timelines|items|corpora)\//.test(key) && key.split('/').at(-2) === name)
    .sort();
}

/** Chains with a record of the kind, and the numbers of all of these. */
function chainsWith<K extends CommitRecord['kind']>(lake: string, kind: K) {
  const all = keysIn(lake, 'commits').map((key) => ({ key, record: recordAt(lake, key) }));
  return all.flatMap(({ key, record }) =>
    record.kind === kind
      ? [{ folder: key.slice(0, key.lastIndexOf('/commits/')), record: record as Extract<CommitRecord, { kind: K }> }]
      : [],
  );
}

function recordAt(lake: string, key: string): CommitRecord {
  return CommitRecord.parse(JSON.parse(readFileSync(join(lake, key), 'utf8')));
}

/** Writes another record in place of one, and the chain behind it so that hashes fit. */
function forge<R extends CommitRecord>(lake: string, folder: string, { record, change }: Forgery<R>): string {
  const numbers = readdirSync(join(lake, folder, 'commits')).length;
  let next: CommitRecord = change(record);
  for (let seq = record.seq; ; seq++) {
    const text = canonicalJson(next);
    writeFileSync(join(lake, recordKey(folder, seq)), text);
    if (seq === numbers) return recordKey(folder, record.seq);
    next = { ...recordAt(lake, recordKey(folder, seq + 1)), previous: sha256Hex(text) };
  }
}

interface Forgery<R> {
  readonly record: R;
  readonly change: (record: R) => CommitRecord;
}

/** A record of the kind that is drawn, changed, in a chain whose hashes fit. */
function forged<K extends CommitRecord['kind']>(
  kind: K,
  [check, detail]: readonly [LakeCheck, RegExp],
  change: (record: Extract<CommitRecord, { kind: K }>, of: LakeToSpoil, folder: string) => CommitRecord | undefined,
): Kind {
  return (of) => {
    const able = chainsWith(of.lake, kind).flatMap(({ folder, record }) => {
      const changed = change(record, of, folder);
      return changed === undefined ? [] : [{ folder, record, changed }];
    });
    const { folder, record, changed } = of.draw(able);
    return { check, detail, file: forge(of.lake, folder, { record, change: () => changed }) };
  };
}

/** Content of other bytes under its own name; returns what names it. */
function written(of: LakeToSpoil, folder: string, text: string) {
  const sha256 = sha256Hex(text);
  writeFileSync(join(of.lake, folder, `${sha256}.json`), text);
  return { sha256, bytes: Buffer.byteLength(text) };
}

/** Whether it is the newest of its chain: sums are compared there. */
function isNewest(of: LakeToSpoil, folder: string, record: TimelineRecord): boolean {
  return record.seq === readdirSync(join(of.lake, folder, 'commits')).length;
}

/** Folders of files that records name. */
export const FILE_FOLDERS = [
  ...(['raw', 'index', 'erased', 'changes', 'dead', 'state'] as const),
  ...(['parts', 'segments', 'events', 'removed'] as const),
] as const;

/** What may become of a file. */
export const SPOILT: Readonly<Record<string, (path: string) => RegExp>> = {
  'a byte that is another one': (path) => {
    const bytes = readFileSync(path);
    const at = Math.floor(bytes.length / 2);
    bytes[at] = (bytes[at] ?? 0) ^ 0x10;
    writeFileSync(path, bytes);
    return /other bytes than those that its name is the hash of/;
  },
  'an end that is missing': (path) => {
    truncateSync(path, readFileSync(path).length - 1);
    return /has \d+ bytes and not \d+/;
  },
  'nothing where it was': (path) => {
    rmSync(path);
    return /is missing|does not exist|no such/;
  },
};

/** A file of the folder with a fault. */
export function spoiltFile(of: LakeToSpoil, folder: string, how: string): Planted {
  const file = of.draw(keysIn(of.lake, folder));
  return { check: 'file', file, detail: SPOILT[how]!(join(of.lake, file)) };
}

const moreOf = (questions: CorpusRecord['questions']): CorpusRecord['questions'] | undefined => {
  const [task, fates] = Object.entries(questions).find(([, { rendered }]) => rendered !== undefined) ?? [];
  if (task === undefined || fates === undefined) return undefined;
  const [label, count] = Object.entries(fates.rendered ?? {})[0] ?? ['', 0];
  return { ...questions, [task]: { ...fates, rendered: { ...fates.rendered, [label]: count + 1 } } };
};

/** Faults of records, each with what must be said. */
export const RECORD_FAULTS: Readonly<Record<string, Kind>> = {
  'a record that is gone': (of) => {
    const claims = chainsWith(of.lake, 'claim').filter(({ folder }) => keysOfChain(of, folder) > 2);
    const { folder, record } = of.draw(claims);
    const file = recordKey(folder, record.seq);
    rmSync(join(of.lake, file));
    return { check: 'record', file, detail: /is missing, and there are records behind it/ };
  },
  'a newest record that is gone': (of) => {
    const { folder, record } = of.draw(
      chainsWith(of.lake, 'timeline').filter((each) => isNewest(of, each.folder, each.record)),
    );
    rmSync(join(of.lake, recordKey(folder, record.seq)));
    return { check: 'link', detail: new RegExp(`names record ${record.seq} of ${folder}, which is not there`) };
  },
  'a byte behind a record': (of) => {
    const file = of.draw(keysIn(of.lake, 'commits'));
    writeFileSync(join(of.lake, file), `${readFileSync(join(of.lake, file), 'utf8')}\n`);
    return { check: 'record', file, detail: /is not canonical JSON/ };
  },
  'a record that is no JSON': (of) => {
    const file = of.draw(keysIn(of.lake, 'commits'));
    writeFileSync(join(of.lake, file), '{');
    return { check: 'record', file, detail: /is no JSON/ };
  },
  'an identity of another corpus': (of) => {
    const file = of.draw(readdirSync(join(of.lake, 'corpora')).map((name) => `corpora/${name}/corpus.json`));
    const text = readFileSync(join(of.lake, file), 'utf8');
    writeFileSync(join(of.lake, file), text.replace(/"seed":\d+/, '"seed":123456'));
    return { check: 'identity', file, detail: /something else than what its name is the hash of/ };
  },
  'a corpus without an identity': (of) => {
    const file = of.draw(readdirSync(join(of.lake, 'corpora')).map((name) => `corpora/${name}/corpus.json`));
    rmSync(join(of.lake, file));
    return { check: 'identity', file, detail: /is missing/ };
  },
  'a file among records': (of) => {
    const file = of.draw(keysIn(of.lake, 'commits')).replace(/[^/]+$/, '7.json');
    writeFileSync(join(of.lake, file), '{}');
    return { check: 'record', file, detail: /is no record by its name/ };
  },
  'another record before': (of) => {
    const file = of.draw(keysIn(of.lake, 'commits').filter((key) => !key.endsWith('/00000000000000000001.json')));
    writeFileSync(join(of.lake, file), canonicalJson({ ...recordAt(of.lake, file), previous: OTHER }));
    return { check: 'record', file, detail: /does not follow the record before it/ };
  },
  'another number': forged('claim', ['record', /says that it is record 9/], (record) => ({ ...record, seq: 9_000 })),
  'work of who did not claim': forged('timeline', ['record', /was appended without a claim/], (record) => ({
    ...record,
    attempt: 'somebody' as TimelineRecord['attempt'],
  })),
  'counts that do not balance': (of) => {
    const { folder, record } = of.draw(chainsWith(of.lake, 'timeline'));
    const counts = { ...record.counts, used: record.counts.used + 1 };
    const file = recordKey(folder, record.seq);
    writeFileSync(join(of.lake, file), canonicalJson({ ...record, counts }));
    return { check: 'record', file, detail: /does not balance/ };
  },
  'used for dropped': forged('timeline', ['counts', /records used, and its runs hold/], (record, of, folder) => {
    if (!isNewest(of, folder, record) || record.counts.used === 0) return undefined;
    const { used, dropped } = record.counts;
    return { ...record, counts: { ...record.counts, used: used - 1, dropped: dropped + 1 } };
  }),
  'fewer records read than before': forged('timeline', ['counts', /0 records read, where/], (record) =>
    record.seq < 3 || record.counts.read === 0
      ? undefined
      : { ...record, counts: { read: 0, used: 0, duplicate: 0, late: 0, dead: 0, dropped: 0 } },
  ),
  'other stats': forged('timeline', ['counts', /its stats say \d+ interactions/], (record, of, folder) => {
    if (!isNewest(of, folder, record)) return undefined;
    const stats = JSON.parse(readFileSync(join(of.lake, folder, 'state', `${record.stats.sha256}.json`), 'utf8'));
    const text = JSON.stringify({ ...stats, interactions: stats.interactions + 1 });
    return { ...record, stats: { ...written(of, `${folder}/state`, text), rows: 1 } };
  }),
  'nobody who was erased': forged('timeline', ['counts', /the list of the erased says something else/], (record) =>
    record.runs.every(({ erased }) => erased.length === 0)
      ? undefined
      : { ...record, runs: record.runs.map((run) => ({ ...run, erased: [] })) },
  ),
  'another timeline than there is': forged('corpus', ['link', /names record \d+ of timelines/], (record) => ({
    ...record,
    timeline: { ...record.timeline, sha256: OTHER },
  })),
  'items that are not there': forged(
    'corpus',
    ['link', /names record 9999 of items.0, which is not there/],
    (record) => ({
      ...record,
      items: record.items.map((each) => ({ ...each, seq: 9_999 })),
    }),
  ),
  'questions that no row is of': forged('corpus', ['counts', /rendered questions of .* and its rows are/], (record) => {
    const questions = moreOf(record.questions);
    return questions && { ...record, questions };
  }),
  'tokens of a part': forged('corpus', ['counts', /tokens of part .*, which has/], (record) =>
    record.files.length === 0
      ? undefined
      : { ...record, files: record.files.map((each) => ({ ...each, tokens: each.tokens + 1 })) },
  ),
  'a time that nobody decided': forged('corpus', ['counts', /decides from 1 to/], (record) => ({
    ...record,
    from_until: 1,
  })),
  'tokens that were taken out': forged('rewrite', ['rewrite', /takes out \d+ tokens of part/], (record) =>
    record.remove.length === 0
      ? undefined
      : { ...record, remove: record.remove.map((each) => ({ ...each, tokens: each.tokens + 1 })) },
  ),
  'rows that no part has': forged(
    'rewrite',
    ['rewrite', /takes rows out of part .* not its own/],
    withRows([1_000_000]),
  ),
  'rows that are taken out of nothing': forged('rewrite', ['record', /takes rows out of part 0{64}/], (record) => ({
    ...record,
    remove: [...record.remove, { part: OTHER, rows: { sha256: OTHER, bytes: 1, rows: 1 }, tokens: 1 }],
  })),
  'a sum that a rewrite does not change so': forged('rewrite', ['rewrite', /rendered questions of/], (record) => {
    const questions = moreOf(record.questions);
    return questions && { ...record, questions };
  }),
};

function withRows(rows: readonly number[]) {
  return (record: RewriteRecord, of: LakeToSpoil, folder: string): RewriteRecord | undefined => {
    const [first, ...others] = record.remove;
    if (first === undefined) return undefined;
    const file = { ...written(of, `${folder}/removed`, JSON.stringify(rows)), rows: rows.length };
    return { ...record, remove: [{ ...first, rows: file }, ...others] };
  };
}

function keysOfChain({ lake }: LakeToSpoil, folder: string): number {
  return readdirSync(join(lake, folder, 'commits')).length;
}
