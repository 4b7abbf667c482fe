/**
 * The library: schemas of what crosses files, readers of releases, and the renderer from which a
 * serving system gets the ids of training.
 */

/**
 * A rendering of everything that a corpus section, a domain and a tokenizer fix; from files, or
 * from a release's identity alone.
 */
export {
  createRenderPlan,
  planCorpus,
  planOfIdentity,
  readDomain,
  readRecipe,
  readRenderPlan,
  releaseTokenizer,
} from '../pipelines/corpus-inputs.ts';
export { type Example, renderExamples, renderPrompt } from '../pipelines/render/render-question.ts';
export { type AskedCandidates, askCandidates, type CandidatesWish } from '../pipelines/serve/ask-candidates.ts';
/** From lines of events to a timeline and an item table, as a build takes them in. */
export {
  type EventsLeft,
  type TakenItems,
  type TakenMember,
  takeInItems,
  takeInMember,
} from '../pipelines/serve/take-in-events.ts';
export { Domain } from '../schemas/domain.ts';
export { EventRecord, InteractionEvent, ItemEvent, MemberEvent, TIME_UNKNOWN } from '../schemas/event.ts';
export { StoredIdentity } from '../schemas/identity.ts';
export {
  type Certificate,
  type Fault,
  LabelTable,
  Lineage,
  Manifest,
  ReleaseFile,
} from '../schemas/manifest.ts';
export { Mapping } from '../schemas/mapping.ts';
export type { OriginRow, Role, SidecarRow } from '../schemas/rows.ts';
export { type AssumedAttribute, SourceFacts } from '../schemas/source.ts';
export { Template } from '../schemas/template.ts';
export { openRelease } from './adapters/open-release.ts';
export { BrewhouseError, describeError, type ErrorCode } from './errors.ts';
export { askMember } from './forms/ask-member.ts';
export { FORM_NAMES } from './forms/forms.ts';
export { CorpusIdentity, readIdentity } from './forms/identity.ts';
export { Recipe } from './forms/recipe.ts';
export type { PlanInputs, RenderPlan, TaskPlan } from './prompt/plan.ts';
export type { RenderedRow, Segment } from './prompt/rendered-row.ts';
export type { TemplatePlan } from './prompt/template-plan.ts';
export type { MaskedRow, ReleaseReader, ReleaseRow } from './release/release-reader.ts';
export { parseEventLine } from './sources/event-line.ts';
export type { NoEvent, ParsedEvent } from './sources/validate-event.ts';
export type { ItemTable, ItemVersion } from './timeline/item-table.ts';
export type { MemberTimeline } from './timeline/member-timeline.ts';
export type { Question, QuestionOutcome } from './timeline/questions.ts';
export { type LoadedTokenizer, loadTokenizer } from './tokenize/load-tokenizer.ts';
