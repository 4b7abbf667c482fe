/**
 * What bounds the rows that miss their goals, and what was tried: the page of the bench says it
 * beneath the table, for those that missed. The profile that it speaks of is latest-profile.md.
 */
import type { RowName } from './rows.ts';

/** Why rows are where they are. */
export interface Bound {
  readonly rows: readonly RowName[];
  readonly bounds: string;
  readonly tried: string;
}

/** Each row that ever missed its goal is in one of them. */
export const BOUNDS: readonly Bound[] = [
  {
    rows: ['warm-careful', 'warm-plain', 'warm-limit', 'cold-careful'],
    bounds:
      'The peers have prompts that somebody else rendered, and write three columns. A build asks, fills and writes ' +
      'rows, and a release hides ids, shuffles, joins, and writes sidecars and origins besides; two thirds of the ' +
      'processor time are the build’s. No function has a tenth of it: what is left is spread over a hundred of them, ' +
      'most of which run once an entry or a row. Encoding is a small part, so that texts that are known save little.',
    tried:
      'rows as numbers until they are released, histories that are found and not walked, digests by one call, ' +
      'parts that hold each text once, parts read once by the release, its groups joined in threads. V8 without ' +
      'its optimizing compiler takes as long, and larger young generations collect as long: what is left is work ' +
      'of the runtime (hashing, maps, messages, zstd, collection), not loops that a compiler could make faster.',
  },
  {
    rows: ['append-day', 'append-late', 'append-sample'],
    bounds:
      'A day of a twentieth of the rows reads far more than a twentieth of the events: whoever has a question that ' +
      'closes, or a new event, is read whole, since a history shows all of his past, and those who do much do ' +
      'something on most days. Of these simulated members an eighth does something on the days that count for one ' +
      'build, and has three fifths of all events. Beside that some 8 s go into loading a tokenizer, code and the ' +
      'texts of items, whatever comes.',
    tried:
      'members found by the hours of their events, none of whom is read who has nothing to decide; nothing worked ' +
      'out for questions that are only pending, and nothing of items for those that are lost; items found without ' +
      'reading what they say. Not tried: one thread for a small day (less processor time, more time), runs that ' +
      'hold new events alone, tables of a member that go on from the day before.',
  },
  {
    rows: ['texts-lines'],
    bounds:
      'Each item line is made at four levels, and a long one is cut at a word: the encoder has a third of the time, ' +
      'the search for cuts and what it leaves to collect the rest. The peer encodes each text once.',
    tried:
      'cut lines put together from the whole line’s tokens where that is exact, their endings encoded once, cuts of ' +
      'several questions searched together, words that came before looked up.',
  },
  {
    rows: ['again-templates', 'again-context', 'again-strategy'],
    bounds:
      'What another recipe does not do again is encode the lines of items, which is a small part of a first build ' +
      'now that our own encoder does it. It asks, fills and writes every row as the first did. The first build is ' +
      'measured without taking events in.',
    tried:
      'the text store. Not tried: keeping questions from one corpus to the next, which would save the quarter that ' +
      'asking takes.',
  },
  {
    rows: ['whole-job'],
    bounds:
      'Three fifths of the time are the build’s, bounded as `warm-careful` is, and a fourth the release’s. Mapping ' +
      'the tables takes the rest, on one thread: reading CSV, ids by hash, JSON.',
    tried:
      'rows mapped while the piece of events before them is compressed; events taken in, and rows released, in ' +
      'threads.',
  },
  {
    rows: ['verify-rate'],
    bounds:
      'The checker takes nothing for granted that the builder does: it makes every question and row again, and ' +
      'tries each cut from the last word on with the library’s tokenizer, on one thread for all, which is a quarter ' +
      'of its time; making rows and hashing what they say are a third.',
    tried:
      'work by buckets of members in threads, rows compared by digests of their segments, pages unpacked once, cut ' +
      'lines kept by version, heaps collected when they have doubled.',
  },
  {
    rows: ['cores-build', 'cores-release', 'cores-verify'],
    bounds:
      'Beside its threads a command has those of V8, which compile and collect: on one core they wait their turn, ' +
      'on two they take part of the second one, and each thread compiles the same code for itself. Before the ' +
      'threads begin, one thread works alone for a second (modules, tokenizer, plan; the passes of the choice). ' +
      'Where ratios of processor time are lower than those of time, the work itself became more.',
    tried:
      'the thread that deals work out does such work too, plans given as data, the library’s tokenizer loaded in a ' +
      'thread of its own, one render thread for small builds.',
  },
  {
    rows: ['members-build-memory', 'members-release-memory', 'members-verify-memory'],
    bounds:
      'All memory has a bound, and 400 members do not reach it: a small run starts fewer threads, and none of its ' +
      'buffers, tables of texts and heaps is filled. `billion-*-growth` goes on to ten times the larger size.',
    tried:
      'heaps collected when they have doubled, one arena of malloc a core, freed memory given back, tables for what ' +
      'is known by number.',
  },
  {
    rows: ['member-others'],
    bounds:
      'Seconds from the start of a command, of which more than one passes before rows are rendered. While one ' +
      'thread has the member, the other renders all other partitions, and V8’s threads share its core.',
    tried: 'partitions dealt out by size, the largest first.',
  },
  {
    rows: [
      'billion-build',
      'billion-verify',
      'billion-build-growth',
      'billion-release-growth',
      'billion-verify-growth',
    ],
    bounds:
      'Heaps of threads, which V8 lets grow before it collects, and in the checker tables of segments and events of ' +
      'the whole release (45 and 19 bytes each) beside 110 bytes a row.',
    tried:
      'heaps collected when they have doubled, what waits put aside in a scratch file, tables in shared memory, rows ' +
      'compared by digests.',
  },
  {
    rows: ['small-first', 'main-preview'],
    bounds:
      'Two cores are busy all the while: one loads the library’s tokenizer, which judges our encoder, and the other ' +
      'loads modules, reads the tokenizer’s file for our own tables, and makes the plan.',
    tried:
      'judging in a thread beside the plan, Node’s compile cache, parts of the tokenizer’s file read without JSON.',
  },
  {
    rows: ['events'],
    bounds:
      'Of our time JSON.parse has a third, and holding the events by member and collecting have another; telling ' +
      'that an event is valid takes a tenth, copies and order a fifth.',
    tried: 'events told valid without the schemas, records whose ids all differ not grouped, times read by position.',
  },
];

/** What is said of a row; undefined where nothing is. */
export function boundOf(row: RowName): Bound | undefined {
  return BOUNDS.find(({ rows }) => rows.includes(row));
}
