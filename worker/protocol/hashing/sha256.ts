import type { Algorithm } from './algorithm.ts';

/**
 * SHA-256 (FIPS 180-4, section 6.2), for pages without WebCrypto, which browsers keep from plain http.
 *
 * Refers to nothing outside itself, because its source text also runs in the hashing worker.
 */
export function createSha256(): Algorithm {
  const constants = new Int32Array(64);
  const start = new Int32Array(8);
  // The fractional parts of the cube roots, and of the square roots, of the first primes (4.2.2, 5.3.3).
  for (let prime = 2, found = 0; found < 64; prime++) {
    let divisor = 2;
    while (divisor * divisor <= prime && prime % divisor) divisor++;
    if (divisor * divisor <= prime) continue;
    if (found < 8) start[found] = (prime ** (1 / 2) % 1) * 2 ** 32;
    constants[found++] = (Math.cbrt(prime) % 1) * 2 ** 32;
  }
  const words = new Int32Array(64);

  // Every sum is cut to 32 bits at once, and the eight words are locals: V8 then adds integers, which
  // is twice as fast.
  const block = (state: Int32Array, view: DataView, at: number): void => {
    for (let i = 0; i < 16; i++) words[i] = view.getInt32(at + 4 * i);
    for (let i = 16; i < 64; i++) {
      const x = words[i - 15] as number;
      const y = words[i - 2] as number;
      const low = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const high = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      words[i] = (((low + high) | 0) + (words[i - 16] as number) + (words[i - 7] as number)) | 0;
    }
    let a = state[0] as number;
    let b = state[1] as number;
    let c = state[2] as number;
    let d = state[3] as number;
    let e = state[4] as number;
    let f = state[5] as number;
    let g = state[6] as number;
    let h = state[7] as number;
    for (let i = 0; i < 64; i++) {
      const sum1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const chosen = (((h + sum1) | 0) + (g ^ (e & (f ^ g)))) | 0;
      const t = (chosen + (((constants[i] as number) + (words[i] as number)) | 0)) | 0;
      const sum0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const majority = (b & c) ^ (a & (b ^ c));
      h = g;
      g = f;
      f = e;
      e = (d + t) | 0;
      d = c;
      c = b;
      b = a;
      a = (t + ((sum0 + majority) | 0)) | 0;
    }
    state[0] = (state[0] as number) + a;
    state[1] = (state[1] as number) + b;
    state[2] = (state[2] as number) + c;
    state[3] = (state[3] as number) + d;
    state[4] = (state[4] as number) + e;
    state[5] = (state[5] as number) + f;
    state[6] = (state[6] as number) + g;
    state[7] = (state[7] as number) + h;
  };

  const update = (state: Int32Array, view: DataView, from: number, to: number): void => {
    for (let at = from; at < to; at += 64) block(state, view, at);
  };

  return {
    start: () => start.slice(),
    update,
    finish(state, rest, total) {
      const padded = new DataView(new ArrayBuffer(rest.length < 56 ? 64 : 128));
      new Uint8Array(padded.buffer).set(rest);
      padded.setUint8(rest.length, 128);
      padded.setBigUint64(padded.byteLength - 8, BigInt(total) * 8n);
      update(state, padded, 0, padded.byteLength);
      const value = new DataView(new ArrayBuffer(32));
      state.forEach((word, index) => value.setInt32(4 * index, word));
      return new Uint8Array(value.buffer);
    },
  };
}
