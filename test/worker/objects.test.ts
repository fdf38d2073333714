/** What objects are stored as, where the store can do it. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, it } from 'node:test';
import { AwsClient } from 'aws4fetch';
import type { FileAnswer, Result } from '../../worker/protocol.ts';
import { MIB, startLab, type Client, type Lab, type Settings } from './harness.ts';
import { firstSum } from './hostile/scene.ts';
import { quickSum } from './quick-sums.ts';
import { onEveryStore, type Running } from './s3/stores.ts';
import { download, random, send } from './s3/uploads.ts';

const SIZES = [10, 6 * MIB];

/** What Swift answers to whoever signs nothing: it takes no such request for one of S3's. */
const NO_S3_REQUEST = 400;

onEveryStore(
  'an object',
  () => true,
  (running) => {
    let lab: Lab;
    let alice: Client;
    before(async () => {
      const { profile } = running().config;
      const settings: Settings = {
        METADATA: 'Album, caption',
        SET_METADATA: 'source=the+web&team=f%C3%BC%C3%9Fe',
        CACHE_CONTROL: 'public, max-age=60',
        ...(profile.tagging && { TAGS: 'project=a%20b&kind=test' }),
        ...(profile.sse.includes('AES256') && profile.name === 'minio' && { SSE: 'AES256' }),
      };
      lab = await startLab(running(), settings);
      alice = await lab.as('alice');
    });
    after(() => lab.stop());

    it('case 11: has the metadata that is allowed, in any script, and no other', async () => {
      for (const bytes of SIZES) {
        const { upload } = await alice.upload(random(bytes), {
          metadata: { album: 'Füße 😀', Caption: 'plain', secret: 'x', 'upload-token': 'forged' },
        });
        const object = await running().store.head(upload.key);
        assert.deepEqual(object?.metadata, {
          album: 'Füße 😀',
          caption: 'plain',
          source: 'the web',
          team: 'füße',
        });
        assert.notEqual(object?.mark, 'forged');
      }
    });

    it('has the cache control, type and disposition of the settings', async () => {
      for (const bytes of SIZES) {
        const { upload } = await alice.upload(random(bytes), { name: 'ü.html', type: 'text/html' });
        const { headers } = await head(running(), upload.key);
        assert.equal(headers.get('cache-control'), 'public, max-age=60');
        assert.equal(headers.get('content-type'), 'text/html');
        assert.match(
          headers.get('content-disposition') ?? '',
          /^attachment; filename="_\.html"; filename\*=UTF-8''%C3%BC\.html$/,
        );
      }
    });

    it('has tags and encryption where the store has them', async (test) => {
      const { profile } = running().config;
      if (profile.name !== 'minio') return test.skip('this store has none');
      for (const bytes of SIZES) {
        const { upload } = await alice.upload(random(bytes));
        const { headers } = await head(running(), upload.key);
        assert.equal(headers.get('x-amz-server-side-encryption'), 'AES256');
        assert.equal(headers.get('x-amz-tagging-count'), '2');
      }
    });

    it('has a checksum of the whole, where the store keeps one', async (test) => {
      const { profile } = running().config;
      const [best] = profile.checksums;
      if (!best || !profile.fullObjectChecksums.includes(best)) return test.skip('it keeps none');
      for (const bytes of SIZES) {
        const body = random(bytes);
        const isSmall = bytes < 5 * MIB;
        const checksums = isSmall ? await firstSum(alice, body) : [];
        const { answer, upload } = await alice.upload(body, { checksums });
        const object = await running().store.head(answer.body.key);
        const algorithm = upload.checksum ?? assert.fail('no algorithm');
        assert.equal(algorithm, isSmall ? 'sha256' : best);
        assert.equal(answer.body.checksum, quickSum(algorithm, body));
        assert.equal(answer.body.checksum, object?.checksums[algorithm]);
      }
    });

    it('of one part has the checksum that its Create announced, which the part was held to', async () => {
      // Too large for a form.
      const body = random(2 * MIB);
      const checksums = await firstSum(alice, body);
      const { answer, upload } = await alice.upload(body, { checksums });
      assert.equal(answer.status, 200);
      assert.equal(answer.body.checksum, checksums[0]);
      const other = await alice.create({ bytes: body.length, checksums });
      const [request] = other.requests;
      assert.ok(request);
      assert.equal(request.method, 'PUT');
      const sent = await send(request, random(2 * MIB));
      await sent.text();
      assert.equal(sent.status, 400);
      assert.deepEqual(await download(running(), upload.key), body);
    });
  },
);

onEveryStore(
  'a key that two uploads share',
  () => true,
  (running) => {
    let lab: Lab;
    let alice: Client;
    before(async () => {
      lab = await startLab(running(), { KEY_TEMPLATE: '{owner}/{name}' });
      alice = await lab.as('alice');
    });
    after(() => lab.stop());

    it('case 49: is not written over', async () => {
      for (const bytes of SIZES) {
        const name = `${randomUUID()}.bin`;
        const first = random(bytes);
        const { upload } = await alice.upload(first, { name });
        const code = await refusalOf(async () => {
          const { answer } = await alice.upload(random(bytes), { name });
          if (answer.status !== 200) throw new Error(answer.problem.code);
        });
        assert.match(code, /conflict|412/);
        assert.deepEqual(await download(running(), upload.key), first);
      }
    });

    it('is not written over by one that was begun before the other was there', async () => {
      for (const bytes of SIZES) {
        const name = `${randomUUID()}.bin`;
        const [early, late] = [random(bytes), random(bytes)];
        const first = await alice.create({ bytes, name });
        const { upload } = await alice.upload(late, { name });
        const code = await refusalOf(async () => {
          const parts = await alice.sendParts(first, early);
          const { status, problem } = await alice.complete(first, { parts });
          if (status !== 200) throw new Error(problem.code);
        });
        assert.match(code, /conflict|412/);
        assert.deepEqual(await download(running(), upload.key), late);
      }
    });
  },
);

onEveryStore(
  'a public upload',
  () => true,
  (running) => {
    it('is read by anyone who has its link, and by no other way', async () => {
      const lab = await startLab(running(), { PUBLIC: 'on' });
      try {
        const alice = await lab.as('alice');
        const body = random(10);
        const { answer, upload } = await alice.upload(body, { name: 'a.png', type: 'image/png' });
        const { href } = answer.body as Result;
        assert.match(href ?? '', /^\/uploads\/[0-9a-f-]{36}\/file\?of=[\w-]{80}$/);
        const anyone = lab.with({});
        const link = await anyone.get<FileAnswer>(href ?? '', { accept: 'application/json' });
        assert.equal(link.status, 200);
        const response = await fetch(link.body.url);
        assert.deepEqual(new Uint8Array(await response.arrayBuffer()), body);
        assert.match(link.body.url, /content-disposition=inline/);

        const path = `/uploads/${upload.id}/file`;
        const other = `${path}?of=${'0'.repeat(32)}`;
        for (const wrong of [path, other, `${path}?of=${'0'.repeat(80)}`, `${path}?of=x`]) {
          assert.equal((await anyone.get(wrong)).status, 401, wrong);
        }
        assert.equal((await anyone.get(`/uploads/${upload.id}`)).status, 401);
        const open = await alice.create({ bytes: 6 * MIB });
        assert.equal((await anyone.get(`/uploads/${open.id}/file${href?.slice(-36)}`)).status, 401);
      } finally {
        await lab.stop();
      }
    });

    it('is one only where the settings say so', async () => {
      const lab = await startLab(running());
      try {
        const { answer } = await (await lab.as('alice')).upload(random(10));
        assert.equal(answer.body.href, undefined);
      } finally {
        await lab.stop();
      }
    });
  },
);

onEveryStore(
  'the ACL of an object',
  ({ acl }) => acl,
  (running) => {
    const anyone = ({ config }: Running, key: string) =>
      fetch(`${config.endpoint}/${config.bucket}/${key}`);

    it('is the one that the page chose among those that the policy allows', async () => {
      const lab = await startLab(running(), { ACL: 'private, public-read' });
      try {
        const alice = await lab.as('alice');
        for (const bytes of SIZES) {
          const shown = await alice.upload(random(bytes), { acl: 'public-read' });
          assert.equal(shown.answer.status, 200);
          const { name } = running().config.profile;
          const read = await anyone(running(), shown.upload.key);
          assert.equal(read.status, name === 'swift' ? NO_S3_REQUEST : 200);
          assert.deepEqual(await grants(running(), shown.upload.key), GRANTS['public-read']);
          const first = await alice.upload(random(bytes));
          const refused = await anyone(running(), first.upload.key);
          assert.equal(refused.status, name === 'swift' ? NO_S3_REQUEST : 403);
          assert.deepEqual(await grants(running(), first.upload.key), GRANTS['private']);
        }
      } finally {
        await lab.stop();
      }
    });

    /** Status for a stranger who reads the object. Whoever may write decides the bucket, not the object. */
    const strangers = {
      private: 403,
      'public-read': 200,
      'public-read-write': 200,
      'authenticated-read': 403,
    } as const;
    for (const [acl, status] of Object.entries(strangers)) {
      it(`opens it to those whom the ACL names: ${acl}`, async () => {
        const lab = await startLab(running(), { ACL: acl });
        try {
          const alice = await lab.as('alice');
          for (const bytes of SIZES) {
            const { upload, answer } = await alice.upload(random(bytes));
            assert.equal(answer.status, 200, JSON.stringify(answer.body));
            const expected = running().config.profile.name === 'swift' ? NO_S3_REQUEST : status;
            assert.equal((await anyone(running(), upload.key)).status, expected);
            assert.deepEqual(await grants(running(), upload.key), GRANTS[acl]);
          }
        } finally {
          await lab.stop();
        }
      });
    }

    it('is refused by name if the policy, or the caller’s claim, does not allow it', async () => {
      const lab = await startLab(running(), { ACL: 'private, public-read' });
      try {
        const narrowed = await lab.as('bob', { upload: { acl: 'private' } });
        for (const [who, acl] of [
          [await lab.as('alice'), 'public-read-write'],
          [narrowed, 'public-read'],
        ] as const) {
          const slot = await who.tryCreate({ bytes: 10, acl });
          assert.ok('problem' in slot);
          assert.deepEqual([slot.problem.code, slot.problem.field], ['forbidden', 'files[0].acl']);
        }
      } finally {
        await lab.stop();
      }
    });
  },
);

async function refusalOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return 'done';
  } catch (error) {
    return String(error);
  }
}

/** What each ACL grants to others than the owner: https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html */
const GRANTS: Readonly<Record<string, readonly string[]>> = {
  private: [],
  'public-read': ['AllUsers READ'],
  'public-read-write': ['AllUsers READ', 'AllUsers WRITE'],
  'authenticated-read': ['AuthenticatedUsers READ'],
};

/** What the store says that groups may do with an object. */
async function grants({ config, credentials }: Running, key: string): Promise<readonly string[]> {
  const aws = new AwsClient({ ...credentials, region: config.region, service: 's3', retries: 0 });
  const path = key.split('/').map(encodeURIComponent).join('/');
  const answer = await aws.fetch(`${config.endpoint}/${config.bucket}/${path}?acl`);
  const xml = await answer.text();
  assert.equal(answer.status, 200, xml);
  return [...xml.matchAll(/groups\/global\/(\w+)<[^]*?<Permission>(\w+)</g)]
    .map(([, group, permission]) => `${group} ${permission}`)
    .sort();
}

/** What the store itself says of an object, all of it. */
async function head({ config, credentials }: Running, key: string): Promise<Response> {
  const aws = new AwsClient({ ...credentials, region: config.region, service: 's3', retries: 0 });
  const path = key.split('/').map(encodeURIComponent).join('/');
  return aws.fetch(`${config.endpoint}/${config.bucket}/${path}`, { method: 'HEAD' });
}
