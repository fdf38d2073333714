import type { Algorithm } from './hasher.ts';

/**
 * CRC-32C (Castagnoli): reflected, polynomial 1edc6f41, all ones in and out; "123456789" gives
 * e3069283 (RFC 3720, B.4).
 *
 * Slicing by eight. Refers to nothing outside itself, because its source text also runs in the
 * hashing worker.
 */
export function createCrc32c(): Algorithm {
  const table = new Int32Array(2048);
  for (let i = 0; i < 2048; i++) {
    // Table k holds each byte followed by k zero bytes: one more byte than in table k - 1.
    let c = i < 256 ? i : (table[i - 256] as number);
    for (let bit = 0; bit < 8; bit++) c = (c >>> 1) ^ (-(c & 1) & 0x82f63b78);
    table[i] = c;
  }

  return () => {
    let crc = -1;
    return {
      update(bytes) {
        const { length } = bytes;
        const view = new DataView(bytes.buffer, bytes.byteOffset, length);
        let c = crc;
        let at = 0;
        for (; at + 8 <= length; at += 8) {
          c ^= view.getInt32(at, true);
          const d = view.getInt32(at + 4, true);
          c =
            (table[1792 + (c & 255)] as number) ^
            (table[1536 + ((c >>> 8) & 255)] as number) ^
            (table[1280 + ((c >>> 16) & 255)] as number) ^
            (table[1024 + (c >>> 24)] as number) ^
            (table[768 + (d & 255)] as number) ^
            (table[512 + ((d >>> 8) & 255)] as number) ^
            (table[256 + ((d >>> 16) & 255)] as number) ^
            (table[d >>> 24] as number);
        }
        for (; at < length; at++) {
          c = (c >>> 8) ^ (table[(c ^ view.getUint8(at)) & 255] as number);
        }
        crc = c;
      },
      digest() {
        const view = new DataView(new ArrayBuffer(4));
        view.setInt32(0, ~crc);
        return view.buffer;
      },
    };
  };
}
