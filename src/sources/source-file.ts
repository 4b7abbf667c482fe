/** `source.yaml` beside the events: what a source says of itself. */
import { join } from 'node:path';
import { SourceFacts } from '../../schemas/source.ts';
import { readIfThere } from '../adapters/filesystem/user-files.ts';
import { parseYaml, writeYaml } from './yaml-file.ts';

/** The file beside the events whose content `build` copies into every manifest and card. */
export const SOURCE_FILE = 'source.yaml';

/** The facts in a text of YAML. Throws BrewhouseError('source_invalid') by file, line and field. */
export function parseSource(text: string, file: string): SourceFacts {
  return parseYaml(text, SourceFacts, { file, code: 'source_invalid' });
}

/** The facts beside the events of `dir`, empty where the file is missing. Throws as `parseSource`. */
export async function readSource(dir: string): Promise<SourceFacts> {
  const file = join(dir, SOURCE_FILE);
  const text = await readIfThere(file);
  return text === undefined ? SourceFacts.parse({}) : parseSource(text, file);
}

/** The text of the file: the same facts make the same bytes. */
export function sourceText(facts: SourceFacts): string {
  return writeYaml(facts);
}
