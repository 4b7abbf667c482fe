/** What the reference, and an editor, say of a field. */
import type { z } from 'zod';

/** The schema with its description, and an example where its type alone says too little. */
export function described<S extends z.ZodType>(schema: S, description: string, example?: unknown): S {
  return schema.meta({ description, ...(example === undefined ? {} : { examples: [example] }) });
}
