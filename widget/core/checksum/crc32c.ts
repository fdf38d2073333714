import type { Algorithm } from './algorithm.ts';

/**
 * CRC-32C (Castagnoli): reflected, polynomial 1edc6f41, all ones in and out; "123456789" gives
 * e3069283 (RFC 3720, B.4). Slicing by eight.
 */
export function createCrc32c(): Algorithm {
  const table = new Int32Array(2048);
  for (let i = 0; i < 2048; i++) {
    // Table k holds each byte followed by k zero bytes: one more than in table k - 1.
    let c = i < 256 ? i : (table[i - 256] as number);
    for (let bit = 0; bit < 8; bit++) c = (c >>> 1) ^ (-(c & 1) & 0x82f63b78);
    table[i] = c;
  }

  return {
    start: () => Int32Array.of(-1),
    update(state, view, from, to) {
      let c = state[0] as number;
      for (let at = from; at < to; at += 8) {
        c ^= view.getInt32(at, true);
        const d = view.getInt32(at + 4, true);
        // What waits for the last round comes last.
        c =
          (table[d >>> 24] as number) ^
          (table[256 + ((d >>> 16) & 255)] as number) ^
          (table[512 + ((d >>> 8) & 255)] as number) ^
          (table[768 + (d & 255)] as number) ^
          (table[1024 + (c >>> 24)] as number) ^
          (table[1280 + ((c >>> 16) & 255)] as number) ^
          (table[1536 + ((c >>> 8) & 255)] as number) ^
          (table[1792 + (c & 255)] as number);
      }
      state[0] = c;
    },
    finish(state, rest) {
      let c = state[0] as number;
      for (const byte of rest) c = (c >>> 8) ^ (table[(c ^ byte) & 255] as number);
      const view = new DataView(new ArrayBuffer(4));
      view.setInt32(0, ~c);
      return view.buffer;
    },
  };
}
