/** What S3 may answer to a Complete, and what that means. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { errorXml, failure, withReplies, type Reply } from './scripted.ts';

const COMPLETED =
  '<?xml version="1.0"?><CompleteMultipartUploadResult><ETag>"e-1"</ETag></CompleteMultipartUploadResult>';
const request = { parts: [{ number: 1, etag: 'e' }], bytes: 5, algorithm: null };

describe('a Complete', () => {
  it('succeeds after the white space that keeps a slow line open', async () => {
    const body = `<?xml version="1.0" encoding="UTF-8"?>\n${' '.repeat(500)}${COMPLETED.slice(21)}`;
    for (const slow of [body, `   \n${COMPLETED}`]) {
      await withReplies([{ status: 200, body: slow }], async ({ store }) => {
        assert.deepEqual(await store.completeMultipart('k', 'u', request), { etag: 'e-1' });
      });
    }
  });

  it('sends the size, the full checksum and the condition not to replace, if the store honours them', async () => {
    const whole = {
      parts: [{ number: 1, etag: '"e"', checksum: 'AAAAAAAAAAA=' }],
      bytes: 5,
      algorithm: 'crc64nvme' as const,
      checksum: 'BBBBBBBBBBA=',
      ifNoneMatch: true,
    };
    await withReplies([{ status: 200, body: COMPLETED }], async ({ store, asked }) => {
      await store.completeMultipart('k', 'u&x', whole);
      const [{ url, headers, body } = assert.fail('nothing was asked')] = asked;
      assert.equal(url, '/bucket/k?uploadId=u%26x');
      assert.equal(headers['content-type'], 'application/xml');
      assert.equal(headers['x-amz-mp-object-size'], '5');
      assert.equal(headers['x-amz-checksum-crc64nvme'], 'BBBBBBBBBBA=');
      assert.equal(headers['if-none-match'], '*');
      assert.ok(
        body.includes('<ETag>"e"</ETag><ChecksumCRC64NVME>AAAAAAAAAAA=</ChecksumCRC64NVME>'),
      );
    });
    await withReplies(
      [{ status: 200, body: COMPLETED }],
      async ({ store, asked }) => {
        await store.completeMultipart('k', 'u', { ...whole, algorithm: 'md5' });
        const [{ headers, body } = assert.fail('nothing was asked')] = asked;
        assert.deepEqual(
          Object.keys(headers).filter((name) => /mp-object|checksum|if-none/.test(name)),
          [],
        );
        assert.ok(!body.includes('Checksum'));
      },
      'generic',
    );
  });

  it('keeps no composite for a checksum of the whole', async () => {
    const body = COMPLETED.replace('</ETag>', '</ETag><ChecksumCRC32C>LoVfYw==-2</ChecksumCRC32C>');
    await withReplies([{ status: 200, body }], async ({ store }) => {
      const completed = await store.completeMultipart('k', 'u', {
        ...request,
        algorithm: 'crc32c',
      });
      assert.deepEqual(completed, { etag: 'e-1' });
    });
  });

  it('leaves out an ETag that the store leaves empty', async () => {
    const body = COMPLETED.replace('"e-1"', '');
    await withReplies([{ status: 200, body }], async ({ store }) => {
      assert.deepEqual(await store.completeMultipart('k', 'u', request), {});
    });
  });

  it('case 46: tries again after a 200 that contains an InternalError', async () => {
    const replies = [
      { status: 200, body: errorXml('InternalError') },
      { status: 200, body: COMPLETED },
    ];
    await withReplies(replies, async ({ store, asked }) => {
      assert.deepEqual(await store.completeMultipart('k', 'u', request), { etag: 'e-1' });
      assert.equal(asked.length, 2);
    });
  });

  it('reads the error out of a 200 like out of any other answer', async () => {
    const replies = [{ status: 200, body: errorXml('InvalidPart') }];
    await withReplies(replies, async ({ store, asked }) => {
      const error = await failure(store.completeMultipart('k', 'u', request));
      assert.deepEqual([error.kind, error.code], ['invalid_part', 'InvalidPart']);
      assert.equal(asked.length, 1);
    });
  });

  it('is unknown if a 200 contains an unlisted error', async () => {
    const replies = [{ status: 200, body: errorXml('OutOfLuck') }];
    await withReplies(replies, async ({ store }) => {
      const error = await failure(store.completeMultipart('k', 'u', request));
      assert.deepEqual([error.kind, error.code, error.retryable], ['unknown', 'OutOfLuck', true]);
    });
  });

  const unreadable: Record<string, Reply> = {
    'is empty': { status: 200 },
    'is only white space': { status: 200, body: '   \n  ' },
    'breaks off': { status: 200, body: COMPLETED.slice(0, 60) },
    'breaks off with the line': { status: 200, body: COMPLETED.slice(0, 60), cut: true },
    'breaks off with the line where nothing shows it': { status: 200, body: COMPLETED, cut: true },
    "is a proxy's page": { status: 200, body: '<!doctype html><html><body>Sign in<br></html>' },
    'is another document': { status: 200, body: '<CompleteMultipartUploadResultX/>' },
    'is longer than any answer of S3': { status: 200, body: `<a>${'x'.repeat(3 << 20)}</a>` },
    'is an entity bomb': {
      status: 200,
      body: `<!DOCTYPE a [<!ENTITY b "${'x'.repeat(1000)}">]><CompleteMultipartUploadResult>${'&b;'.repeat(10_000)}</CompleteMultipartUploadResult>`,
    },
    'nests without end': { status: 200, body: '<a>'.repeat(200_000) },
  };
  for (const [what, reply] of Object.entries(unreadable)) {
    it(`case 47: is unknown where the 200 ${what}`, async () => {
      await withReplies([reply], async ({ store }) => {
        const error = await failure(store.completeMultipart('k', 'u', request));
        assert.equal(error.kind, 'unknown');
      });
    });
  }

  it('case 36: of fewer bytes than were announced is refused where the store counts them', async () => {
    const replies = [{ status: 400, body: errorXml('InvalidRequest') }];
    await withReplies(replies, async ({ store }) => {
      const error = await failure(store.completeMultipart('k', 'u', request));
      assert.equal(error.kind, 'invalid_part');
    });
  });

  it('case 45: whose reply is lost is asked about again', async () => {
    const replies = [
      { status: 200, body: '', cut: true },
      { status: 200, body: COMPLETED },
    ];
    await withReplies(replies, async ({ store }) => {
      assert.deepEqual(await store.completeMultipart('k', 'u', request), { etag: 'e-1' });
    });
  });

  it('is not called if a checksum that the store requires is missing', async () => {
    await withReplies(
      [{ status: 200, body: COMPLETED }],
      async ({ store, asked }) => {
        const wants = { ...request, algorithm: 'crc64nvme' as const };
        const error = await failure(store.completeMultipart('k', 'u', wants));
        assert.deepEqual([error.kind, error.code], ['invalid_part', 'MissingChecksum']);
        assert.equal(asked.length, 0);
      },
      'minio',
    );
  });
});
