/**
 * Rows written into parts come back as they were made, whatever segments and events they have in
 * common and wherever a part ends.
 */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FIELD_RUNS } from '../../schemas/field-runs.ts';
import { CorpusId, type MemberId } from '../../schemas/ids.ts';
import { type CorpusRow, LEVELS, ROLES } from '../../schemas/rows.ts';
import { openMemoryStore } from '../../src/adapters/memory/memory-store.ts';
import { partDictionaries } from '../../src/corpus/open-part.ts';
import { createPartFiles, type PartRow, type PartSizes } from '../../src/corpus/part-files.ts';
import { wholePart } from '../../src/lake/chain-state.ts';
import { corpusFolder } from '../../src/lake/corpus-records.ts';
import { createFixedSegments } from '../../src/prompt/fixed-segments.ts';
import { type IntList, pushInt } from '../../src/prompt/int-list.ts';
import { createItemLines, LINES_A_VERSION } from '../../src/prompt/item-lines-table.ts';
import { FIXED_FROM, type KnownTexts, QUESTION_LEVEL } from '../../src/prompt/known-texts.ts';
import type { Segment } from '../../src/prompt/rendered-row.ts';
import { clearDraft, createRowDraft, OWN_EVENT, OWN_SEGMENT } from '../../src/prompt/row-draft.ts';
import type { MemberTimeline } from '../../src/timeline/member-timeline.ts';
import type { Question } from '../../src/timeline/questions.ts';
import { did, NOON, profile, timelineOf } from '../timeline/events.ts';
import { type ReadEvent, readPart } from './read-part.ts';

const VERSIONS = 5;
const EVENTS = 6;
const PROFILES = 2;

const ids = fc.array(fc.nat(2 ** 18), { minLength: 1, maxLength: 8 });
const line = fc.record({
  ids,
  fields: fc.constantFrom('', 'title 0 1', 'title 0 1;a%20b 1 2', 'Ünder 0 1'),
});
/** What a row is joined of; numbers are taken modulo how many there are. */
const pick = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('fixed' as const), at: fc.nat(), level: fc.constant(0) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('history' as const), at: fc.nat(), level: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('asked' as const), at: fc.nat(), level: fc.constant(0) }) },
  fc.record({ kind: fc.constantFrom('profile' as const, 'exposure' as const), at: fc.nat(), level: fc.constant(0) }),
);
const row = fc.record({
  picks: fc.array(pick, { minLength: 1, maxLength: 12 }),
  /** Positions in the timeline of the entries of the history. */
  history: fc.array(fc.nat(EVENTS - 1), { minLength: 1, maxLength: 8 }),
  opening: fc.nat(EVENTS - 1),
  profile: fc.nat(PROFILES - 1),
  own: fc.record({ profile: fc.nat(2), exposure: fc.nat(2) }),
  stoppedAt: fc.option(fc.nat()),
  spans: fc.array(fc.tuple(fc.nat(99), fc.nat(99)), { maxLength: 3 }),
  ledger: fc.record({ lowered: fc.nat(), room: fc.integer({ min: -50, max: 5_000 }), used: fc.nat() }),
});
const worlds = fc.record({
  versions: fc.array(fc.array(line, { minLength: LINES_A_VERSION, maxLength: LINES_A_VERSION }), {
    minLength: VERSIONS,
    maxLength: VERSIONS,
  }),
  fixed: fc.array(fc.record({ role: fc.constantFrom(...ROLES), ids }), { minLength: 1, maxLength: 5 }),
  own: fc.array(line, { minLength: 3, maxLength: 3 }),
  /** By member: a part's rows come member by member. */
  members: fc.array(fc.array(row, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 }),
  sizes: fc.record({ tokens: fc.constantFrom(30, 100, 10_000), segmentTokens: fc.constantFrom(1, 40, 10_000) }),
});
type World = typeof worlds extends fc.Arbitrary<infer T> ? T : never;
type Row = typeof row extends fc.Arbitrary<infer T> ? T : never;

function pushAll(list: IntList, values: readonly number[]): void {
  for (const value of values) pushInt(list, value);
}

function timelineOfMember(number: number): MemberTimeline {
  const member_id = `m${number}` as MemberId;
  const events = Array.from({ length: EVENTS }, (_, i) =>
    did('viewed', `j${i}`, i === 0 ? null : NOON + i, { member_id, sequence: i % 2 === 0 ? 0 : -i }),
  );
  const profiles = Array.from({ length: PROFILES }, (_, i) => profile(NOON + 10 * i, { member_id, sequence: 9 - i }));
  return timelineOf([...events, ...profiles]);
}

/** A row as it is handed to the parts, and as it is expected back. */
function made(world: World, known: KnownTexts, timeline: MemberTimeline, { picks, ...row }: Row) {
  const { versionAt } = known;
  const draft = createRowDraft();
  clearDraft(draft);
  const ids: number[] = [];
  const segments: Segment[] = [];
  const add = (number: number, own: ArrayLike<number>, segment: Omit<Segment, 'to'>) => {
    pushInt(draft.segments, number);
    ids.push(...Array.from(own));
    segments.push({ ...segment, to: ids.length });
  };
  const ownLine = (name: 'profile' | 'exposure') => {
    const line = { ...world.own[row.own[name]]!, ids: Int32Array.from(world.own[row.own[name]]!.ids) };
    draft[name] = { key: `${name} ${row.own[name]}`, line };
    return line;
  };
  const eventAt = (position: number) => timeline.events[position]!.event_id;
  for (const { kind, at, level } of picks) {
    const itemLine = LINES_A_VERSION * (at % VERSIONS) + (kind === 'asked' ? QUESTION_LEVEL : level);
    const version = versionAt(at % VERSIONS).eventId;
    if (kind === 'fixed') {
      const { role, ids: text } = world.fixed[at % world.fixed.length]!;
      const number = known.fixed.numberOf(role, Int32Array.from(text));
      add(FIXED_FROM + number, text, { role, version: '', level: '', event: '', fields: [] });
    } else if (kind === 'history' || kind === 'asked') {
      const entry = at % row.history.length;
      const isHistory = kind === 'history';
      add(itemLine, known.items.idsOf(itemLine), {
        ...{ role: isHistory ? 'history' : 'question', version, level: isHistory ? LEVELS[level]! : 'question' },
        event: isHistory ? eventAt(row.history[entry]!) : '',
        fields: FIELD_RUNS.load(known.items.fieldsOf(itemLine)),
      });
      if (isHistory) pushInt(draft.events, entry);
    } else {
      const { ids: text, fields } = ownLine(kind);
      const isProfile = kind === 'profile';
      add(OWN_SEGMENT[kind], text, {
        ...{ role: isProfile ? 'profile' : 'question', version: '', level: isProfile ? 'profile' : 'shown' },
        event: isProfile ? timeline.profiles[row.profile]!.eventId : eventAt(row.opening),
        fields: FIELD_RUNS.load(fields),
      });
      pushInt(draft.events, isProfile ? OWN_EVENT.profile : OWN_EVENT.opening);
    }
  }
  const entry = row.stoppedAt === null ? undefined : row.stoppedAt % row.history.length;
  pushAll(draft.spans, row.spans.flat());
  Object.assign(draft, { tokens: ids.length, stoppedAt: entry ?? OWN_EVENT.none, ...row.ledger });
  const question = {
    ...{ memberId: timeline.memberId, profile: timeline.profiles[row.profile] },
    history: { event: Int32Array.from(row.history), available: row.history.length },
  } as unknown as Question;
  const content = Int32Array.of(row.spans.length, ...row.spans.flat(), ...ids);
  return {
    row: { draft, question, timeline, opening: row.opening },
    wanted: {
      ...{ ids: Int32Array.from(ids), segments, ledger: row.ledger, spans: Int32Array.from(row.spans.flat()) },
      content: createHash('sha256').update(Buffer.from(content.buffer)).digest('hex'),
      stoppedAt: entry === undefined ? '' : eventAt(row.history[entry]!),
    },
  };
}

/** A sidecar that says which row it is of. */
const metaOf = (number: number, n_tokens: number, member: MemberId): CorpusRow => ({
  ...{ key: `row ${number}`, member, task: 't', form: 'f', template: 'a', template_version: 1, variant: '' },
  ...{ label: 'Yes', asked_at: NOON, label_settled_at: NOON, closes_at: NOON, item_ids: [], candidate_reasons: [] },
  ...{ surface: '', slate_id: '', position: -1, propensity: -1, n_tokens, n_loss_tokens: number },
  ...{ n_history_shown: 0, n_history_available: 0, n_actions_before: 0 },
});

/** All rows written into parts and read back. */
async function writtenAndRead(world: World) {
  const items = createItemLines();
  const fixed = createFixedSegments();
  for (const [version, lines] of world.versions.entries())
    items.add(
      version,
      lines.map((each) => ({ ...each, ids: Int32Array.from(each.ids) })),
    );
  const source = {
    items,
    fixed,
    versionAt: (number: number) => ({ eventId: `version ${number}` }),
  } as unknown as KnownTexts;
  const corpus = CorpusId.parse('0123456789abcdef');
  const store = openMemoryStore();
  const parts = createPartFiles({ store, folder: corpusFolder(corpus, 0) }, source, world.sizes);
  const wanted: ReturnType<typeof made>['wanted'][] = [];
  for (const [number, rows] of world.members.entries()) {
    const timeline = timelineOfMember(number);
    for (const each of rows) {
      const one = made(world, source, timeline, each);
      const meta = metaOf(wanted.length, one.wanted.ids.length, timeline.memberId);
      const digest = String(wanted.length).padStart(32, '0');
      await parts.add({ ...one.row, meta, questionDigest: digest, isAlike: false } satisfies PartRow);
      expect(parts.lastIds()).toEqual(one.wanted.ids);
      wanted.push(one.wanted);
    }
  }
  const places = (await parts.finish()).map((files) => ({ store, corpus, partition: 0, files: wholePart(files) }));
  return { wanted, places, read: await Promise.all(places.map(readPart)) };
}

/** When a part ends: before a row that would be too much, or once its dictionary is large. */
function expectedParts(
  wanted: readonly { readonly ids: Int32Array; segments: readonly Segment[] }[],
  sizes: PartSizes,
) {
  const parts: number[] = [];
  let [rows, tokens] = [0, 0];
  let dictionary = new Map<string, number>();
  for (const { ids, segments } of wanted) {
    const held = [...dictionary.values()].reduce((sum, size) => sum + size, 0);
    if (rows > 0 && (tokens + ids.length > sizes.tokens || held > sizes.segmentTokens)) {
      parts.push(rows);
      [rows, tokens, dictionary] = [0, 0, new Map()];
    }
    rows++;
    tokens += ids.length;
    for (const [key, size] of segmentsOf({ ids, segments })) dictionary.set(key, size);
  }
  return [...parts, rows];
}

/** What a dictionary tells segments by, and the tokens of each. */
function segmentsOf({ ids, segments }: { readonly ids: Int32Array; readonly segments: readonly Segment[] }) {
  return segments.map(({ role, version, level, fields, to }, i) => {
    const own = ids.subarray(i === 0 ? 0 : segments[i - 1]!.to, to);
    return [JSON.stringify([role, version, level, fields, [...own]]), own.length] as const;
  });
}

type Written = Awaited<ReturnType<typeof writtenAndRead>>;

function expectRows({ wanted, read }: Written): void {
  const rows = read.flatMap((part) => part.rows);
  expect(rows.map(({ stored }) => stored.key)).toEqual(wanted.map((_, i) => `row ${i}`));
  for (const [i, { stored, ids, segments, stoppedAt }] of rows.entries()) {
    const { lowered, room, used, content, loss_spans: spans } = stored;
    expect({ ids, segments, stoppedAt, ledger: { lowered, room, used }, content, spans }).toEqual(wanted[i]);
    expect(stored).toMatchObject({ n_tokens: ids.length, question: String(i).padStart(32, '0') });
  }
}

function expectSizes({ wanted, places }: Written, sizes: PartSizes): void {
  expect(places.map(({ files }) => files.rows)).toEqual(expectedParts(wanted, sizes));
  const tokens = wanted.reduce((sum, { ids }) => sum + ids.length, 0);
  expect(places.reduce((sum, { files }) => sum + files.tokens, 0)).toBe(tokens);
}

/** Returns how many segments of rows are in the dictionary once for several. */
async function expectSegments({ places, read }: Written): Promise<number> {
  let saved = 0;
  for (const [i, place] of places.entries()) {
    const used = read[i]!.rows.flatMap(segmentsOf).map(([key]) => key);
    const { segments } = await partDictionaries(place);
    expect(segments.count).toBe(new Set(used).size);
    expect(place.files.segments.rows).toBe(segments.count);
    saved += used.length - segments.count;
  }
  return saved;
}

function expectEvents({ places, read }: Written): void {
  for (const [i, { rows, events }] of read.entries()) {
    const named = rows.flatMap(({ stored, segments, stoppedAt }) =>
      [...segments.map(({ event }) => event), stoppedAt]
        .filter((event) => event !== '')
        .map((event) => `${stored.member} ${event}`),
    );
    const nameOf = ({ member, event }: ReadEvent) => `${member} ${event}`;
    expect(events.map(nameOf).toSorted()).toEqual([...new Set(named)].sort());
    expect(places[i]!.files.events.rows).toBe(events.length);
    const members = events.map(({ member }) => member);
    expect(members).toEqual(members.toSorted());
    for (const { member, event, kind, at, sequence } of events) {
      const timeline = timelineOfMember(Number(member.slice(1)));
      const position = timeline.events.findIndex((each) => each.event_id === event);
      const version = timeline.profiles.find((each) => each.eventId === event);
      const wanted =
        kind === 'interaction'
          ? { at: timeline.at[position], sequence: timeline.events[position]!.sequence ?? 0 }
          : { at: version!.at, sequence: version!.sequence };
      expect({ at, sequence }).toEqual(wanted);
    }
  }
}

describe('parts', () => {
  it('are of a size, hand rows back as they were made, and hold each text and each event once', async () => {
    const seen = { parts: 0, rolled: 0, saved: 0 };
    await fc.assert(
      fc.asyncProperty(worlds, async (world) => {
        const written = await writtenAndRead(world);
        expectRows(written);
        expectSizes(written, world.sizes);
        expectEvents(written);
        seen.saved += await expectSegments(written);
        seen.parts += written.places.length;
        if (written.places.length > 1) seen.rolled++;
      }),
      { numRuns: 60, seed: 7 },
    );
    expect(seen.rolled, 'rows must be in several parts').toBeGreaterThan(20);
    expect(seen.saved, 'rows must have segments in common').toBeGreaterThan(500);
  });
});
