// oxlint-disable unicorn/consistent-function-scoping -- its source text must stand alone
import type { Algorithm } from './hasher.ts';

/**
 * MD5 (RFC 1321), which S3 takes as Content-MD5. It finds damage; it proves nothing about who
 * sent the bytes.
 *
 * Refers to nothing outside itself, because its source text also runs in the hashing worker.
 */
export function createMd5(): Algorithm {
  const sines = Int32Array.from({ length: 64 }, (_, i) => Math.abs(Math.sin(i + 1)) * 2 ** 32);

  const step = (sum: number, word: number, sine: number, turn: number, b: number) => {
    const t = (sum + word + sine) | 0;
    return (((t << turn) | (t >>> (32 - turn))) + b) | 0;
  };

  return () => {
    const tail = new Uint8Array(64);
    const words = new Int32Array(16);
    let total = 0;
    let a0 = 0x67452301;
    let b0 = 0xefcdab89 | 0;
    let c0 = 0x98badcfe | 0;
    let d0 = 0x10325476;

    const blocks = (bytes: Uint8Array, from: number, to: number) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      const word = (i: number) => words[i & 15] as number;
      const sine = (i: number) => sines[i] as number;
      for (let at = from; at < to; at += 64) {
        for (let i = 0; i < 16; i++) words[i] = view.getInt32(at + i * 4, true);
        let a = a0;
        let b = b0;
        let c = c0;
        let d = d0;
        for (let i = 0; i < 16; i += 4) {
          a = step(a + (d ^ (b & (c ^ d))), word(i), sine(i), 7, b);
          d = step(d + (c ^ (a & (b ^ c))), word(i + 1), sine(i + 1), 12, a);
          c = step(c + (b ^ (d & (a ^ b))), word(i + 2), sine(i + 2), 17, d);
          b = step(b + (a ^ (c & (d ^ a))), word(i + 3), sine(i + 3), 22, c);
        }
        for (let i = 16; i < 32; i += 4) {
          a = step(a + (c ^ (d & (b ^ c))), word(i * 5 + 1), sine(i), 5, b);
          d = step(d + (b ^ (c & (a ^ b))), word(i * 5 + 6), sine(i + 1), 9, a);
          c = step(c + (a ^ (b & (d ^ a))), word(i * 5 + 11), sine(i + 2), 14, d);
          b = step(b + (d ^ (a & (c ^ d))), word(i * 5), sine(i + 3), 20, c);
        }
        for (let i = 32; i < 48; i += 4) {
          a = step(a + (b ^ c ^ d), word(i * 3 + 5), sine(i), 4, b);
          d = step(d + (a ^ b ^ c), word(i * 3 + 8), sine(i + 1), 11, a);
          c = step(c + (d ^ a ^ b), word(i * 3 + 11), sine(i + 2), 16, d);
          b = step(b + (c ^ d ^ a), word(i * 3 + 14), sine(i + 3), 23, c);
        }
        for (let i = 48; i < 64; i += 4) {
          a = step(a + (c ^ (b | ~d)), word(i * 7), sine(i), 6, b);
          d = step(d + (b ^ (a | ~c)), word(i * 7 + 7), sine(i + 1), 10, a);
          c = step(c + (a ^ (d | ~b)), word(i * 7 + 14), sine(i + 2), 15, d);
          b = step(b + (d ^ (c | ~a)), word(i * 7 + 5), sine(i + 3), 21, c);
        }
        a0 = (a0 + a) | 0;
        b0 = (b0 + b) | 0;
        c0 = (c0 + c) | 0;
        d0 = (d0 + d) | 0;
      }
    };

    const update = (bytes: Uint8Array) => {
      const used = total % 64;
      const missing = used && Math.min(64 - used, bytes.length);
      const end = bytes.length - ((bytes.length - missing) % 64);
      total += bytes.length;
      tail.set(bytes.subarray(0, missing), used);
      if (missing && used + missing === 64) blocks(tail, 0, 64);
      blocks(bytes, missing, end);
      // Where the tail is still not full, there is nothing after `missing`, and nothing to keep.
      tail.set(bytes.subarray(end));
    };

    return {
      update,
      digest() {
        const padding = new DataView(new ArrayBuffer(((183 - (total % 64)) % 64) + 9));
        const bits = padding.byteLength - 8;
        padding.setUint8(0, 128);
        padding.setUint32(bits, total * 8, true);
        padding.setUint32(bits + 4, total / 2 ** 29, true);
        update(new Uint8Array(padding.buffer));
        const view = new DataView(new ArrayBuffer(16));
        [a0, b0, c0, d0].forEach((word, i) => view.setInt32(i * 4, word, true));
        return view.buffer;
      },
    };
  };
}
