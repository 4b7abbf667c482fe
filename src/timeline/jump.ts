/**
 * The consistent hash of Lamping and Veach (arXiv 1406.2294) in whole numbers: of growing sizes a
 * draw changes its number only to one that is new.
 */

/** The multiplier 2862933555777941757 in halves of 32 bits. */
const FACTOR_HIGH = 0x27bb2ee6;
const FACTOR_LOW = 0x87b0b0fd;
const TWO_16 = 2 ** 16;
const TWO_32 = 2 ** 32;

/**
 * The number, from 0 on and below `size`, of the draw, which is a whole number below 2^53; `size`
 * is from 1 to 2^31 (CAND-2).
 */
export function jump(draw: number, size: number): number {
  let high = Math.floor(draw / TWO_32);
  let low = draw >>> 0;
  let number = 0;
  for (let next = 0; next < size; ) {
    number = next;
    // d = d x factor + 1 in 64 bits, of which products of 32 by 16 bits are exact in doubles.
    const first = (low & 0xffff) * FACTOR_LOW + 1;
    const second = (low >>> 16) * FACTOR_LOW + Math.floor(first / TWO_16);
    high = (Math.floor(second / TWO_16) + Math.imul(high, FACTOR_LOW) + Math.imul(low, FACTOR_HIGH)) >>> 0;
    low = ((second & 0xffff) * TWO_16 + (first & 0xffff)) >>> 0;
    next = scaled(number + 1, (high >>> 1) + 1);
  }
  return number;
}

/**
 * floor(value x 2^31 / divisor), both from 1 to 2^31: by long division in two steps, since no
 * dividend below 2^53 can round its quotient up to a whole number.
 */
function scaled(value: number, divisor: number): number {
  const first = value * TWO_16;
  const quotient = Math.floor(first / divisor);
  return quotient * 2 ** 15 + Math.floor(((first - quotient * divisor) * 2 ** 15) / divisor);
}
