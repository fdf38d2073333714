import type { Algorithm } from './algorithm.ts';

/**
 * MD5 (RFC 1321), which S3 accepts as Content-MD5. It detects damage, but does not protect against
 * forgery.
 */
export function createMd5(): Algorithm {
  const sines = Int32Array.from({ length: 64 }, (_, i) => Math.abs(Math.sin(i + 1)) * 2 ** 32);
  const words = new Int32Array(16);

  // In each sum the newest term comes last, and (c & ~d) + (b & d) stands for RFC 1321's
  // (b & d) | (c & ~d): this shortens the chains of dependent instructions, and is a third faster.
  const block = (state: Int32Array, view: DataView, at: number) => {
    for (let i = 0; i < 16; i++) words[i] = view.getInt32(at + i * 4, true);
    let a = state[0] as number;
    let b = state[1] as number;
    let c = state[2] as number;
    let d = state[3] as number;
    for (let i = 0; i < 16; i += 4) {
      a = (a + (sines[i] as number) + (words[i] as number) + (d ^ (b & (c ^ d)))) | 0;
      a = (((a << 7) | (a >>> 25)) + b) | 0;
      d = (d + (sines[i + 1] as number) + (words[i + 1] as number) + (c ^ (a & (b ^ c)))) | 0;
      d = (((d << 12) | (d >>> 20)) + a) | 0;
      c = (c + (sines[i + 2] as number) + (words[i + 2] as number) + (b ^ (d & (a ^ b)))) | 0;
      c = (((c << 17) | (c >>> 15)) + d) | 0;
      b = (b + (sines[i + 3] as number) + (words[i + 3] as number) + (a ^ (c & (d ^ a)))) | 0;
      b = (((b << 22) | (b >>> 10)) + c) | 0;
    }
    for (let i = 16; i < 32; i += 4) {
      a = (a + (sines[i] as number) + (words[(i * 5 + 1) & 15] as number) + (c & ~d) + (b & d)) | 0;
      a = (((a << 5) | (a >>> 27)) + b) | 0;
      d =
        (d + (sines[i + 1] as number) + (words[(i * 5 + 6) & 15] as number) + (b & ~c) + (a & c)) |
        0;
      d = (((d << 9) | (d >>> 23)) + a) | 0;
      c =
        (c + (sines[i + 2] as number) + (words[(i * 5 + 11) & 15] as number) + (a & ~b) + (d & b)) |
        0;
      c = (((c << 14) | (c >>> 18)) + d) | 0;
      b = (b + (sines[i + 3] as number) + (words[(i * 5) & 15] as number) + (d & ~a) + (c & a)) | 0;
      b = (((b << 20) | (b >>> 12)) + c) | 0;
    }
    for (let i = 32; i < 48; i += 4) {
      a = (a + (sines[i] as number) + (words[(i * 3 + 5) & 15] as number) + (c ^ d ^ b)) | 0;
      a = (((a << 4) | (a >>> 28)) + b) | 0;
      d = (d + (sines[i + 1] as number) + (words[(i * 3 + 8) & 15] as number) + (b ^ c ^ a)) | 0;
      d = (((d << 11) | (d >>> 21)) + a) | 0;
      c = (c + (sines[i + 2] as number) + (words[(i * 3 + 11) & 15] as number) + (a ^ b ^ d)) | 0;
      c = (((c << 16) | (c >>> 16)) + d) | 0;
      b = (b + (sines[i + 3] as number) + (words[(i * 3 + 14) & 15] as number) + (d ^ a ^ c)) | 0;
      b = (((b << 23) | (b >>> 9)) + c) | 0;
    }
    for (let i = 48; i < 64; i += 4) {
      a = (a + (sines[i] as number) + (words[(i * 7) & 15] as number) + (c ^ (b | ~d))) | 0;
      a = (((a << 6) | (a >>> 26)) + b) | 0;
      d = (d + (sines[i + 1] as number) + (words[(i * 7 + 7) & 15] as number) + (b ^ (a | ~c))) | 0;
      d = (((d << 10) | (d >>> 22)) + a) | 0;
      c =
        (c + (sines[i + 2] as number) + (words[(i * 7 + 14) & 15] as number) + (a ^ (d | ~b))) | 0;
      c = (((c << 15) | (c >>> 17)) + d) | 0;
      b = (b + (sines[i + 3] as number) + (words[(i * 7 + 5) & 15] as number) + (d ^ (c | ~a))) | 0;
      b = (((b << 21) | (b >>> 11)) + c) | 0;
    }
    state[0] = (state[0] as number) + a;
    state[1] = (state[1] as number) + b;
    state[2] = (state[2] as number) + c;
    state[3] = (state[3] as number) + d;
  };

  const update: Algorithm['update'] = (state, view, from, to) => {
    for (let at = from; at < to; at += 64) block(state, view, at);
  };

  return {
    start: () => Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476),
    update,
    finish(state, rest, total) {
      const padded = new Uint8Array(rest.length < 56 ? 64 : 128);
      padded.set(rest);
      padded[rest.length] = 128;
      const view = new DataView(padded.buffer);
      view.setUint32(padded.length - 8, total * 8, true);
      view.setUint32(padded.length - 4, total / 2 ** 29, true);
      update(state, view, 0, padded.length);
      return new Uint8Array(state.buffer);
    },
  };
}
