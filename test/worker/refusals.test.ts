/** The hostile suite's yardstick: what it counts as a refusal, and what it does not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refused, refusedByStore, refusedFile } from './hostile/refusals.ts';

function s3Error(status: number, code: string, message = ''): Response {
  return new Response(`<Error><Code>${code}</Code><Message>${message}</Message></Error>`, {
    status,
  });
}

test('a store that could not read the request has not refused the attack in it', async () => {
  for (const code of ['MalformedXML', 'InvalidArgument', 'InvalidRequest', 'MissingContentMD5']) {
    await assert.rejects(refusedByStore(s3Error(400, code)), /refused, but not for/, code);
  }
  await assert.rejects(refusedByStore(s3Error(501, 'NotImplemented')), /refused, but not for/);
});

test('an answer without an S3 code is not a refusal of the store', async () => {
  const page = new Response('<html>Bad Request</html>', { status: 400 });
  await assert.rejects(refusedByStore(page), /refused, but not for/);
  await assert.rejects(refusedByStore(new Response(null, { status: 403 })), /refused, but not for/);
});

test('an error inside a 200 is not a refusal', async () => {
  await assert.rejects(refusedByStore(s3Error(200, 'AccessDenied')), /did not refuse/);
});

test('a refusal counts for the reasons that the attempt lists, and for no others', async () => {
  assert.equal(
    await refusedByStore(s3Error(412, 'PreconditionFailed'), 'condition'),
    'store 412 PreconditionFailed',
  );
  const wrongChecksum = refusedByStore(s3Error(400, 'BadDigest'), 'condition');
  await assert.rejects(wrongChecksum, /not for condition/);
  const missing = s3Error(
    400,
    'InvalidArgument',
    'Required search parameter X-Amz-Signature missing',
  );
  assert.equal(await refusedByStore(missing, 'unsigned'), 'store 400 InvalidArgument');
});

test('the Worker refuses with a code of its contract, or it is not the Worker that refused', () => {
  const notFound = { status: 404, body: { code: 'not_found', status: 404 } };
  assert.equal(refused(notFound, 'not_found'), '404 not_found');
  assert.equal(refused(notFound, 404), '404 not_found');
  assert.throws(() => refused(notFound, 'forbidden'), /not forbidden/);
  assert.throws(() => refused({ status: 404, body: '404 Not Found' }), /no code of the contract/);
  assert.throws(
    () => refused({ status: 404, body: { code: 'toString' } }),
    /no code of the contract/,
  );
  assert.throws(() => refused({ status: 200, body: {} }));
});

test('a file that was let in is not refused', () => {
  const problem = { type: '', title: '', status: 413, detail: '', code: 'too_large' as const };
  assert.equal(refusedFile({ id: 'x', problem }, 'too_large'), '413 too_large');
  assert.throws(
    () => refusedFile({ id: 'x', problem }, 'type_not_allowed'),
    /not type_not_allowed/,
  );
  assert.throws(() => refusedFile({ id: 'x' } as never), /was let in/);
});
