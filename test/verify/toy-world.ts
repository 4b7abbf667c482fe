/**
 * A small world for tests: the jobs domain of the design, the shipped templates, and a tokenizer of
 * words.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { Domain } from '../../schemas/domain.ts';
import type { StoredIdentity } from '../../schemas/identity.ts';
import type { Sha256 } from '../../schemas/ids.ts';
import { Template } from '../../schemas/template.ts';
import { type CorpusIdentity, corpusIdentity, storedIdentity as toStored } from '../../src/forms/identity.ts';
import { CorpusSection } from '../../src/forms/recipe.ts';
import { type CheckedEvent, readEvent } from '../../src/verify/events/checked-event.ts';
import { type Identity, identitySchema } from '../../src/verify/identity/identity.ts';
import { readAs } from '../../src/verify/read-json.ts';
import { type Corpus, corpusOf } from '../../src/verify/reference/tasks.ts';
import type { ReferenceTokenizer } from '../../src/verify/world/tokenizer-port.ts';
import { buildWorld } from './whole-world.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** Noon of 2026-01-10. */
export const NOON = Date.UTC(2026, 0, 10, 12);

export const jobs = Domain.parse({
  name: 'jobs',
  item: {
    one: 'job',
    many: 'jobs',
    line: '[Title: {title}, Location: {location}, Country: {country}, Company: {company}, Description: {description}]',
  },
  profile: 'Current position: {position}, current company: {company}, Location: {location}.',
  exposures: ['impression'],
  actions: [
    { name: 'applied', will: 'apply', past: 'applied to', positive: true },
    { name: 'dismissed', will: 'dismiss', past: 'dismissed' },
    { name: 'viewed', will: 'view', past: 'viewed', positive: true },
  ],
  none: { name: 'did not interact', will: 'not interact' },
});

export const votes = Domain.parse({
  name: 'votes',
  item: { one: 'bill', many: 'bills', line: '[Title: {title}]' },
  profile: 'Senator: {name}.',
  actions: [
    { name: 'yea', will: 'vote yea', past: 'voted yea on', ask: 'vote yea on', positive: true },
    { name: 'nay', will: 'vote nay', past: 'voted nay on', ask: 'vote nay on' },
  ],
  none: { name: 'did not vote', will: 'not vote' },
});

const templatesFolder = new URL('../../pipelines/templates/', import.meta.url);

/** All templates that ship. */
export function shippedTemplates(): Template[] {
  return readdirSync(templatesFolder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => Template.parse(parse(readFileSync(new URL(name, templatesFolder), 'utf8'))));
}

/** Read once for all worlds. */
const SHIPPED = shippedTemplates();

/**
 * One token a word, mark or line end; a frame of two tokens before the first line and two after
 * the last.
 */
export function wordTokenizer(): ReferenceTokenizer & { decode(ids: ArrayLike<number>): string } {
  const words = new Map<string, number>();
  const texts: string[] = [];
  const idOf = (word: string) => {
    const known = words.get(word);
    if (known !== undefined) return known;
    words.set(word, texts.length);
    return texts.push(word) - 1;
  };
  for (const control of ['<end>', '<user>', '<assistant>']) idOf(control);
  const pieces = (text: string) => text.match(/ ?[\p{L}\p{N}]+|\n|./gsu) ?? [];
  const encode = (text: string) => pieces(text).map(idOf);
  return {
    encode,
    encodeAnswer: encode,
    frame: (first, last) => ({
      head: [1, ...encode(`${first}\n`)],
      tail: [...encode(last), 0, 2],
      headControl: 1,
      tailLine: encode(last).length,
    }),
    endId: 0,
    controlIds: new Set([0, 1, 2]),
    encodeLines: (texts) =>
      texts.map((text) => {
        let at = 0;
        const offsets = pieces(text).flatMap((piece) => {
          const from = at;
          at += piece.length;
          return [from, at];
        });
        return { ids: encode(text), offsets };
      }),
    decode: (ids) => Array.from(ids, (id) => texts[id]).join(''),
  };
}

/** What a toy world has of its own. */
export interface ToyOptions {
  readonly section?: Record<string, unknown>;
  readonly context?: number;
  readonly domain?: Domain;
  readonly templates?: Template[];
  readonly tokenizer?: ReferenceTokenizer;
}

/** An identity as the builder makes it, with its defaults written out. */
export function builtIdentity(options: ToyOptions = {}): CorpusIdentity {
  const section = CorpusSection.parse({
    seed: 7,
    tokenizer: { path: 'toy', sha256: '0'.repeat(64) },
    context: 4096,
    label_window: '7d',
    tasks: [{ form: 'ranking.pointwise', order: 'by_action', templates: ['seed'] }],
    ...options.section,
  });
  const { context = 4096, domain = jobs, templates = SHIPPED } = options;
  const hashes = { sha256: '0'.repeat(64) as Sha256, chat_template_sha256: null };
  const tokenizer = { id: 'toy', ...hashes, bos: null, eos: 0, pad: null, end: 0, add_bos: false };
  const identity = corpusIdentity({ section, context, domain, templates, tokenizer });
  return { ...identity, context_min: context };
}

/** An identity as a release stores it. */
export function storedIdentity(options: ToyOptions = {}): StoredIdentity {
  return toStored(builtIdentity(options));
}

/** An identity as the checker reads it. */
export function toyIdentity(options: ToyOptions = {}): Identity {
  return readAs(identitySchema, storedIdentity(options), 'identity');
}

/** The corpus of raw records; throws where one is no event. */
export function toyWorld(records: readonly object[], options: ToyOptions = {}): Corpus {
  const events = records.map((record): CheckedEvent => {
    const event = readEvent(record);
    if (event === undefined) throw new Error(`not an event: ${JSON.stringify(record)}`);
    return event;
  });
  return corpusOf(buildWorld(events, toyIdentity(options), options.tokenizer ?? wordTokenizer()));
}

let made = 0;

/** A raw interaction of member `m`. */
export function act(item: string, action: string, at: number | null, more: object = {}): object {
  return {
    type: 'interaction',
    event_id: `e${++made}`,
    event_time: at,
    member_id: 'm',
    item_id: item,
    action,
    ...more,
  };
}

/** A raw item version, there from long ago unless it says when. */
export function item(id: string, attributes: object = { title: `Job ${id}` }, at: number | null = 0): object {
  return { type: 'item', event_id: `v${++made}`, event_time: at, item_id: id, op: 'upsert', attributes };
}

/** A raw profile of member `m`. */
export function profile(attributes: object, at: number | null = 0): object {
  return { type: 'member', event_id: `p${++made}`, event_time: at, member_id: 'm', op: 'upsert', attributes };
}

/** The text of a prompt: lines alone, without the frame. */
export function promptText(pieces: readonly { text: string }[]): string {
  return pieces.map(({ text }) => text).join('');
}
