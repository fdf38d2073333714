/** What `s3-upload doctor` says of a bucket on R2, as Cloudflare documents it. The real R2 has not been asked. */
import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { Request as WorkerRequest } from 'miniflare';
import { FakeR2 } from '../promises/fake-r2.ts';
import { openBucket } from '../../../worker/cli/bucket.ts';
import type { Finding } from '../../../worker/cli/doctor/finding.ts';
import { ENOUGH, findingsOf } from './doctor.ts';

/** Runs `test` while every request of this process goes to the store. */
async function reaching(r2: FakeR2, test: () => Promise<void>): Promise<void> {
  const stub = mock.method(globalThis, 'fetch', async (...sent: Parameters<typeof fetch>) => {
    const { url, method, headers, body } = new Request(...sent);
    const bytes = body === null ? null : await new Response(body).arrayBuffer();
    const init = { method, headers: [...headers] as [string, string][], body: bytes };
    return r2.answer(new WorkerRequest(url, init));
  });
  try {
    await test();
  } finally {
    stub.mock.restore();
  }
}

const findingsOn = async (
  r2: FakeR2,
  settings: Readonly<Record<string, string>> = {},
): Promise<Readonly<Record<string, Finding>>> => {
  const found: Record<string, Finding> = {};
  await reaching(r2, async () => {
    const { findings } = await findingsOf({ ...ENOUGH, ...r2.settings, ...settings });
    for (const finding of findings) found[finding.what] = finding;
  });
  return found;
};

describe('s3-upload doctor on R2', () => {
  it('says what the bucket does, and leaves nothing behind', async () => {
    const r2 = new FakeR2();
    const found = await findingsOn(r2);
    const details = Object.values(found).map(
      ({ what, level, detail }) => `${level} ${what}: ${detail}`,
    );
    for (const line of [
      'pass whole checksum: a file whose crc64nvme is wrong is refused (BadDigest)',
      'pass checksums: a part whose crc64nvme is wrong is refused',
      'pass temporary keys: they work below their prefix only: S3_R2_SESSION can be set',
      'pass form POST: a form is answered 501 NotImplemented; on R2 the Worker does not use any',
      'pass late parts: a part that comes after Complete is answered 404 NoSuchUpload',
      'pass clean-up: everything that was stored is removed again',
    ]) {
      assert.ok(details.includes(line), `${line}\nis not in\n${details.join('\n')}`);
    }
    assert.deepEqual(r2.left, { keys: [], open: 0 });
  });

  it('says which checksum to set if the bucket refuses the documented one, and checks that one', async () => {
    const r2 = new FakeR2({ isOld: true });
    const found = await findingsOn(r2);
    assert.equal(found['whole checksum']?.level, 'warn');
    assert.match(found['whole checksum'].advice ?? '', /^set CHECKSUM=crc32c/);
    assert.match(found['checksums']?.detail ?? '', /crc32c is wrong is refused/);
    assert.deepEqual(r2.left, { keys: [], open: 0 });
  });

  it('fails if the checksum that the operator has chosen is refused', async () => {
    const found = await findingsOn(new FakeR2({ isOld: true }), { CHECKSUM: 'crc64nvme' });
    const refused = Object.values(found).filter(({ level }) => level === 'fail');
    assert.equal(refused.length, 1);
    assert.match(refused[0]?.detail ?? '', /NotImplemented/);
  });

  it('fails if the bucket keeps a file whose checksum is wrong', async () => {
    const found = await findingsOn(new FakeR2({ ignoresWhole: true }));
    assert.equal(found['whole checksum']?.level, 'fail');
    assert.match(found['whole checksum'].detail, /keeps a file whose crc64nvme is wrong/);
  });

  it('advises against S3_R2_SESSION if its keys do not sign URLs', async () => {
    const r2 = new FakeR2({ refusesSessionInUrl: true });
    const found = await findingsOn(r2);
    assert.equal(found['temporary keys']?.level, 'warn');
    assert.match(found['temporary keys'].detail, /a URL that they sign is answered 403/);
    assert.equal(found['temporary keys'].advice, 'do not set S3_R2_SESSION');
    assert.deepEqual(r2.left, { keys: [], open: 0 });
  });

  it('reads the rules of the bucket with the keys themselves, although a session is set', async () => {
    const r2 = new FakeR2();
    const bucket = openBucket({ ...r2.settings, S3_R2_SESSION: '1h' });
    assert.equal((await bucket.config.credentials.get()).sessionToken, undefined);
    const found = await findingsOn(r2, { S3_R2_SESSION: '1h' });
    assert.equal(found['credentials']?.level, 'pass');
    assert.equal(found['bucket']?.level, 'pass');
  });
});
