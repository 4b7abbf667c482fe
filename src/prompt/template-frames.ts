/** The frames of a template: one, or one a day where its chat template tells the day. */
import { DAY_MS } from '../../schemas/durations.ts';
import type { ChatFrame, ChatFrameOptions } from '../tokenize/chat-frame.ts';

/** What the frames of a template are made of: plain data. */
export interface FrameRules extends Omit<ChatFrameOptions, 'askedAt'> {
  /** The frame tells the day. */
  readonly isTimed: boolean;
}

/** The frames of a template by T (epoch ms). Bound: FRAMES_MAX, the oldest is forgotten first. */
export interface TemplateFrames {
  /** Undefined where it was not kept yet, or is forgotten. */
  at(t: number): ChatFrame | undefined;
  optionsAt(t: number): ChatFrameOptions;
  keep(t: number, frame: ChatFrame): void;
}

/** Thirty years of days. */
const FRAMES_MAX = 11_000;

/** No frames yet. */
export function createTemplateFrames({ isTimed, ...options }: FrameRules): TemplateFrames {
  const frames = new Map<number, ChatFrame>();
  const dayOf = (t: number) => (isTimed ? Math.floor(t / DAY_MS) : 0);
  return {
    at: (t) => frames.get(dayOf(t)),
    optionsAt: (t) => ({ ...options, askedAt: t }),
    keep(t, frame) {
      if (frames.size >= FRAMES_MAX) for (const oldest of frames.keys().take(1)) frames.delete(oldest);
      frames.set(dayOf(t), frame);
    },
  };
}
