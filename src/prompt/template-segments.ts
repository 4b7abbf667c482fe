/** A template's own words as numbers of fixed segments, and what is kept of it between rows. */
import type { ChatFrame } from '../tokenize/chat-frame.ts';
import { createNumberTable, type FixedSegments, type NumberTable } from './fixed-segments.ts';
import type { TemplatePlan } from './template-plan.ts';

/** A block as a row is written from it; numbers are of fixed segments, -1: no token. */
export type NumberedBlock =
  | { readonly kind: 'lines'; readonly lines: number }
  | { readonly kind: 'profile'; readonly heading: number }
  | { readonly kind: 'history'; readonly heading: number }
  | { readonly kind: 'shown'; readonly label: string }
  | { readonly kind: 'item' }
  | { readonly kind: 'candidates'; readonly letters: readonly number[] };

/** A frame in its segments. */
export interface NumberedFrame {
  /** The frame's own tokens of the head, then the first line. */
  readonly head: readonly [control: number, instruction: number];
  /** The last line, then the frame's own tokens of the tail. */
  readonly tail: readonly [question: number, control: number];
  readonly end: number;
  /** Of head and tail together. */
  readonly tokens: number;
}

/** A template in numbers. */
export interface TemplateSegments {
  readonly template: TemplatePlan;
  readonly blocks: readonly NumberedBlock[];
  /** Number of the answer's segment by label. */
  readonly answers: ReadonlyMap<string, number>;
  /** By the heading's number among HeadingRules. */
  readonly headings: NumberTable;
  /** The frame at T; undefined: not known yet. */
  frameAt(t: number): NumberedFrame | undefined;
}

/** Bound: the frames of the template, and four bytes a heading. */
export function createTemplateSegments(template: TemplatePlan, fixed: FixedSegments): TemplateSegments {
  const numbered = new Map<ChatFrame, NumberedFrame>();
  return {
    template,
    blocks: template.blocks.map((block): NumberedBlock => {
      if (block.kind === 'lines') return { kind: 'lines', lines: fixed.numberOf(block.role, block.ids) };
      if (block.kind === 'profile') return { kind: 'profile', heading: fixed.numberOf('profile', block.heading) };
      if (block.kind === 'history') return { kind: 'history', heading: fixed.numberOf('history', block.heading) };
      if (block.kind === 'candidates')
        return { kind: 'candidates', letters: block.letters.map((letter) => fixed.numberOf('question', letter)) };
      return block;
    }),
    answers: new Map([...template.answers].map(([label, ids]) => [label, fixed.numberOf('answer', ids)])),
    headings: createNumberTable(),
    frameAt(t) {
      const frame = template.frames.at(t);
      if (frame === undefined) return undefined;
      let known = numbered.get(frame);
      if (known === undefined) {
        known = numberFrame(frame, fixed);
        numbered.set(frame, known);
      }
      return known;
    },
  };
}

function numberFrame(frame: ChatFrame, fixed: FixedSegments): NumberedFrame {
  const { head, tail, headFrame, tailLine, end } = frame;
  return {
    head: [
      fixed.numberOf('control', head.subarray(0, headFrame)),
      fixed.numberOf('instruction', head.subarray(headFrame)),
    ],
    tail: [fixed.numberOf('question', tail.subarray(0, tailLine)), fixed.numberOf('control', tail.subarray(tailLine))],
    end: fixed.numberOf('control', end),
    tokens: head.length + tail.length,
  };
}
