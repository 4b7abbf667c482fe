/** Rows of a part with what they number looked up, as no part of the builder reads them. */
import { loadRow, type RowOf } from '../../schemas/columns.ts';
import { FIELD_RUNS } from '../../schemas/field-runs.ts';
import { EVENT_KINDS, EVENT_LEVELS, PART_ROWS, ROLES, SEGMENT_LEVELS } from '../../schemas/rows.ts';
import { type PartRef, partDictionaries, partGroups } from '../../src/corpus/open-part.ts';
import type { Segment } from '../../src/prompt/rendered-row.ts';
import { readStored } from '../../src/shard/records.ts';

/** A row of a part as it reads. */
export interface ReadRow {
  readonly stored: RowOf<typeof PART_ROWS>;
  readonly ids: Int32Array;
  /** In order; a history heading has no event here. */
  readonly segments: readonly Segment[];
  /** The event at which filling stopped; empty: it did not. */
  readonly stoppedAt: string;
}

/** An event of a part, as its dictionary has it. */
export interface ReadEvent {
  readonly member: string;
  readonly kind: (typeof EVENT_KINDS)[number];
  readonly event: string;
  readonly at: number;
  readonly sequence: number;
}

/** All rows of a part, and all events of its dictionary. */
export async function readPart(place: PartRef): Promise<{ rows: ReadRow[]; events: ReadEvent[] }> {
  const { segments, events: told } = await partDictionaries(place);
  const textAt = ({ dictionary, indices }: { dictionary: readonly string[]; indices: Int32Array }, i: number) =>
    dictionary[indices[i]!]!;
  const events = Array.from(
    { length: told.count },
    (_, i): ReadEvent => ({
      member: textAt(told.members, i),
      kind: EVENT_KINDS[told.kinds[i]!]!,
      event: textAt(told.events, i),
      at: told.at[i]!,
      sequence: told.sequences[i]!,
    }),
  );
  const rows: ReadRow[] = [];
  for await (const group of partGroups(place)) {
    const { at } = await readStored(group.file, group.number, PART_ROWS);
    for (let i = 0; i < group.rows; i++) {
      const stored = loadRow(PART_ROWS, at(i));
      const lists: Int32Array[] = [];
      const read: Segment[] = [];
      let next = 0;
      let to = 0;
      for (const number of stored.segments) {
        const ids = segments.ids.slice(segments.offsets[number]!, segments.offsets[number + 1]!);
        const level = SEGMENT_LEVELS[segments.levels[number]!]!;
        to += ids.length;
        lists.push(ids);
        read.push({
          ...{ role: ROLES[segments.roles[number]!]!, to, level, version: textAt(segments.versions, number) },
          event: EVENT_LEVELS.has(level) ? events[stored.events[next++]!]!.event : '',
          fields: FIELD_RUNS.load(textAt(segments.fields, number)),
        });
      }
      const ids = Int32Array.from(lists.flatMap((own) => [...own]));
      const stoppedAt = stored.stopped_at < 0 ? '' : events[stored.stopped_at]!.event;
      rows.push({ stored, ids, segments: read, stoppedAt });
    }
  }
  return { rows, events };
}
