/** A planted fault of the builder: one rule switched off, and the check that must see it. */
import type { Planting } from './planted-builder.ts';

/** One rule switched off. */
export interface PlantedRule extends Planting {
  /** Ends the sentence "verify catches a builder that ...". */
  readonly builder: string;
  readonly check: string;
  /** The rule that is switched off; the fault found must name it. */
  readonly rule: string;
  /** What is wrong is an entry of a table, not a row. */
  readonly isOfTable?: boolean;
}

/** What a test of the rule is called. */
export const nameOf = ({ builder, check, rule }: PlantedRule): string => `${builder}, as ${check} by ${rule}`;
