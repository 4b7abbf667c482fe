/** A module opens with a sentence, and each export says what it is. */
import { describe, expect, it } from 'vitest';
import { type TextFile, textFiles } from './source-text.ts';

const shipped = textFiles(/^(schemas|src|pipelines)\/.*\.ts$/);
const EXPORT =
  /^export (?:declare )?(?:async )?(?:function\*?|const|let|class|interface|type|enum|abstract class) (?<name>[\w$]+)/;

/** A file does not open with a docstring. */
const hasNoOpening = ({ text }: TextFile): boolean => !/^(#!.*\n)?\/\*\*/.test(text);

/**
 * Exports without a docstring directly before them. The inferred type of a zod schema is one symbol
 * with it and bears its docstring; a re-export bears that of its source.
 */
function undocumented({ path, text }: TextFile): string[] {
  const lines = text.split('\n');
  // The docstring of the module is not that of its first export.
  const openingEnd = text.startsWith('/**') ? lines.findIndex((line) => line.endsWith('*/')) : -1;
  const documented = new Set<string>();
  const missing: string[] = [];
  for (const [i, line] of lines.entries()) {
    const name = EXPORT.exec(line)?.groups?.name;
    if (name === undefined) continue;
    const isOwn = lines[i - 1]?.endsWith('*/') && i - 1 !== openingEnd;
    if (isOwn) documented.add(name);
    else if (!documented.has(name)) missing.push(`${path}:${i + 1}: ${name}`);
  }
  return missing;
}

describe('docstrings', () => {
  it('open every module', () => {
    expect(shipped.length).toBeGreaterThan(150);
    expect(shipped.filter(hasNoOpening).map(({ path }) => path)).toEqual([]);
  });

  it('come directly before every export', () => {
    expect(shipped.flatMap(undocumented)).toEqual([]);
  });

  it('are missed where there are none', () => {
    expect(hasNoOpening({ path: 'a.ts', text: "import 'x';\n/** Late. */\n" })).toBe(true);
    const text =
      '/** A module. */\n\nexport const a = 1;\n/** One. */\nexport const B = z.string();\nexport type B = 1;\n';
    expect(undocumented({ path: 'a.ts', text })).toEqual(['a.ts:3: a']);
    expect(undocumented({ path: 'b.ts', text: '/** A module. */\nexport async function f() {}\n' })).toHaveLength(1);
  });
});
