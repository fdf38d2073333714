import { termsFor } from '../../../../widget/core/sending/part/terms.ts';
import { assert } from '../fake/assert.ts';

const plan = { singleMaxBytes: 10, minPartBytes: 4, maxPartBytes: 4, maxParts: 2 };
const fileOf = (size: number) => Object.defineProperty(new File([], 'f'), 'size', { value: size });
const small = fileOf(10);
const large = fileOf(11);

describe('the terms of an upload', () => {
  it('are of another algorithm for a file that goes in one request, if the policy says so', () => {
    const policy = { plan, checksum: 'crc64nvme', singleChecksum: 'sha256' } as const;
    assert.equal(termsFor(small, policy).checksum, 'sha256');
    assert.equal(termsFor(large, policy).checksum, 'crc64nvme');
  });

  it('are of the same algorithm for all files, if the policy names only one', () => {
    const policy = { plan, checksum: 'md5' } as const;
    assert.equal(termsFor(small, policy).checksum, 'md5');
    assert.equal(termsFor(large, policy).checksum, 'md5');
  });

  it('have no checksum for a file that goes in one request, if the policy says so', () => {
    const policy = { plan, checksum: 'md5', singleChecksum: null } as const;
    assert.equal(termsFor(small, policy).checksum, null);
  });

  it('refuse a file that the store cannot take', () => {
    let code: unknown;
    try {
      termsFor(fileOf(3 * 5 * 2 ** 30), { plan, checksum: null });
    } catch (error) {
      ({ code } = error as { code: unknown });
    }
    assert.equal(code, 'too_large');
  });
});
