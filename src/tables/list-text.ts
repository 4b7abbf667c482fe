/** Reads lists that a text spells: with a separator, as JSON, or as Python prints them. */
import { parseExact } from './exact-json.ts';

/** How a list is spelled. */
export interface ListSpelling {
  readonly spelling: 'separated' | 'json' | 'python';
  readonly separator: string;
}

/**
 * The list in a text, or undefined where it spells none. Texts between separators are trimmed, and
 * empty ones left out; JSON and Python lists keep what they hold.
 */
export function listIn(text: string, { spelling, separator }: ListSpelling): unknown[] | undefined {
  switch (spelling) {
    case 'separated':
      return text
        .split(separator)
        .map((part) => part.trim())
        .filter((part) => part !== '');
    case 'json':
      return jsonList(text);
    case 'python':
      return pythonList(text);
  }
}

function jsonList(text: string): unknown[] | undefined {
  try {
    const value = parseExact(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const CLOSING: ReadonlyMap<string, string> = new Map([
  ['[', ']'],
  ['(', ')'],
  ['{', '}'],
]);
const TEXT = /[uUbB]?(?:'((?:[^'\\]|\\[\s\S])*)'|"((?:[^"\\]|\\[\s\S])*)")/.source;
const NUMBER = /([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/.source;
/** One element of a Python list and what is behind it: a text, a number, or a word. */
const ELEMENT = new RegExp(`\\s*(?:${TEXT}|${NUMBER}|(None|True|False))\\s*(,|$)`, 'y');
const WORDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['None', null],
  ['True', true],
  ['False', false],
]);

/** A list, tuple or set of texts, numbers, None, True and False. */
function pythonList(text: string): unknown[] | undefined {
  const trimmed = text.trim();
  const closing = CLOSING.get(trimmed[0] ?? '');
  if (closing === undefined || !trimmed.endsWith(closing)) return undefined;
  const inner = trimmed.slice(1, -1).trim();
  const list: unknown[] = [];
  for (let at = 0; at < inner.length; at = ELEMENT.lastIndex) {
    ELEMENT.lastIndex = at;
    const parts = ELEMENT.exec(inner);
    if (parts === null) return undefined;
    const [, single, double, number, word] = parts;
    const spelled = single ?? double;
    if (spelled !== undefined) list.push(unescaped(spelled));
    else list.push(number === undefined ? WORDS.get(word ?? '') : numberOf(number));
  }
  return list;
}

/** A whole number that a double does not hold stays the text of its digits: it is an id. */
function numberOf(text: string): number | string {
  const number = Number(text);
  return Number.isInteger(number) && !Number.isSafeInteger(number) && /^[+-]?\d+$/.test(text) ? text : number;
}

const ESCAPE = /\\(?:(x[\dA-Fa-f]{2}|u[\dA-Fa-f]{4}|U[\dA-Fa-f]{8})|[\s\S])/g;
const LETTERS: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(ESCAPE, (whole, digits: string | undefined) => {
    if (digits === undefined) return LETTERS.get(whole[1] ?? '') ?? whole.slice(1);
    const point = Number.parseInt(digits.slice(1), 16);
    return point > 0x10ffff ? whole : String.fromCodePoint(point);
  });
}
