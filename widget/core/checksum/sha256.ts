import type { Algorithm } from './algorithm.ts';

/**
 * SHA-256 (FIPS 180-4, section 6.2), for pages served over plain http, where browsers do not offer WebCrypto.
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
  // oxlint-disable-next-line unicorn/consistent-function-scoping -- it goes into the worker with the rest
  const rotate = (word: number, bits: number) => (word >>> bits) | (word << (32 - bits));

  const update = (state: Int32Array, view: DataView, from: number, to: number): void => {
    for (let at = from; at < to; at += 64) {
      for (let i = 0; i < 64; i++) {
        if (i < 16) words[i] = view.getInt32(at + 4 * i);
        else {
          const x = words[i - 15] as number;
          const y = words[i - 2] as number;
          const low = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
          const high = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
          words[i] = low + high + (words[i - 16] as number) + (words[i - 7] as number);
        }
      }
      let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
      for (let i = 0; i < 64; i++) {
        const sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
        const choice = (e & f) ^ (~e & g);
        const t = (h + sum1 + choice + (constants[i] as number) + (words[i] as number)) | 0;
        const sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
        const majority = (a & b) ^ (a & c) ^ (b & c);
        h = g;
        g = f;
        f = e;
        e = (d + t) | 0;
        d = c;
        c = b;
        b = a;
        a = (t + sum0 + majority) | 0;
      }
      const result = [a, b, c, d, e, f, g, h];
      for (let i = 0; i < 8; i++) state[i] = (state[i] as number) + (result[i] as number);
    }
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
