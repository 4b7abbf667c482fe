/** docs/lake.md tells of the records, fates and bounds that a lake has. */
import { describe, expect, it } from 'vitest';
import {
  BUNDLE_EVERY,
  CHECKPOINT_EVERY,
  ClaimRecord,
  CommitRecord,
  CorpusRecord,
  RewriteRecord,
  StreamPart,
  TimelineRecord,
  TopicRange,
} from '../../schemas/commit.ts';
import { PARKED_REASONS } from '../../schemas/event.ts';
import { PARTITIONS_DEFAULT, PARTITIONS_MAX } from '../../schemas/lake.ts';
import { PART_EVENTS, PART_ROWS, PART_SEGMENTS } from '../../schemas/rows.ts';
import { PART_SEGMENT_TOKENS_MAX, PART_TOKENS_MAX } from '../../src/corpus/part-files.ts';
import { RAW_BYTES_MAX } from '../../src/sources/event-files.ts';
import { LINE_BYTES_MAX } from '../../src/sources/event-line.ts';
import { OVERLAY_BYTES_MAX } from '../../src/stream/partition.ts';
import { marked, names, page, section, tableRows } from './pages.ts';

const text = page('lake.md');
const records = section(text, '## Records of a chain');

describe('docs/lake.md', () => {
  it('lists the kinds of records, and the keys that each adds', () => {
    const kinds = CommitRecord.options.map((option) => option.shape.kind.value);
    expect(names(records)).toEqual(kinds);
    const chained = Object.keys(ClaimRecord.shape);
    expect(marked(records)).toEqual(expect.arrayContaining(chained));
    const added = (shape: object) => Object.keys(shape).filter((key) => !chained.includes(key));
    const told = tableRows(records).map(([, , adds = '']) => marked(adds));
    expect(told).toEqual([[], added(TimelineRecord.shape), added(CorpusRecord.shape), added(RewriteRecord.shape)]);
  });

  it('lists what a record of a stream adds', () => {
    const stream = section(text, '## Records of a stream');
    expect(names(stream)).toEqual(Object.keys(StreamPart.shape));
    const { topic: _, partition: __, ...range } = TopicRange.shape;
    expect(marked(stream)).toEqual(expect.arrayContaining(Object.keys(range)));
    expect(stream).toContain(`at most ${OVERLAY_BYTES_MAX / 1024 / 1024} MiB`);
  });

  it('lists the fates of records and the reasons of dead letters', () => {
    const read = section(text, '## What is read');
    const { read: _sum, ...fates } = TimelineRecord.shape.counts.shape;
    expect(names(read)).toEqual(Object.keys(fates));
    expect(marked(read)).toEqual(expect.arrayContaining([...PARKED_REASONS]));
  });

  it('lists the columns of the files of a part, and the keys of what a record says of it', () => {
    const part = section(text, '## What a part holds');
    const listed = new Map<string, string[]>();
    let file = '';
    for (const [own = '', columns = ''] of tableRows(part)) {
      file = own === '' ? file : own;
      listed.set(file, [...(listed.get(file) ?? []), ...marked(columns)]);
    }
    const tables = { '`parts/`': PART_ROWS, '`segments/`': PART_SEGMENTS, '`events/`': PART_EVENTS };
    expect([...listed.keys()]).toEqual(Object.keys(tables));
    for (const [name, table] of Object.entries(tables))
      expect(listed.get(name)?.toSorted(), name).toEqual(Object.keys(table).toSorted());
    const { element } = CorpusRecord.shape.files;
    expect(marked(records)).toEqual(expect.arrayContaining(Object.keys(element.shape)));
    for (const folder of Object.keys(tables).map((name) => name.slice(1, -1)))
      expect(section(text, '## What lies where')).toContain(`/${folder}<sha256>.parquet`);
  });

  it('tells the bounds', () => {
    for (const count of [PARTITIONS_MAX, LINE_BYTES_MAX, RAW_BYTES_MAX, PART_TOKENS_MAX, PART_SEGMENT_TOKENS_MAX]) {
      expect(text).toContain(count.toLocaleString('en'));
    }
    expect(text).toContain(`${PARTITIONS_DEFAULT} by default`);
    for (const every of [CHECKPOINT_EVERY, BUNDLE_EVERY]) expect(text).toContain(`whose number ${every} divides`);
  });
});
