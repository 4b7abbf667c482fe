/** Kafka's default partitioner: which partition a member's events lie in, in files as in topics. */
import { byteAt } from '../checked.ts';

const SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;
const SHIFT = 24;

/**
 * murmur2 of UTF-8 bytes, as a signed 32-bit number: `Utils.murmur2` of Apache Kafka's clients
 * (clients/src/main/java/org/apache/kafka/common/utils/Utils.java). Of kafkajs the Java-compatible
 * partitioner computes the same, the one that it calls legacy does not.
 */
export function murmur2(text: string | Buffer): number {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'utf8') : text;
  const { length } = bytes;
  const whole = length & ~3;
  let hash = SEED ^ length;
  for (let i = 0; i < whole; i += 4) {
    let word = Math.imul(bytes.readInt32LE(i), MULTIPLIER);
    word ^= word >>> SHIFT;
    hash = Math.imul(hash, MULTIPLIER) ^ Math.imul(word, MULTIPLIER);
  }
  if (whole < length) {
    // The rest of at most three bytes, little-endian as the words are.
    for (let i = length - 1; i >= whole; i--) hash ^= byteAt(bytes, i) << ((i - whole) * 8);
    hash = Math.imul(hash, MULTIPLIER);
  }
  hash ^= hash >>> 13;
  hash = Math.imul(hash, MULTIPLIER);
  return hash ^ (hash >>> 15);
}

/**
 * The partition of a member (or item) id, from 0: `BuiltInPartitioner.partitionForKey` of Kafka's
 * clients.
 */
export function partitionOf(id: string | Buffer, partitions: number): number {
  return (murmur2(id) & 0x7fffffff) % partitions;
}
