/**
 * Makes a long message short: `fold` changes the last bytes of `bytes` (a multiple of 64) so that
 * they alone have the remainder that all of them had, and returns where they begin. The state goes
 * into the first bytes, and is zero afterwards.
 */
export type Fold = (state: Int32Array, bytes: Uint8Array<ArrayBuffer>) => number;

/**
 * A CRC at the speed of memory, in WebAssembly with SIMD; undefined where that is not allowed (a
 * Content-Security-Policy without `wasm-unsafe-eval`) or not there.
 *
 * `distances` say which multiple of the polynomial has very few terms, all of them whole 32-bit
 * words apart: where x^(32 · d1) + x^(32 · d2) + … ≡ x^0, a word may be added (XOR) to the words
 * that come so far after it, and be zero itself. No tables, and no word waits for the one before it;
 * the idea is Chorba's (https://arxiv.org/abs/2412.16398).
 *
 * Refers to nothing outside itself, because its source text also runs in the hashing worker.
 */
export function createFold(distances: readonly number[]): Fold | undefined {
  /** The farthest distance in bytes, rounded up: as many are remembered. */
  const behind = (Math.max(...distances) * 4 + 63) & ~63;
  const PAGES = 3;
  const room = PAGES * 65536 - behind;
  /** Where a word lies that came so far before: no alignment, and a number of three bytes. */
  const address = (distance: number) => {
    const offset = behind - distance * 4;
    return [0, (offset & 127) | 128, ((offset >> 7) & 127) | 128, offset >> 14];
  };
  const load = (distance: number) => [32, 1, 253, 0, ...address(distance)];
  const code = [
    // One local, the position in bytes, and a loop.
    [1, 1, 127, 3, 64, 32, 1],
    load(0),
    // Each is added to it.
    ...distances.map((distance) => [...load(distance), 253, 81]),
    [253, 11, ...address(0)],
    // On by 16, as long as that is below the parameter.
    [32, 1, 65, 16, 106, 34, 1, 32, 0, 73, 13, 0, 11, 11],
  ].flat();
  // https://webassembly.github.io/spec/core/binary/modules.html
  const module = [
    [0, 97, 115, 109, 1, 0, 0, 0],
    // One type, of the one function; one memory; both exported, as m and f; the code.
    [1, 5, 1, 96, 1, 127, 0, 3, 2, 1, 0, 5, 3, 1, 0, PAGES],
    [7, 9, 2, 1, 109, 2, 0, 1, 102, 0, 0, 10, code.length + 2, 1, code.length],
    code,
  ].flat();
  let exports;
  try {
    ({ exports } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(module))));
  } catch {
    return undefined;
  }
  const memory = new Uint8Array((exports['m'] as WebAssembly.Memory).buffer);
  const add = exports['f'] as (bytes: number) => void;

  return (state, bytes) => {
    const end = bytes.length - behind;
    if (end < behind) return 0;
    const words = new Int32Array(bytes.buffer, 0, bytes.length / 4);
    for (let i = 0; i < state.length; i++) {
      words[i] = (words[i] as number) ^ (state[i] as number);
      state[i] = 0;
    }
    memory.fill(0, 0, behind);
    for (let from = 0; from < end; from += room) {
      const taken = Math.min(room, end - from);
      memory.set(bytes.subarray(from, from + taken), behind);
      add(taken);
      memory.copyWithin(0, taken, taken + behind);
    }
    // What was behind the position is now before it.
    const before = new Int32Array(memory.buffer, 0, behind / 4);
    for (const distance of distances) {
      for (let i = 0; i < distance; i++) {
        words[end / 4 + i] =
          (words[end / 4 + i] as number) ^ (before[before.length + i - distance] as number);
      }
    }
    return end;
  };
}
