/** The strategies there are, one line each; src/strategies/strategies.ts reads them. */
export { balanced } from './balanced.ts';
export { chronological } from './chronological.ts';
