/** tokenizer.json with its lists left as text: objects of them would take many times its bytes. */
import { TokenizerFile } from '../../schemas/tokenizer.ts';
import { type JsonMember, type JsonPart, jsonMembers, textOf, wholePart } from './json-members.ts';

/** What a tokenizer.json holds. */
export interface TokenizerJson {
  /** Without the lists of its model. */
  readonly file: TokenizerFile;
  /** The lists of its model, vocabulary and merges, as JSON text. Made anew at each call. */
  lists(): Readonly<Record<string, string>>;
  /** Of the vocabulary, by text or a list (Unigram); -1 where it is empty. */
  readonly greatestId: number;
  /** Texts of the vocabulary's pieces, where it is by text. */
  pieces(): Generator<string>;
  /** The lists of its model as they lie in the file; undefined where it has none. */
  readonly vocabulary: ListMembers | undefined;
  readonly merges: ListMembers | undefined;
}

/** A list with the text of the whole file, of which nothing is taken apart. */
export interface ListMembers extends JsonPart {
  readonly bytes: Buffer;
  list(): Iterable<JsonMember>;
}

/** Members of a model that are as long as the vocabulary. */
const LISTS: ReadonlySet<string> = new Set(['vocab', 'merges']);

/** Throws SyntaxError where it is no JSON, and as the schema does. */
export function readTokenizerJson(bytes: Buffer): TokenizerJson {
  const { model: modelPart, ...parts } = partsOf(bytes, wholePart(bytes));
  const modelParts = modelPart === undefined ? undefined : partsOf(bytes, modelPart);
  const parsed = (part: JsonPart): unknown => JSON.parse(textOf(bytes, part));
  const valuesOf = (named: readonly (readonly [string, JsonPart])[]) =>
    Object.fromEntries(named.map(([name, part]) => [name, parsed(part)]));
  const modelEntries = Object.entries(modelParts ?? {});
  const lists = modelEntries.filter(([name]) => LISTS.has(name));
  const model = modelParts && valuesOf(modelEntries.filter(([name]) => !LISTS.has(name)));
  const vocab = modelParts?.vocab;
  return {
    file: TokenizerFile.parse({ ...valuesOf(Object.entries(parts)), model }),
    lists: () => Object.fromEntries(lists.map(([name, part]) => [name, textOf(bytes, part)])),
    greatestId: vocab === undefined ? -1 : greatestId(bytes, vocab),
    *pieces() {
      for (const { key } of membersOf(bytes, vocab)) if (key !== undefined) yield JSON.parse(textOf(bytes, key));
    },
    vocabulary: listOf(bytes, vocab),
    merges: listOf(bytes, modelParts?.merges),
  };
}

/** The members of an object by name; of two of one name the last, as JSON.parse has it. */
function partsOf(bytes: Buffer, part: JsonPart): Readonly<Record<string, JsonPart>> {
  const parts: Record<string, JsonPart> = Object.create(null);
  for (const { key, value } of membersOf(bytes, part))
    if (key !== undefined) parts[JSON.parse(textOf(bytes, key))] = value;
  return parts;
}

function listOf(bytes: Buffer, part: JsonPart | undefined): ListMembers | undefined {
  return part && { ...part, bytes, list: () => jsonMembers(bytes, part) };
}

function membersOf(bytes: Buffer, part: JsonPart | undefined): Iterable<JsonMember> {
  return part === undefined ? [] : jsonMembers(bytes, part);
}

function greatestId(bytes: Buffer, vocab: JsonPart): number {
  let greatest = -1;
  let elements = 0;
  for (const { key, value } of jsonMembers(bytes, vocab)) {
    if (key === undefined) elements++;
    else greatest = Math.max(greatest, numberAt(bytes, value));
  }
  return elements > 0 ? elements - 1 : greatest;
}

/** Of a vocabulary's hundred thousands of ids no text is made. */
function numberAt(bytes: Buffer, { from, to }: JsonPart): number {
  let number = 0;
  for (let at = from; at < to; at++) number = 10 * number + (bytes[at] ?? 0) - 0x30;
  return number;
}
