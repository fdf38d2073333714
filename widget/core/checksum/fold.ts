/**
 * Shortens a long message: `fold` changes the last bytes of `bytes` (whose length is a multiple of
 * 64) so that they alone have the remainder that the whole had, and returns the offset at which they
 * begin. The state is added to the first bytes, and is zero afterwards.
 */
export type Fold = (state: Int32Array, bytes: Uint8Array<ArrayBuffer>) => number;

/**
 * A CRC at the speed of memory, in WebAssembly with SIMD. Undefined where the browser lacks either,
 * or where a Content-Security-Policy without `wasm-unsafe-eval` forbids it.
 *
 * `distances` describe a multiple of the polynomial that has very few terms, all of them whole 32-bit
 * words apart: because x^(32 · d1) + x^(32 · d2) + … ≡ x^0, a word may be added (XOR) to the words
 * that follow it at these distances, and then be zero itself. This needs no tables, and no word waits
 * for the one before it. The idea is Chorba's (https://arxiv.org/abs/2412.16398).
 *
 * The module is assembled byte by byte. In the text format its function reads:
 *
 *     (func (export "f") (param $limit i32) (local $at i32)
 *       (loop
 *         (v128.store offset=(address 0) (local.get $at)
 *           ;; v128.xor with one more load for each distance
 *           (v128.xor (v128.load offset=(address 0) (local.get $at))
 *                     (v128.load offset=(address distance) (local.get $at))))
 *         (br_if 0 (i32.lt_u
 *           (local.tee $at (i32.add (local.get $at) (i32.const 16)))
 *           (local.get $limit)))))
 *
 * Refers to nothing outside itself, because its source text also runs in the hashing worker.
 */
export function createFold(distances: readonly number[]): Fold | undefined {
  // https://webassembly.github.io/spec/core/binary/instructions.html
  const LOOP = 0x03;
  const NO_RESULT = 0x40;
  const END = 0x0b;
  const BR_IF = 0x0d;
  const LOCAL_GET = 0x20;
  const LOCAL_TEE = 0x22;
  const I32_CONST = 0x41;
  const I32_LT_U = 0x49;
  const I32_ADD = 0x6a;
  /** Prefix of the vector instructions. */
  const SIMD = 0xfd;
  const V128_LOAD = 0x00;
  const V128_STORE = 0x0b;
  const V128_XOR = 0x51;
  // https://webassembly.github.io/spec/core/binary/types.html
  const I32 = 0x7f;
  const FUNCTION = 0x60;
  // https://webassembly.github.io/spec/core/binary/modules.html
  const TYPES = 1;
  const FUNCTIONS = 3;
  const MEMORIES = 5;
  const EXPORTS = 7;
  const CODE = 10;
  // Indexes of the function's parameter and of its local variable.
  const limit = 0;
  const at = 1;

  /** The farthest distance in bytes, rounded up: this many bytes before the position are kept. */
  const behind = (Math.max(...distances) * 4 + 63) & ~63;
  /** Size of the memory, in pages of 64 KiB. */
  const PAGES = 3;
  const room = PAGES * 65536 - behind;
  /**
   * Immediates of a load or store: no alignment, and the offset of the word that lies so far before
   * the position, in LEB128 with three bytes.
   */
  const address = (distance: number) => {
    const offset = behind - distance * 4;
    return [0, (offset & 127) | 128, ((offset >> 7) & 127) | 128, offset >> 14];
  };
  const load = (distance: number) => [LOCAL_GET, at, SIMD, V128_LOAD, ...address(distance)];
  const code = [
    // One group of local variables: one i32.
    [1, 1, I32],
    // The first operand of the store.
    [LOOP, NO_RESULT, LOCAL_GET, at],
    load(0),
    ...distances.map((distance) => [...load(distance), SIMD, V128_XOR]),
    [SIMD, V128_STORE, ...address(0)],
    [LOCAL_GET, at, I32_CONST, 16, I32_ADD, LOCAL_TEE, at, LOCAL_GET, limit, I32_LT_U, BR_IF, 0],
    [END, END],
  ].flat();
  // Each section is its number, its length, the count of its entries (1), and the entry. All lengths
  // are below 128, and so are one byte in LEB128.
  const module = [
    // "\0asm", version 1.
    [0, 97, 115, 109, 1, 0, 0, 0],
    // One parameter, no result.
    [TYPES, 5, 1, FUNCTION, 1, I32, 0],
    [FUNCTIONS, 2, 1, 0],
    // No maximum.
    [MEMORIES, 3, 1, 0, PAGES],
    // Two entries: the memory (kind 2) as "m", and the function (kind 0) as "f".
    [EXPORTS, 9, 2, 1, 109, 2, 0, 1, 102, 0, 0],
    [CODE, code.length + 2, 1, code.length],
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
    // The words that were folded last are still to be added to those after them.
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
