/**
 * Ids as types of their own: an id of one kind is no id of another. The brands exist for the
 * compiler alone. Ids are made by parsing with these schemas, and by the few functions that draw or
 * hash them.
 */
import { z } from 'zod';

/** Not empty, and well-formed Unicode, since ids are hashed and compared as UTF-8 (EVENT-1). */
const Id = z
  .string()
  .min(1, 'must not be empty')
  .refine((id) => id.isWellFormed(), 'must not hold half of a surrogate pair')
  // It joins the parts of keys: an id with it could be taken for two others.
  .refine((id) => !id.includes('\u001f'), 'must not hold the character U+001F');

/** A producer's id of a member. */
export const MemberId = Id.brand<'MemberId'>();
export type MemberId = z.infer<typeof MemberId>;

/** A producer's id of an item. */
export const ItemId = Id.brand<'ItemId'>();
export type ItemId = z.infer<typeof ItemId>;

/** An id of an event, unique within its member or item and its type. */
export const EventId = Id.brand<'EventId'>();
export type EventId = z.infer<typeof EventId>;

/** SHA-256 as hexadecimal digits. */
export const Sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hexadecimal digits')
  .brand<'Sha256'>();
export type Sha256 = z.infer<typeof Sha256>;

/** A random id of one run of one writer of a lake. */
export const AttemptId = z.string().min(1).brand<'AttemptId'>();
export type AttemptId = z.infer<typeof AttemptId>;

/** The name of a corpus: 16 hexadecimal digits over all that its rows depend on (NAME-1). */
export const CorpusId = z
  .string()
  .regex(/^[0-9a-f]{16}$/)
  .brand<'CorpusId'>();
export type CorpusId = z.infer<typeof CorpusId>;

/** The name of a release: its default one (NAME-2), or one that a user chose. */
export const ReleaseId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/)
  // The claim of the name before it is such a file, on some disks in letters of any case.
  .refine((id) => !id.toLowerCase().endsWith('.claim.json'), 'must not end in .claim.json')
  .brand<'ReleaseId'>();
export type ReleaseId = z.infer<typeof ReleaseId>;

const Hidden = z.string().regex(/^[0-9a-f]{32}$/);

/** What a release writes in place of a producer's id (PSEUDO-1). */
export const Pseudonym = Hidden.brand<'Pseudonym'>();
export type Pseudonym = z.infer<typeof Pseudonym>;

/** A row of a release by its question and variant, a pseudonym too. */
export const ExampleId = Hidden.brand<'ExampleId'>();
export type ExampleId = z.infer<typeof ExampleId>;
