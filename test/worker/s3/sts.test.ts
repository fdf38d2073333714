import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isStoreError } from '../../../worker/s3/requests/errors.ts';
import { createStore } from '../../../worker/s3/store.ts';
import { assumeRole, sessionPolicy, type RoleConfig } from '../../../worker/s3/signing/sts.ts';
import { errorXml, withReplies, type Reply } from './scripted.ts';
import { onEveryStore } from './stores.ts';
import { codeOf, random, receiptOf, send, attributesWith } from './uploads.ts';

const START = Date.UTC(2026, 10, 20, 12);

function session(name: string, expiresAt: number): Reply {
  const body =
    '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>' +
    `<AccessKeyId>${name}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>` +
    `<SessionToken>t&amp;${name}</SessionToken><Expiration>${new Date(expiresAt).toISOString()}</Expiration>` +
    '</Credentials></AssumeRoleResult></AssumeRoleResponse>';
  return { status: 200, body };
}

let roles = 0;

/** A role of its own for each test, since sessions outlive the source. */
function roleAt(endpoint: string, changes: Partial<RoleConfig> = {}): RoleConfig {
  roles += 1;
  return {
    roleArn: `arn:aws:iam::123456789012:role/test-${roles}`,
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'LONG', secretAccessKey: 'LIVED' },
    policy: sessionPolicy('bucket', 'prefix/'),
    sessionSeconds: 3600,
    retry: { tries: 2, baseMs: 1, maxMs: 2 },
    ...changes,
  };
}

const actions = (...more: Parameters<typeof sessionPolicy>): string[] =>
  (JSON.parse(sessionPolicy(...more)) as { Statement: { Action: string[] }[] }).Statement.flatMap(
    ({ Action }) => Action,
  );

describe('the keys of a role', () => {
  it('are asked for with the role and the narrowed policy, signed for STS', async () => {
    await withReplies([session('A', START + 3_600_000)], async ({ config, asked }) => {
      const source = assumeRole(roleAt(config.endpoint, { now: () => START }));
      assert.deepEqual(await source.get(), {
        accessKeyId: 'A',
        secretAccessKey: 's',
        sessionToken: 't&A',
        expiresAt: START + 3_600_000,
      });
      const form = new URLSearchParams(asked[0]?.body);
      assert.equal(form.get('Action'), 'AssumeRole');
      assert.match(form.get('RoleArn') ?? '', /^arn:aws:iam::123456789012:role\//);
      assert.equal(form.get('Policy'), sessionPolicy('bucket', 'prefix/'));
      assert.match(asked[0]?.headers.authorization ?? '', /LONG\/20261120\/us-east-1\/sts\//);
    });
  });

  it('are kept until a third of their life is left, by all who use the role', async () => {
    let now = START;
    const replies = [session('A', START + 3_600_000), session('B', START + 7_200_000)];
    await withReplies(replies, async ({ config, asked }) => {
      const role = roleAt(config.endpoint, { now: () => now });
      const names = async (): Promise<string[]> => [
        (await assumeRole(role).get()).accessKeyId,
        (await assumeRole(role).get()).accessKeyId,
      ];
      assert.deepEqual(await names(), ['A', 'A']);
      now = START + 2_399_000;
      assert.deepEqual(await names(), ['A', 'A']);
      now = START + 2_401_000;
      assert.deepEqual(await names(), ['B', 'B']);
      assert.equal(asked.length, 2);
    });
  });

  it('are used on while STS is down, as long as they live', async () => {
    let now = START;
    const replies = [session('A', START + 3_600_000), { status: 500 }];
    await withReplies(replies, async ({ config }) => {
      const source = assumeRole(roleAt(config.endpoint, { now: () => now }));
      await source.get();
      now = START + 3_000_000;
      assert.equal((await source.get()).accessKeyId, 'A');
      now = START + 3_599_000;
      await assert.rejects(source.get(), (thrown) => isStoreError(thrown, 'unavailable'));
    });
  });

  it('case 77: are fetched again once the store has refused them', async () => {
    const replies = [session('A', START + 3_600_000), session('B', START + 3_600_000)];
    await withReplies(replies, async ({ config }) => {
      const source = assumeRole(roleAt(config.endpoint, { now: () => START }));
      const first = await source.get();
      source.refuse?.(first);
      assert.equal((await source.get()).accessKeyId, 'B');
    });
  });

  it('reach no further than uploads need, and further only where settings ask for it', () => {
    const plain = actions('bucket', 'p/');
    assert.ok(!plain.some((action) => /\*|Acl|Tagging|kms/.test(action)));
    assert.deepEqual(
      actions('bucket', 'p/', { acl: true, tags: true, kms: '*' }).filter(
        (action) => !plain.includes(action),
      ),
      ['s3:PutObjectAcl', 's3:PutObjectTagging', 'kms:GenerateDataKey', 'kms:Decrypt'],
    );
  });

  it('that STS denies are a misconfiguration, and its message is not repeated', async () => {
    const body = `<ErrorResponse>${errorXml('AccessDenied').slice(39)}<RequestId>R</RequestId></ErrorResponse>`;
    await withReplies([{ status: 403, body }], async ({ config }) => {
      const denied = assumeRole(roleAt(config.endpoint)).get();
      await assert.rejects(denied, (thrown) => {
        assert.ok(isStoreError(thrown, 'misconfigured'));
        assert.deepEqual([thrown.operation, thrown.code], ['AssumeRole', 'AccessDenied']);
        return true;
      });
    });
  });

  it('that cannot be read are none', async () => {
    await withReplies([{ status: 200, body: '<AssumeRoleResponse/>' }], async ({ config }) => {
      const none = assumeRole(roleAt(config.endpoint)).get();
      await assert.rejects(none, (thrown) => isStoreError(thrown, 'unavailable'));
    });
  });
});

onEveryStore(
  'a role with a session policy',
  ({ assumeRole }) => assumeRole,
  (running) => {
    it('uploads only under its prefix', async () => {
      const { config, credentials, key: newKey } = running();
      const key = newKey();
      const prefix = key.slice(0, key.lastIndexOf('/') + 1);
      const source = assumeRole({
        roleArn: process.env['S3_ROLE_ARN'] ?? 'arn:aws:iam:::role/uploader',
        endpoint: config.endpoint,
        region: config.region,
        credentials,
        policy: sessionPolicy(config.bucket, prefix),
        sessionSeconds: 900,
      });
      const store = createStore({ ...config, credentials: source });
      const { uploadId } = await store.createMultipart(key, attributesWith());
      const signer = await store.presignParts({ key, uploadId, algorithm: null, expiresIn: 3600 });
      assert.ok(signer.expiresIn > 800 && signer.expiresIn <= 900);
      const response = await send(await signer.sign(1, 5), random(5));
      assert.equal(response.status, 200);
      assert.equal((await store.listParts(key, uploadId)).length, 1);
      const parts = [receiptOf(1, response)];
      await store.completeMultipart(key, uploadId, { parts, bytes: 5, algorithm: null });
      assert.equal((await store.head(key))?.bytes, 5);
      assert.equal(await store.head(`${prefix}missing`), undefined);
      assert.equal((await fetch((await store.presignGet(key, { expiresIn: 60 })).url)).status, 200);

      const outside = newKey();
      const put = await store.presignPut(outside, 5, attributesWith(), { expiresIn: 60 });
      assert.equal(await codeOf(await send(put.request, random(5))), 'AccessDenied');
      await assert.rejects(store.createMultipart(outside, attributesWith()), (thrown) =>
        isStoreError(thrown, 'misconfigured'),
      );
      await store.remove(key);
      assert.equal(await store.head(key), undefined);
    });
  },
);
