import type { Algorithm } from './algorithm.ts';

/**
 * SHA-1 (FIPS 180-4, section 6.1). It finds damage; since 2017 two files of one SHA-1 can be made,
 * so it proves nothing about who sent the bytes.
 */
export function createSha1(): Algorithm {
  const words = new Int32Array(80);

  const block = (state: Int32Array, view: DataView, at: number): void => {
    for (let i = 0; i < 16; i++) words[i] = view.getInt32(at + 4 * i);
    for (let i = 16; i < 80; i++) {
      const x =
        (words[i - 3] as number) ^
        (words[i - 8] as number) ^
        (words[i - 14] as number) ^
        (words[i - 16] as number);
      words[i] = (x << 1) | (x >>> 31);
    }
    let a = state[0] as number;
    let b = state[1] as number;
    let c = state[2] as number;
    let d = state[3] as number;
    let e = state[4] as number;
    for (let i = 0; i < 80; i++) {
      let mixed: number;
      if (i < 20) mixed = (d ^ (b & (c ^ d))) + 0x5a827999;
      else if (i < 40) mixed = (b ^ c ^ d) + 0x6ed9eba1;
      else if (i < 60) mixed = ((b & c) | (d & (b | c))) - 0x70e44324;
      else mixed = (b ^ c ^ d) - 0x359d3e2a;
      const sum = (((a << 5) | (a >>> 27)) + (mixed | 0)) | 0;
      const next = (sum + ((e + (words[i] as number)) | 0)) | 0;
      e = d;
      d = c;
      c = (b << 30) | (b >>> 2);
      b = a;
      a = next;
    }
    state[0] = (state[0] as number) + a;
    state[1] = (state[1] as number) + b;
    state[2] = (state[2] as number) + c;
    state[3] = (state[3] as number) + d;
    state[4] = (state[4] as number) + e;
  };

  const update: Algorithm['update'] = (state, view, from, to) => {
    for (let at = from; at < to; at += 64) block(state, view, at);
  };

  return {
    start: () => Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0),
    update,
    finish(state, rest, total) {
      const padded = new DataView(new ArrayBuffer(rest.length < 56 ? 64 : 128));
      new Uint8Array(padded.buffer).set(rest);
      padded.setUint8(rest.length, 128);
      padded.setBigUint64(padded.byteLength - 8, BigInt(total) * 8n);
      update(state, padded, 0, padded.byteLength);
      const value = new DataView(new ArrayBuffer(20));
      state.forEach((word, index) => value.setInt32(4 * index, word));
      return new Uint8Array(value.buffer);
    },
  };
}
