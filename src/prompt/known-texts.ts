/** The texts that rows are made of, by number as far as they are known, and what is wanted. */
import type { Role, SegmentLevel } from '../../schemas/rows.ts';
import { nth, present } from '../checked.ts';
import type { ItemVersion } from '../timeline/item-table.ts';
import { createFixedSegments, type FixedSegments } from './fixed-segments.ts';
import { createItemLines, type ItemLines, itemLine, LINES_A_VERSION } from './item-lines-table.ts';
import type { LineSearch } from './line-search.ts';
import type { Line } from './lines.ts';
import type { CorpusPlan } from './plan.ts';
import { OWN_SEGMENT, type RowDraft } from './row-draft.ts';
import { wishOf } from './segments.ts';
import type { TemplatePlan } from './template-plan.ts';
import { createTemplateSegments, type TemplateSegments } from './template-segments.ts';
import { ITEM_LEVELS, type WantedText } from './texts.ts';

/** Numbers of a row's segments from here on are those of fixed segments; below, item lines. */
export const FIXED_FROM = 2 ** 30;
/** Place of the level at which items are asked about. */
export const QUESTION_LEVEL = ITEM_LEVELS.indexOf('question');

/** What rows want that is not known yet. */
export interface MissingTexts {
  readonly texts: readonly WantedText[];
  readonly frames: readonly { readonly template: TemplatePlan; readonly t: number }[];
}

/** Looks up what is missing; what nobody knows yet is made together. */
export function* findTexts(
  { segments }: Pick<CorpusPlan, 'segments'>,
  { texts, frames }: MissingTexts,
): LineSearch<ReadonlyMap<string, readonly Line[]>> {
  const { found, missing } = segments.look(texts);
  if (missing.length === 0 && frames.length === 0) return found;
  const wished = frames.map(({ template, t }) => template.frames.optionsAt(t));
  const made = yield { texts: missing.map(wishOf), frames: wished };
  for (const [i, text] of missing.entries()) found.set(text.key, segments.keep(text, nth(made.lines, i)));
  for (const [i, { template, t }] of frames.entries()) template.frames.keep(t, nth(made.frames, i));
  return found;
}

/** Texts by number. What is asked for and not known is wanted from then on. */
export interface KnownTexts {
  readonly items: ItemLines;
  readonly fixed: FixedSegments;
  /** The item version of a number. */
  versionAt(number: number): Pick<ItemVersion, 'eventId'>;
  segmentsOf(template: TemplatePlan): TemplateSegments;
  /** Asks for the frame of the template at T (epoch ms), which is not known. */
  wantFrame(template: TemplatePlan, t: number): void;
  /** Asks for the lines of a version where they are not known. */
  wantVersion(number: number): void;
  /** Asks for the template's heading of this number where it is not known. */
  wantHeading(told: TemplateSegments, heading: number): void;
  /** A member's own line; undefined, and wanted, where it is not known. */
  ownLine(text: WantedText): Line | undefined;
  /** What is wanted since something was learnt. Throws Error where nothing is. */
  missing(): MissingTexts;
  /** Learns all that is wanted: lines by the key of their text. */
  learn(lines: ReadonlyMap<string, readonly Line[]>): void;
}

/**
 * `versionAt`: the item version of a number. Bound: ITEM_LINE_BYTES_MAX of item lines, fixed
 * segments, and the members' own lines of one batch of rows.
 */
export function createKnownTexts(plan: CorpusPlan, versionAt: (number: number) => ItemVersion): KnownTexts {
  const fixed = createFixedSegments();
  const items = createItemLines();
  const templates = new Map<TemplatePlan, TemplateSegments>();
  let own = new Map<string, Line>();
  const wanted = {
    versions: new Map<number, WantedText>(),
    headings: new Map<TemplateSegments, Map<number, WantedText>>(),
    own: new Map<string, WantedText>(),
    frames: new Map<string, MissingTexts['frames'][number]>(),
  };
  const segmentsOf = (template: TemplatePlan) => {
    let known = templates.get(template);
    if (known === undefined) {
      known = createTemplateSegments(template, fixed);
      templates.set(template, known);
    }
    return known;
  };
  return {
    items,
    fixed,
    versionAt,
    segmentsOf,
    wantFrame: (template, t) =>
      void wanted.frames.set(`${template.task.name} ${template.template.id} ${t}`, { template, t }),
    wantVersion(number) {
      if (items.tokensOf(itemLine(number, 0)) < 0 && !wanted.versions.has(number))
        wanted.versions.set(number, plan.texts.item(versionAt(number)));
    },
    wantHeading(told, heading) {
      if (told.headings.get(heading) >= 0) return;
      const ofTemplate = wanted.headings.get(told) ?? new Map<number, WantedText>();
      wanted.headings.set(told, ofTemplate);
      if (!ofTemplate.has(heading)) ofTemplate.set(heading, plan.texts.fixed(told.template.headings.textOf(heading)));
    },
    ownLine(text) {
      const line = own.get(text.key);
      if (line === undefined) wanted.own.set(text.key, text);
      return line;
    },
    missing() {
      const { versions, headings, own: lines, frames } = wanted;
      // Whoever asks would ask for ever.
      if (versions.size + headings.size + lines.size + frames.size === 0) throw new Error('no text is missing');
      const fixedTexts = [...headings.values()].flatMap((ofTemplate) => [...ofTemplate.values()]);
      return { texts: [...versions.values(), ...fixedTexts, ...lines.values()], frames: [...frames.values()] };
    },
    learn(lines) {
      const linesOf = ({ key }: WantedText) => present(lines.get(key), 'line that was looked up');
      if (items.isFull()) items.forget();
      for (const [number, text] of wanted.versions) items.add(number, linesOf(text));
      for (const [told, ofTemplate] of wanted.headings)
        for (const [heading, text] of ofTemplate)
          told.headings.set(heading, fixed.numberOf('history', nth(linesOf(text), 0).ids));
      if (own.size > OWN_LINES_MAX) own = new Map();
      for (const text of wanted.own.values()) own.set(text.key, nth(linesOf(text), 0));
      for (const kind of Object.values(wanted)) kind.clear();
    },
  };
}

/** Members' own lines that are kept: those of more members than a batch has. */
const OWN_LINES_MAX = 4_096;

/** A view of the ids of a segment of the draft; holds until the next text is learnt. */
export function segmentIds({ items, fixed }: KnownTexts, draft: RowDraft, segment: number): Int32Array {
  if (segment >= FIXED_FROM) return fixed.at(segment - FIXED_FROM).ids;
  return segment >= 0 ? items.idsOf(segment) : ownLineOf(draft, segment).ids;
}

/** What a segment is of; its event the row says. */
export interface SegmentOrigin {
  readonly role: Role;
  /** Event id of the item version; empty: none. */
  readonly version: string;
  readonly level: SegmentLevel;
  /** The runs of its fields, as origin files hold them. */
  readonly fields: string;
}

/** Of a segment of the draft (ORIGIN-1 to ORIGIN-3). */
export function originOf({ fixed, items, versionAt }: KnownTexts, draft: RowDraft, segment: number): SegmentOrigin {
  if (segment >= FIXED_FROM) return { role: fixed.at(segment - FIXED_FROM).role, version: '', level: '', fields: '' };
  if (segment < 0) {
    const { fields } = ownLineOf(draft, segment);
    const told = { version: '', fields };
    return segment === OWN_SEGMENT.profile
      ? { ...told, role: 'profile', level: 'profile' }
      : { ...told, role: 'question', level: 'shown' };
  }
  const level = nth(ITEM_LEVELS, segment % LINES_A_VERSION);
  const { eventId: version } = versionAt(Math.floor(segment / LINES_A_VERSION));
  return { role: level === 'question' ? 'question' : 'history', version, level, fields: items.fieldsOf(segment) };
}

/** The row's own line that the number below 0 is of. */
function ownLineOf(draft: RowDraft, segment: number): Line {
  const own = segment === OWN_SEGMENT.profile ? draft.profile : draft.exposure;
  return present(own, 'line of the row’s own').line;
}
