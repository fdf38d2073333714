import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import type { StoreErrorKind } from '../../../worker/s3/requests/errors.ts';
import { errorXml, failure, withReplies, type Asked, type Reply } from './scripted.ts';
import { attributesWith } from './uploads.ts';

const LISTED = '<ListPartsResult><IsTruncated>false</IsTruncated></ListPartsResult>';

describe('an answer of the store', () => {
  const meanings: [Reply, StoreErrorKind, number][] = [
    [{ status: 503, body: errorXml('SlowDown') }, 'unavailable', 3],
    [{ status: 429 }, 'unavailable', 3],
    [{ status: 500, body: errorXml('InternalError') }, 'unavailable', 3],
    [{ status: 502, body: '<html>' }, 'unavailable', 3],
    [{ status: 504 }, 'unavailable', 3],
    [{ status: 400, body: errorXml('RequestTimeout') }, 'unavailable', 3],
    [{ status: 404, body: errorXml('NoSuchUpload') }, 'not_found', 1],
    [{ status: 404, body: errorXml('NoSuchKey') }, 'not_found', 1],
    [{ status: 404, body: errorXml('NoSuchBucket') }, 'misconfigured', 1],
    [{ status: 412, body: errorXml('InvalidRequest') }, 'exists', 1],
    [{ status: 409, body: errorXml('ConditionalRequestConflict') }, 'conflict', 1],
    [{ status: 501, body: errorXml('NotImplemented') }, 'unsupported', 1],
    [{ status: 400, body: errorXml('AccessControlListNotSupported') }, 'unsupported', 1],
    [{ status: 403, body: errorXml('SignatureDoesNotMatch') }, 'misconfigured', 1],
    [{ status: 403, body: errorXml('RequestTimeTooSkewed') }, 'misconfigured', 1],
    [{ status: 401, body: errorXml('Unauthorized') }, 'misconfigured', 1],
    [{ status: 400, body: errorXml('SomethingNew') }, 'rejected', 1],
    [{ status: 413, body: errorXml('EntityTooLarge') }, 'too_large', 1],
    [{ status: 403, body: errorXml('QuotaExceeded') }, 'full', 1],
    [{ status: 507, body: errorXml('XMinioStorageFull') }, 'full', 1],
    [{ status: 507 }, 'full', 1],
    [{ status: 400, body: errorXml('KMS.DisabledException') }, 'misconfigured', 1],
    [{ status: 405, body: errorXml('MethodNotAllowed') }, 'misconfigured', 1],
    [{ status: 400, body: errorXml('KeyTooLongError') }, 'misconfigured', 1],
  ];
  for (const [reply, kind, tries] of meanings) {
    const what = /<Code>(\w+)/.exec(reply.body ?? '')?.[1] ?? 'without a code';
    it(`case 61: of ${reply.status} ${what} is ${kind}, after ${tries} tries`, async () => {
      await withReplies([reply], async ({ store, asked }) => {
        const error = await failure(store.listParts('k', 'u'));
        assert.equal(error.kind, kind);
        assert.equal(error.status, reply.status);
        assert.equal(asked.length, tries);
      });
    });
  }

  // https://www.iana.org/assignments/http-status-codes, as proxies, firewalls and portals send them.
  const boxes = [
    302, 400, 401, 403, 404, 405, 409, 410, 411, 412, 413, 414, 421, 423, 424, 425, 431, 451, 499,
    501,
  ];
  for (const status of boxes) {
    it(`case 61: that something in between gives (${status}) is no answer, and is asked again`, async () => {
      const page = {
        status,
        body: '<html>Blocked</html>',
        headers: { 'content-type': 'text/html' },
      };
      await withReplies([page, page, { status: 200, body: LISTED }], async ({ store }) => {
        assert.deepEqual(await store.listParts('k', 'u'), []);
      });
      await withReplies([page], async ({ store }) => {
        const error = await failure(store.listParts('k', 'u'));
        assert.equal(error.kind, 'unavailable');
        assert.equal(error.code, `HTTP${status}`);
        const head = await failure(store.head('k'));
        assert.equal(head.kind, 'unavailable');
      });
    });
  }

  for (const headers of [
    {},
    { 'content-type': 'application/xml' },
    { 'content-type': 'text/plain', 'x-amz-request-id': 'REQ-1' },
  ] as Record<string, string>[]) {
    it(`case 61: to HEAD has no body, and its status counts (${Object.keys(headers).join()})`, async () => {
      await withReplies([{ status: 404, headers }], async ({ store, asked }) => {
        assert.equal(await store.head('k'), undefined);
        assert.equal(asked.length, 1);
      });
    });
  }

  for (const type of ['text/html', 'text/plain', 'application/json; charset=utf-8']) {
    it(`case 61: to HEAD is not the store’s if it has the type of a page (${type})`, async () => {
      const page = { status: 404, headers: { 'content-type': type } };
      await withReplies([page], async ({ store }) => {
        assert.equal((await failure(store.head('k'))).kind, 'unavailable');
      });
    });
  }

  describe('that is a 404 to HEAD and has the type of a page', () => {
    const page = { status: 404, headers: { 'content-type': 'text/html; charset=utf-8' } };
    const methods = (asked: readonly Asked[]) => asked.map(({ method }) => method);

    it('case 61: is the store’s if it gives GET its error in XML', async () => {
      await withReplies(
        [page, { status: 404, body: errorXml('NoSuchKey') }],
        async ({ store, asked }) => {
          assert.equal(await store.head('k'), undefined);
          assert.deepEqual(methods(asked), ['HEAD', 'GET']);
          assert.equal(asked[1]?.headers.range, 'bytes=0-0', 'no more than a byte is read');
        },
      );
    });

    it('case 61: means nothing of an object that the store gives to GET', async () => {
      const found = { status: 200, headers: { etag: '"e"' } };
      const answers = [
        { status: 206, body: 'x' },
        { status: 416, body: errorXml('InvalidRange') },
      ];
      for (const answer of answers) {
        await withReplies([page, answer, found], async ({ store, asked }) => {
          assert.equal((await store.head('k'))?.etag, 'e');
          assert.deepEqual(methods(asked), ['HEAD', 'GET', 'HEAD']);
        });
      }
    });

    it('case 61: is not asked for without end if something keeps answering it', async () => {
      await withReplies([page, { status: 206, body: 'x' }, page], async ({ store, asked }) => {
        assert.equal((await failure(store.head('k'))).kind, 'unavailable');
        assert.deepEqual(methods(asked), ['HEAD', 'GET', 'HEAD']);
      });
    });

    it('case 61: is no answer as long as GET meets a page, too', async () => {
      const html = { ...page, body: '<html>Not Found</html>' };
      await withReplies([page, html], async ({ store, asked }) => {
        assert.equal((await failure(store.head('k'))).kind, 'unavailable');
        assert.deepEqual(methods(asked), ['HEAD', 'GET', 'GET', 'GET']);
      });
      const missing = { status: 404, body: errorXml('NoSuchKey') };
      await withReplies([page, html, missing], async ({ store }) => {
        assert.equal(await store.head('k'), undefined);
      });
    });
  });

  it('case 79: to HEAD is not the store’s if it is a success without an ETag', async () => {
    const portal = { status: 200, headers: { 'content-type': 'text/html' } };
    const found = { status: 200, headers: { etag: '"e"' } };
    await withReplies([portal, found], async ({ store }) => {
      assert.equal((await store.head('k'))?.etag, 'e');
    });
  });

  it('case 74: from another region names it', async () => {
    const replies = [
      {
        status: 301,
        headers: { 'x-amz-bucket-region': 'eu-west-1', location: 'http://127.0.0.1:1/' },
      },
      { status: 400, body: errorXml('AuthorizationHeaderMalformed', '<Region>eu-west-1</Region>') },
    ];
    for (const reply of replies) {
      await withReplies([reply], async ({ store, asked }) => {
        const error = await failure(store.createMultipart('k', attributesWith()));
        assert.equal(error.kind, 'misconfigured');
        assert.match(error.message, /eu-west-1/);
        assert.equal(asked.length, 1);
      });
    }
  });

  it('case 74: to HEAD from another region is a 400 without a body, and names the region', async () => {
    const headers = { 'x-amz-bucket-region': 'eu-west-1', 'x-amz-request-id': 'REQ-1' };
    await withReplies([{ status: 400, headers }], async ({ store }) => {
      const error = await failure(store.head('k'));
      assert.equal(error.kind, 'misconfigured');
      assert.match(error.message, /set S3_REGION: eu-west-1$/);
    });
  });

  it('that denies an operation names the permission that it needs', async () => {
    const reply = { status: 403, body: errorXml('AccessDenied') };
    await withReplies([reply], async ({ store }) => {
      const open = await failure(store.createMultipart('k', attributesWith()));
      assert.match(open.message, /s3:PutObject/);
      assert.match(
        (await failure(store.listParts('k', 'u'))).message,
        /s3:ListMultipartUploadParts/,
      );
      assert.match((await failure(store.remove('k'))).message, /s3:DeleteObject/);
    });
  });

  it('that denies an operation, or names who should pay, names requester pays', async () => {
    for (const code of ['AccessDenied', 'UserProjectMissing']) {
      await withReplies([{ status: 403, body: errorXml(code) }], async ({ store }) => {
        const error = await failure(store.createMultipart('k', attributesWith()));
        assert.equal(error.kind, 'misconfigured');
        assert.match(error.message, /requester pays/);
      });
    }
  });

  it('whose code is in a family, or says nothing to the developer, has the advice of its kind', async () => {
    const advices: readonly [string, RegExp][] = [
      ['KMS.NotFoundException', /SSE_KMS_KEY_ID.*kms:GenerateDataKey/],
      ['KeyTooLongError', /KEY_TEMPLATE/],
      ['MethodNotAllowed', /S3_ENDPOINT and S3_STYLE/],
      ['SignatureDoesNotMatch', /S3_SECRET_ACCESS_KEY .* proxy .* Host, port or path/],
      ['NoSuchBucket', /S3_BUCKET and S3_ENDPOINT/],
      ['InvalidAccessKeyId', /S3_ACCESS_KEY_ID/],
    ];
    for (const [code, advice] of advices) {
      await withReplies([{ status: 400, body: errorXml(code) }], async ({ store }) => {
        assert.match((await failure(store.createMultipart('k', attributesWith()))).message, advice);
      });
    }
  });

  it('case 75: from another time says whose clocks are apart', async () => {
    const reply = { status: 403, body: errorXml('RequestTimeTooSkewed') };
    await withReplies([reply], async ({ store }) => {
      assert.match((await failure(store.createMultipart('k', attributesWith()))).message, /clock/);
    });
  });

  it('a bare 403 to HEAD says which right may be missing', async () => {
    const headers = { 'x-amz-request-id': 'REQ-1' };
    await withReplies([{ status: 403, headers }], async ({ store }) => {
      assert.match((await failure(store.head('k'))).message, /s3:ListBucket/);
    });
  });

  it('a 403 to HEAD without any header of a store’s is not the store’s', async () => {
    await withReplies([{ status: 403 }], async ({ store }) => {
      assert.equal((await failure(store.head('k'))).kind, 'unavailable');
    });
  });

  it('case 30: leaves neither secret, address nor its own words in the error', async () => {
    const leaky = errorXml(
      'SignatureDoesNotMatch',
      '<StringToSign>AWS4-HMAC-SHA256 TOPSECRET</StringToSign><AWSAccessKeyId>AKID</AWSAccessKeyId>',
    );
    const replies = [{ status: 403, body: leaky, headers: { 'x-amz-request-id': 'REQ-1' } }];
    await withReplies(replies, async ({ store }) => {
      const error = await failure(store.createMultipart('tenant/file.txt', attributesWith()));
      const everything = inspect(error, { depth: 9, showHidden: true });
      assert.doesNotMatch(everything, /TOPSECRET|AKID|127\.0\.0\.1|tenant|bucket\b.*\/|No\./);
      assert.equal(error.requestId, 'REQ-1');
    });
  });

  it('case 100: whose code is no code is not quoted', async () => {
    const body = errorXml('&lt;script&gt;alert(1)&lt;/script&gt;');
    await withReplies([{ status: 400, body }], async ({ store }) => {
      assert.equal((await failure(store.listParts('k', 'u'))).code, 'HTTP400');
    });
  });
});

describe('a call to the store', () => {
  it('has the newest of a part that it lists twice, in the order of the numbers', async () => {
    const part = (number: number, etag: string, second: number): string =>
      `<Part><PartNumber>${number}</PartNumber><ETag>"${etag}"</ETag><Size>5</Size><LastModified>2026-11-26T20:00:0${second}.000Z</LastModified></Part>`;
    const parts = [part(1, 'new', 2), part(1, 'old', 1), part(2, 'old', 3), part(2, 'new', 4)];
    const body = `<ListPartsResult><IsTruncated>false</IsTruncated>${parts.join('')}</ListPartsResult>`;
    await withReplies([{ status: 200, body }], async ({ store }) => {
      assert.deepEqual(await store.listParts('k', 'u'), [
        { number: 1, bytes: 5, etag: 'new' },
        { number: 2, bytes: 5, etag: 'new' },
      ]);
    });
  });

  it('reads a list of parts by any name, if it is that of the upload', async () => {
    const list = (uploadId: string): Reply => ({
      status: 200,
      body: `<ListPartsResponse><UploadId>${uploadId}</UploadId><IsTruncated>false</IsTruncated><Part><PartNumber>1</PartNumber><Size>5</Size><ETag>"e"</ETag></Part></ListPartsResponse>`,
    });
    await withReplies([list('u')], async ({ store }) => {
      assert.deepEqual(await store.listParts('k', 'u'), [{ number: 1, bytes: 5, etag: 'e' }]);
    });
    for (const other of [list('another'), { status: 200, body: errorXml('InternalError') }]) {
      await withReplies([other], async ({ store }) => {
        assert.equal((await failure(store.listParts('k', 'u'))).kind, 'unavailable');
      });
    }
  });

  it('case 61: succeeds after a fault that passes', async () => {
    const replies = [{ status: 503 }, { status: 500 }, { status: 200, body: LISTED }];
    await withReplies(replies, async ({ store, asked }) => {
      assert.deepEqual(await store.listParts('k', 'u'), []);
      assert.equal(asked.length, 3);
    });
  });

  it('case 61: waits as long as it is asked to, if that is bearable', async () => {
    const replies = [
      { status: 503, headers: { 'retry-after': '0' } },
      { status: 200, body: LISTED },
    ];
    await withReplies(replies, async ({ store }) => {
      assert.deepEqual(await store.listParts('k', 'u'), []);
    });
    await withReplies(
      [{ status: 503, headers: { 'retry-after': '120' } }],
      async ({ store, asked }) => {
        const error = await failure(store.listParts('k', 'u'));
        assert.equal(error.retryAfterSeconds, 120);
        assert.equal(asked.length, 1);
      },
    );
  });

  it('case 61: reads Retry-After as a date, too', async () => {
    const at = new Date(Date.now() + 90_000).toUTCString();
    await withReplies([{ status: 503, headers: { 'retry-after': at } }], async ({ store }) => {
      const { retryAfterSeconds = 0 } = await failure(store.listParts('k', 'u'));
      assert.ok(retryAfterSeconds > 80 && retryAfterSeconds <= 90);
    });
  });

  it('that opens an upload is not repeated where it may have been heard', async () => {
    for (const reply of [{ status: 500 }, { status: 200, cut: true }, { status: 200, body: 'x' }]) {
      await withReplies([reply], async ({ store, asked }) => {
        const error = await failure(store.createMultipart('k', attributesWith()));
        assert.equal(error.kind, 'unavailable');
        assert.equal(asked.length, 1);
      });
    }
  });

  it('that opens an upload is repeated where the store says that it did nothing', async () => {
    const opened =
      '<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>';
    const replies = [
      { status: 503, body: errorXml('SlowDown') },
      { status: 200, body: opened },
    ];
    await withReplies(replies, async ({ store }) => {
      assert.deepEqual(await store.createMultipart('k', attributesWith()), { uploadId: 'u' });
    });
  });

  it('case 87: to nobody ends as unavailable, and names no address', async () => {
    await withReplies([], async ({ config }) => {
      const { createStore } = await import('../../../worker/s3/store.ts');
      const store = createStore({ ...config, endpoint: 'http://127.0.0.1:9' });
      const error = await failure(store.createMultipart('k', attributesWith()));
      assert.deepEqual([error.kind, error.code], ['unavailable', 'NoAnswer']);
      assert.doesNotMatch(inspect(error, { depth: 9 }), /127\.0\.0\.1/);
    });
  });

  it('case 77: gets new keys once when the store refuses the old ones', async () => {
    const refused: string[] = [];
    let current = 'OLD';
    const credentials = {
      get: () => Promise.resolve({ accessKeyId: current, secretAccessKey: 's' }),
      refuse: ({ accessKeyId }: { accessKeyId: string }) => {
        refused.push(accessKeyId);
        current = 'NEW';
      },
    };
    const replies = [
      { status: 400, body: errorXml('ExpiredToken') },
      { status: 200, body: LISTED },
    ];
    await withReplies(
      replies,
      async ({ store, asked }) => {
        await store.listParts('k', 'u');
        assert.deepEqual(refused, ['OLD']);
        assert.match(asked[1]?.headers.authorization ?? '', /Credential=NEW\//);
      },
      'aws',
      { credentials },
    );
    await withReplies(
      [{ status: 400, body: errorXml('ExpiredToken') }],
      async ({ store, asked }) => {
        assert.equal((await failure(store.listParts('k', 'u'))).kind, 'misconfigured');
        assert.equal(asked.length, 2);
      },
      'aws',
      { credentials },
    );
  });
});

const listed = (numbers: readonly number[]): string =>
  `<ListPartsResult><IsTruncated>false</IsTruncated>${numbers
    .map((number) => `<Part><PartNumber>${number}</PartNumber><Size>1</Size></Part>`)
    .join('')}</ListPartsResult>`;

describe('an abort', () => {
  for (const [what, body] of [
    ['a portal’s page', '<html>Welcome</html>'],
    ['an error of the store’s', errorXml('InternalError')],
  ] as const) {
    it(`case 79: that is answered 200 with ${what} is not done, and asked for again`, async () => {
      const replies = [{ status: 200, body }, { status: 204 }];
      await withReplies(
        replies,
        async ({ store, asked }) => {
          await store.abortMultipart('k', 'u');
          assert.equal(asked.length, 2);
        },
        'r2-local',
      );
      await withReplies(replies, async ({ store, asked }) => {
        await store.remove('k');
        assert.equal(asked.length, 2);
      });
    });
  }

  it('case 50: is repeated while parts in flight keep arriving', async () => {
    const replies = [
      { status: 204 },
      { status: 200, body: listed([3]) },
      { status: 204 },
      { status: 404, body: errorXml('NoSuchUpload') },
    ];
    await withReplies(replies, async ({ store, asked }) => {
      await store.abortMultipart('k', 'u');
      assert.deepEqual(
        asked.map(({ method }) => method),
        ['DELETE', 'GET', 'DELETE', 'GET'],
      );
    });
  });

  it('gives up, and says so, where they never stop', async () => {
    let asks = 0;
    const scripted = Array.from({ length: 20 }, (_, index) =>
      index % 2 === 0 ? { status: 204 } : { status: 200, body: listed([1]) },
    );
    await withReplies(scripted, async ({ store, asked }) => {
      const error = await failure(store.abortMultipart('k', 'u'));
      assert.deepEqual([error.kind, error.retryable], ['unavailable', true]);
      asks = asked.length;
    });
    assert.equal(asks, 10);
  });
});

describe('a list of parts', () => {
  it('ends where the store repeats itself', async () => {
    const body =
      '<ListPartsResult><IsTruncated>true</IsTruncated><NextPartNumberMarker>1</NextPartNumberMarker>' +
      '<Part><PartNumber>1</PartNumber><Size>1</Size><ETag>"e"</ETag></Part></ListPartsResult>';
    await withReplies([{ status: 200, body }], async ({ store, asked }) => {
      await store.listParts('k', 'u');
      assert.equal(asked.length, 2);
    });
  });

  it('ends where the store says that there is more, but not from where', async () => {
    const body =
      '<ListPartsResult><IsTruncated>true</IsTruncated>' +
      '<Part><PartNumber>1</PartNumber><Size>1</Size><ETag>"e"</ETag></Part></ListPartsResult>';
    const replies = [...Array.from({ length: 3 }, () => ({ status: 200, body })), { status: 500 }];
    await withReplies(replies, async ({ store, asked }) => {
      assert.equal((await store.listParts('k', 'u')).length, 1);
      assert.equal(asked.length, 1);
    });
  });
});

describe('the answer to a Create', () => {
  const created =
    '<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>';
  const headers = { 'x-amz-abort-date': 'Sat, 05 Dec 2026 00:00:00 GMT' };

  it('says when a lifecycle rule of the bucket will abort the upload', async () => {
    await withReplies([{ status: 200, body: created, headers }], async ({ store }) => {
      const abortsAt = Date.UTC(2026, 11, 5) / 1000;
      assert.deepEqual(await store.createMultipart('k', attributesWith({})), {
        uploadId: 'u',
        abortsAt,
      });
    });
  });

  it('says nothing of it where there is no such rule, or none that can be read', async () => {
    for (const none of [{}, { 'x-amz-abort-date': 'soon' }]) {
      await withReplies([{ status: 200, body: created, headers: none }], async ({ store }) => {
        assert.deepEqual(await store.createMultipart('k', attributesWith({})), { uploadId: 'u' });
      });
    }
  });
});
