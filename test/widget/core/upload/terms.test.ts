import { agreementOf, isSameTerms } from '../../../../widget/core/upload/terms.ts';
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

describe('what the Worker has agreed to', () => {
  const terms = { plan: { kind: 'single', bytes: 4 }, checksum: 'md5' } as const;

  it('is of its answer what the upload needs, and cannot be changed', () => {
    const agreed = {
      ...terms,
      token: 'token',
      key: 'key',
      expiresAt: '2030-01-01T00:00:00Z',
      storeExpiresAt: 1_900_000_000,
    };
    const agreement = agreementOf({ ...agreed, id: 'id', requests: [], expiresIn: 900 });
    assert.deepEqual(agreement, {
      token: 'token',
      key: 'key',
      ...terms,
      expiresAt: agreed.expiresAt,
      storeExpiresAt: agreed.storeExpiresAt,
    });
    assert.ok(Object.isFrozen(agreement));
  });

  it('is the same as expected only with the same checksum and the same plan', () => {
    assert.ok(isSameTerms(terms, { ...terms, plan: { ...terms.plan } }));
    assert.ok(!isSameTerms(terms, { ...terms, checksum: null }));
    assert.ok(!isSameTerms(terms, { ...terms, plan: { kind: 'single', bytes: 5 } }));
  });
});
