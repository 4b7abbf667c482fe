/** What keeps us from a wish: kafkajs' errors and the protocol's, as ours. */
import { SECOND_MS } from '../../../schemas/durations.ts';
import { BrewhouseError } from '../../errors.ts';
import { missingTopic } from '../topic-errors.ts';
import { ANSWER } from './requests.ts';

/** What was asked for is not there yet, and may come. */
export class NotYet extends Error {}

/** WATCHDOG: kafkajs has ways to wait for ever (https://github.com/tulios/kafkajs/issues/659). */
export async function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NotYet(`no answer in ${ms / SECOND_MS} s`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Types of kafkajs' errors by which a broker says that it does not let us. */
const REFUSED = /AUTHORIZATION|SASL|AUTHENTICATION|UNSUPPORTED_VERSION|MESSAGE_TOO_LARGE|RECORD_LIST_TOO_LARGE/;

/**
 * What kept us from a wish: an answer, or none, of a broker. What is neither an error of kafkajs
 * nor of the network is a bug, and thrown as it is.
 */
export function failureOf(wish: string, cause: unknown): BrewhouseError {
  if (cause instanceof BrewhouseError) return cause;
  const { name = '', message = '', type, code, cause: inner } = cause as Partial<Record<string, unknown>>;
  const isRefused = REFUSED.test(String(type)) || name === 'KafkaJSSASLAuthenticationError';
  const isOfNetwork = cause instanceof NotYet || /^KafkaJS/.test(String(name)) || typeof code === 'string';
  if (!isOfNetwork) throw cause;
  // Of a TypeError within kafkajs' retries it makes an error of its own.
  const original = inner as Partial<Record<string, unknown>> | undefined;
  if (/^(TypeError|RangeError|ReferenceError|SyntaxError)$/.test(String(original?.name))) throw cause;
  if (!isRefused && REFUSED.test(String(original?.type))) return failureOf(wish, inner);
  return new BrewhouseError(isRefused ? 'broker_refused' : 'broker_gone', `cannot ${wish}: ${String(message)}`, {
    cause,
  });
}

/** Throws what an error of the protocol means: a wish for `topic` that was answered so. */
export function checkAnswer(error: number, topic: string): void {
  if (error === ANSWER.none) return;
  if (error === ANSWER.unknownTopic) throw missingTopic(topic);
  if (error === ANSWER.topicRefused || error === ANSWER.clusterRefused || error === ANSWER.groupRefused)
    throw new BrewhouseError('broker_refused', `the cluster does not let us read topic ${topic}`);
  throw new NotYet(`the broker answers with error ${error} of topic ${topic}`);
}
