import type { Algorithm } from './algorithm.ts';

/**
 * A reflected CRC of 64 or 32 bits that begins with all bits set and inverts the result. The
 * polynomial comes in two 32-bit words; for a CRC of 32 bits, `high` is 0, and so is the upper word of
 * every table entry.
 *
 * It takes eight bytes at a time from eight tables ("slicing by 8",
 * https://create.stephan-brumme.com/crc32/#slicing-by-8-overview), with 64-bit values in two halves,
 * because BigInt is fifty times slower.
 *
 * Refers to nothing outside itself, because its source text also runs in the hashing worker.
 */
export function createCrc(high: number, low: number): Algorithm {
  const highs = new Int32Array(2048);
  const lows = new Int32Array(2048);
  for (let i = 0; i < 2048; i++) {
    // Entry b of table k is the CRC of byte b followed by k zero bytes; table k - 1 has one fewer.
    let h = i < 256 ? 0 : (highs[i - 256] as number);
    let l = i < 256 ? i : (lows[i - 256] as number);
    for (let bit = 0; bit < 8; bit++) {
      const carry = -(l & 1);
      l = ((l >>> 1) | (h << 31)) ^ (carry & low);
      h = (h >>> 1) ^ (carry & high);
    }
    highs[i] = h;
    lows[i] = l;
  }

  return {
    start: () => Int32Array.of(-1, high && -1),
    update(state, view, from, to) {
      let l = state[0] as number;
      let h = state[1] as number;
      for (let at = from; at < to; at += 8) {
        l ^= view.getInt32(at, true);
        h ^= view.getInt32(at + 4, true);
        const i0 = h >>> 24;
        const i1 = 256 + ((h >>> 16) & 255);
        const i2 = 512 + ((h >>> 8) & 255);
        const i3 = 768 + (h & 255);
        const i4 = 1024 + (l >>> 24);
        const i5 = 1280 + ((l >>> 16) & 255);
        const i6 = 1536 + ((l >>> 8) & 255);
        const i7 = 1792 + (l & 255);
        h =
          (highs[i0] as number) ^
          (highs[i1] as number) ^
          (highs[i2] as number) ^
          (highs[i3] as number) ^
          (highs[i4] as number) ^
          (highs[i5] as number) ^
          (highs[i6] as number) ^
          (highs[i7] as number);
        l =
          (lows[i0] as number) ^
          (lows[i1] as number) ^
          (lows[i2] as number) ^
          (lows[i3] as number) ^
          (lows[i4] as number) ^
          (lows[i5] as number) ^
          (lows[i6] as number) ^
          (lows[i7] as number);
      }
      state[0] = l;
      state[1] = h;
    },
    finish(state, rest) {
      let l = state[0] as number;
      let h = state[1] as number;
      for (const byte of rest) {
        const i = (l ^ byte) & 255;
        l = ((l >>> 8) | (h << 24)) ^ (lows[i] as number);
        h = (h >>> 8) ^ (highs[i] as number);
      }
      return new Uint8Array(Int32Array.of(~l, ~h).buffer, 0, high ? 8 : 4).reverse();
    },
  };
}
