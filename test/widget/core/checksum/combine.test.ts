import * as fc from 'fast-check';
import { md5 } from 'hash-wasm';
import { combine, multipartEtag } from '../../../../widget/core/checksum/index.ts';
import { assert } from '../fake/assert.ts';
import { expected, someBytes } from './oracle.ts';

/** A file cut at any places, neither in order nor distinct. */
const cutFile = fc.record({
  bytes: fc.uint8Array({ maxLength: 2_000, size: 'max' }),
  cuts: fc.array(fc.nat(2_000), { maxLength: 12 }),
});

function parts({ bytes, cuts }: { bytes: Uint8Array; cuts: readonly number[] }): Uint8Array[] {
  const inside = cuts.filter((cut) => cut <= bytes.length).sort((a, b) => a - b);
  const edges = [0, ...inside, bytes.length];
  return edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge));
}

describe('combine', () => {
  for (const algorithm of ['crc64nvme', 'crc32c'] as const) {
    it(`makes the whole file's ${algorithm} from its parts', however it is cut`, async () => {
      await fc.assert(
        fc.asyncProperty(cutFile, async (file) => {
          const sums = [];
          for (const part of parts(file)) {
            sums.push({ checksum: await expected(algorithm, part), bytes: part.length });
          }
          assert.equal(combine(algorithm, sums), await expected(algorithm, file.bytes));
        }),
      );
    });

    it(`gives one part's own ${algorithm}, and that of nothing for none`, async () => {
      const bytes = someBytes(1_000);
      const checksum = await expected(algorithm, bytes);
      assert.equal(combine(algorithm, [{ checksum, bytes: 1_000 }]), checksum);
      assert.equal(combine(algorithm, []), await expected(algorithm, new Uint8Array()));
    });

    it(`takes parts of more than 4 GiB for ${algorithm}`, async () => {
      // The same bytes 8,192 times, once in parts of 1 MiB and once in parts of 2, 4, 8, ... GiB.
      const checksum = await expected(algorithm, someBytes(2 ** 20));
      const small = Array.from({ length: 8_192 }, () => ({ checksum, bytes: 2 ** 20 }));
      let doubled: string | undefined = checksum;
      let bytes = 2 ** 20;
      for (; bytes < 2 ** 33; bytes *= 2) {
        const half = { checksum: doubled ?? '', bytes };
        doubled = combine(algorithm, [half, half]);
      }
      assert.equal(combine(algorithm, small), doubled);
      const large = { checksum: doubled ?? '', bytes };
      assert.equal(combine(algorithm, [large, large]), combine(algorithm, [...small, ...small]));
    });
  }

  it('says undefined for values that do not combine', () => {
    assert.equal(combine('md5', [{ checksum: '1B2M2Y8AsgTpgAmY7PhCfg==', bytes: 0 }]), undefined);
    assert.equal(combine('sha256', []), undefined);
  });
});

describe('combine, with a part whose checksum the store did not tell', () => {
  it('says undefined rather than a value that the store would refuse', () => {
    const known = { checksum: 'rosUhgp5mIg=', bytes: 9 };
    assert.equal(combine('crc64nvme', [known, { checksum: '', bytes: 9 }]), undefined);
    assert.equal(combine('crc64nvme', [{ checksum: '4waSgw==', bytes: 9 }, known]), undefined);
  });
});

describe('multipartEtag', () => {
  it('is the MD5 of the MD5s of the parts, and their number', async () => {
    for (const count of [1, 2, 3, 4, 5, 10_000]) {
      const sums = Array.from({ length: count }, (_, i) => someBytes(16, i + 1));
      const checksums = sums.map((sum) => ({ checksum: btoa(String.fromCharCode(...sum)) }));
      const joined = new Uint8Array(await new Blob(sums).arrayBuffer());
      assert.equal(multipartEtag(checksums), `${await md5(joined)}-${count}`);
    }
  });
});
