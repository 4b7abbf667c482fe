/** The partitioner against numbers that Kafka's own clients give. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { murmur2, partitionOf } from '../../src/lake/murmur2.ts';

// Apache Kafka, clients/src/test/java/org/apache/kafka/common/utils/UtilsTest.java, testMurmur2.
const KAFKA: readonly (readonly [string, number])[] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
];
// kafkajs, src/producer/partitioners/defaultJava/murmur2.spec.js, an excerpt: made with Kafka's
// Java.
const KAFKAJS_JAVA: readonly (readonly [string, number])[] = [
  ['0', 971027396],
  ['1', -1993445489],
  ['128', -326012175],
  ['2187', -1508407203],
  ['16384', -325739742],
  ['2097152', 607668903],
  ['170859375', -1658323481],
  ['100:48069', 1009543857],
];

describe('murmur2', () => {
  it.each([...KAFKA, ...KAFKAJS_JAVA])("of %j is Kafka's %d", (text, expected) => {
    expect(murmur2(text)).toBe(expected);
  });
});

describe('the partition of an id', () => {
  it("is Kafka's: the hash without its sign, modulo the partitions", () => {
    expect(partitionOf('21', 16)).toBe((-973932308 & 0x7fffffff) % 16);
    expect(partitionOf('abc', 6)).toBe(479470107 % 6);
  });

  it('lies within the partitions, and is the same each time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 100 }), (id, partitions) => {
        const partition = partitionOf(id, partitions);
        return partition >= 0 && partition < partitions && partition === partitionOf(id, partitions);
      }),
    );
  });
});
