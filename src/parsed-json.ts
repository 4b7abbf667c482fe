/** JSON of files that say nothing where they are missing or damaged. */

/** The value, or undefined where the text is missing or no JSON. */
export function parsedJson(text: string | Uint8Array | null | undefined): unknown {
  if (text === null || text === undefined) return undefined;
  try {
    return JSON.parse(typeof text === 'string' ? text : Buffer.from(text).toString('utf8'));
  } catch {
    return undefined;
  }
}
