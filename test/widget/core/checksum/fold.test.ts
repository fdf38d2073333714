import { createCrc } from '../../../../worker/protocol/hashing/crc.ts';
import { createFold } from '../../../../widget/core/checksum/fold.ts';
import { createHash } from '../../../../widget/core/checksum/hash.ts';
import { createMd5 } from '../../../../worker/protocol/hashing/md5.ts';
import { DISTANCES, POLYNOMIALS } from '../../../../worker/protocol/hashing/polynomials.ts';
import { createSha256 } from '../../../../worker/protocol/hashing/sha256.ts';
import { assert } from '../fake/assert.ts';
import { ALGORITHMS, expected, someBytes } from './oracle.ts';

const CRCS = ['crc64nvme', 'crc32c'] as const;
const hash = createHash(createCrc, createMd5, createSha256, POLYNOMIALS, createFold, DISTANCES);

describe('checksums with WebAssembly', () => {
  it('make a long message short, without leaving anything in the state', () => {
    for (const name of CRCS) {
      const fold = createFold(DISTANCES[name] ?? []);
      const state = Int32Array.of(1, 2);
      const from = fold?.(state, someBytes(2 ** 20)) ?? 0;
      assert.ok(from > 2 ** 20 - 2 ** 15, `${name}: the rest begins at ${from}`);
      assert.deepEqual([...state], [0, 0]);
    }
  });

  // Around twice the farthest distance, and around the WebAssembly memory and its multiples.
  const lengths = [0, 1, 33_000, 42_300, 180_100, 213_000, 360_000, 2 ** 20];
  for (const name of ALGORITHMS) {
    it(`${name} is hash-wasm's at any length, read whole or in steps`, async () => {
      for (const around of lengths) {
        for (const length of [0, 1, 63, 64, 4096, 16_384].map((more) => around + more)) {
          const bytes = someBytes(length, length);
          const value = await expected(name, bytes);
          for (const step of [2 ** 16, 2 ** 18, 2 ** 21]) {
            assert.equal(await hash(new Blob([bytes]), name, step), value, `${length}, ${step}`);
          }
        }
      }
    });
  }
});
