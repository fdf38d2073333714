import type { UploadErrorCode } from '../../../../widget/core/errors.ts';
import { finalError } from '../../../../widget/core/faults/file-error.ts';
import { missingEtagError, partError } from '../../../../widget/core/faults/store-error.ts';
import { verdict, type FinalVerdict } from '../../../../widget/core/faults/verdict.ts';
import { assert } from '../fake/assert.ts';
import { RETRIES } from './retries.ts';

const FIRST = {
  faults: 0,
  refusals: 9,
  mismatches: 0,
  sinceMs: 0,
  patienceMs: 1,
  isOnline: true,
};

describe('a file that failed', () => {
  for (const [code, { button, because, error }] of Object.entries(RETRIES)) {
    it(`with ${code} ${button === 'Retry' ? 'can be retried' : 'cannot be retried'}: ${because}`, () => {
      assert.equal(error.code, code as UploadErrorCode);
      assert.equal(error.retryable, button === 'Retry');
    });
  }

  // https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
  for (const [status, storeCode] of [
    [403, 'AccessDenied'],
    [403, 'InvalidAccessKeyId'],
    [404, 'NoSuchBucket'],
    [400, 'AuthorizationHeaderMalformed'],
    [411, 'MissingContentLength'],
    [501, 'NotImplemented'],
  ] as const) {
    it(`because the store refused it with ${storeCode} can be retried`, () => {
      const outcome = { kind: 'answered', status, code: storeCode } as const;
      const final = verdict(outcome, FIRST) as FinalVerdict;
      const error = partError(final, outcome, { file: new File([], 'a'), partNumber: 1 });
      assert.equal(error.code, 'store_refused');
      assert.ok(error.retryable);
    });
  }

  it('because its ETag is hidden can be retried', () => {
    assert.ok(missingEtagError(1).retryable);
  });

  it('for a reason that nobody has foreseen can be retried', () => {
    const upload = { file: new File([], 'a'), state: { wasRead: true } };
    assert.ok(finalError(new TypeError('metadata is not iterable'), upload).retryable);
  });
});
