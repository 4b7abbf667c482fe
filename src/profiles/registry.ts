/** The profiles there are, by name, one line each; src/profiles/profiles.ts reads them. */
export { HF as hf } from './hf.ts';
export { WEIGHTED as weighted } from './weighted.ts';
