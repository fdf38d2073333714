/** Attempts to change what a signed request stores, or an object that is finished. */
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { AwsClient } from 'aws4fetch';
import { isRefused, type Created, type SignedRequest } from '../../../worker/protocol.ts';
import { codeOf, download, random, receiptOf, send } from '../s3/uploads.ts';
import { met, type Attack } from './attack.ts';
import { firstSum, tokenOf, type Scene } from './scene.ts';

const EVERYBODY = 'uri="http://acs.amazonaws.com/groups/global/AllUsers"';

/** Each is sent alone: two of them may cancel each other out, and so hide that one works. */
const HEADERS: Readonly<Record<string, string>> = {
  'x-amz-acl': 'public-read',
  'x-amz-grant-read': EVERYBODY,
  'x-amz-grant-read-acp': EVERYBODY,
  'x-amz-grant-write': EVERYBODY,
  'x-amz-grant-write-acp': EVERYBODY,
  'x-amz-grant-full-control': EVERYBODY,
  'x-amz-tagging': 'a=b',
  'x-amz-meta-other': 'x',
  'x-object-meta-other': 'x',
  'cache-control': 'max-age=99',
  'content-disposition': 'inline; filename=x.html',
  'content-encoding': 'gzip',
  'content-language': 'xx',
  expires: 'Thu, 01 Dec 2033 16:00:00 GMT',
  'x-amz-storage-class': 'REDUCED_REDUNDANCY',
  'x-amz-website-redirect-location': 'https://evil.example/',
  'x-amz-object-lock-mode': 'GOVERNANCE',
  'x-amz-object-lock-legal-hold': 'ON',
  'x-amz-server-side-encryption': 'AES256',
};

const FIELDS: Readonly<Record<string, string>> = {
  acl: 'public-read',
  tagging: '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>',
  success_action_redirect: 'https://evil.example/',
  ...HEADERS,
};

/** Two blocks with one MD5, by Wang and Yu, 2004: https://eprint.iacr.org/2004/199 */
const ONE = Buffer.from(
  'd131dd02c5e6eec4693d9a0698aff95c2fcab58712467eab4004583eb8fb7f8955ad340609f4b30283e488832571415a085125e8f7cdc99fd91dbdf280373c5bd8823e3156348f5bae6dacd436c919c6dd53e2b487da03fd02396306d248cda0e99f33420f577ee8ce54b67080a80d1ec69821bcb6a8839396f9652b6ff72a70',
  'hex',
);
const OTHER = Buffer.from(
  'd131dd02c5e6eec4693d9a0698aff95c2fcab50712467eab4004583eb8fb7f8955ad340609f4b30283e4888325f1415a085125e8f7cdc99fd91dbd7280373c5bd8823e3156348f5bae6dacd436c919c6dd53e23487da03fd02396306d248cda0e99f33420f577ee8ce54b67080280d1ec69821bcb6a8839396f965ab6ff72a70',
  'hex',
);

export const replacing = {
  async headerNobodySigned(scene) {
    const answers: string[] = [];
    for (const bytes of [1000, 1024 * 1024 + 1]) {
      const plain = await stored(scene, random(bytes), {});
      for (const [name, value] of Object.entries(HEADERS)) {
        const { look, code } = await stored(scene, random(bytes), { [name]: value });
        assert.deepEqual(look, plain.look, name);
        answers.push(code === undefined ? 'an object that is as it was' : `store ${code}`);
      }
    }
    return met(...answers);
  },

  async fieldNobodyNamed(scene) {
    const answers: string[] = [];
    for (const [name, value] of Object.entries(FIELDS)) {
      const body = random(1000);
      const { request } = await signed(scene, body);
      if (request.fields === undefined) return 'no form here';
      const fields = { ...request.fields, [name]: value };
      const response = await send({ ...request, fields }, body);
      const code = await codeOf(response);
      assert.match(code, /^(AccessDenied|InvalidArgument)$/, `${name}: ${response.status}`);
      answers.push(`store ${code}`);
      // What the form does name it still takes: it was the field.
      assert.equal((await send(request, body)).status, 204);
    }
    return met(...answers);
  },

  async sameChecksum(scene) {
    const { running, mallory } = scene;
    assert.equal(md5Of(ONE), md5Of(OTHER));
    const { upload, request } = await signed(scene, ONE);
    const first = await send(request, ONE);
    assert.ok(first.ok);
    await first.arrayBuffer();
    const parts = [receiptOf(1, first)];
    assert.equal((await mallory.complete(upload, { parts })).status, 200);
    const again = await send(request, OTHER);
    const code = await codeOf(again);
    const now = await download(running, upload.key);
    if (running.config.profile.name === 'swift') {
      assert.deepEqual(Buffer.from(now), OTHER, 'known of Swift, and said in the table');
      return 'other bytes of the same MD5 (known of Swift)';
    }
    assert.match(code, /^(NoSuchUpload|XAmzContentChecksumMismatch)$/);
    assert.deepEqual(Buffer.from(now), ONE);
    return `store ${code}`;
  },

  async signedAfterComplete(scene) {
    const { mallory, running } = scene;
    const body = random(1000);
    const { upload, request } = await signed(scene, body);
    const first = await send(request, body);
    await first.arrayBuffer();
    const parts = [receiptOf(1, first)];
    assert.equal((await mallory.complete(upload, { parts })).status, 200);
    const answers: string[] = [];
    for (const bytes of [body, random(1000)]) {
      const { status, body: answer, problem } = await mallory.sign(upload, bytes, [1]);
      if (status === 200) {
        for (const one of answer.requests) {
          const code = await codeOf(await send(one, bytes));
          assert.equal(code, 'NoSuchUpload');
          answers.push(`store ${code}`);
        }
      } else {
        assert.equal(problem.code, 'conflict');
        answers.push(String(status));
      }
    }
    assert.deepEqual(await download(running, upload.key), body);
    return met(...answers);
  },

  async idForTwoFiles(scene) {
    const { mallory } = scene;
    const id = randomUUID();
    const file = { id, bytes: 1000, type: 'image/png', name: 'two.png' };
    const sums = await Promise.all([1, 2].map(() => firstSum(mallory, random(1000))));
    if (sums[0]?.length === 0) return 'no checksums here';
    const slots = [];
    for (const checksums of sums) slots.push(await mallory.tryCreate({ ...file, checksums }));
    const [one, two] = slots;
    assert.ok(one && two && !isRefused(one));
    assert.ok(isRefused(two));
    assert.equal(two.problem.code, 'conflict');
    return String(two.problem.status);
  },

  async idManyTimes(scene) {
    const { mallory, running } = scene;
    const { store } = running;
    if (store.profile.listUploads === null) return 'the store lists no uploads';
    const openOf = async (key: string) =>
      (await store.listUploads(key)).filter((open) => open.key === key).length;
    for (const end of ['complete', 'abort'] as const) {
      const body = random(6 * 1024 * 1024);
      const file = { id: randomUUID(), bytes: body.length, type: 'image/png', name: 'many.png' };
      const slots = await Promise.all(Array.from({ length: 20 }, () => mallory.tryCreate(file)));
      const upload = slots.find((slot) => !isRefused(slot));
      assert.ok(upload && !isRefused(upload));
      assert.ok((await openOf(upload.key)) > 1, 'the store has several');
      if (end === 'complete') {
        const parts = await mallory.sendParts(upload, body);
        assert.equal((await mallory.complete(upload, { parts })).status, 200);
      } else {
        assert.equal((await mallory.delete(`/uploads/${upload.id}`, tokenOf(upload))).status, 204);
      }
      // After a Complete it is done behind the answer.
      for (let tries = 0; tries < 50 && (await openOf(upload.key)) > 0; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      assert.equal(await openOf(upload.key), 0, end);
    }
    return 'nothing is left';
  },
} satisfies Record<string, Attack>;

function md5Of(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

/** A new upload of Mallory's, as a page begins it, and its request. */
async function signed(
  { mallory }: Scene,
  body: Uint8Array,
): Promise<{ upload: Created; request: SignedRequest }> {
  const checksums = await firstSum(mallory, body);
  const file = { bytes: body.length, type: 'image/png', name: 'fresh.png', checksums };
  const upload = await mallory.create(file);
  const [request] = upload.requests;
  assert.ok(request);
  return { upload, request };
}

/** What a request with these headers leaves; where the store refuses it, what it leaves without. */
async function stored(
  scene: Scene,
  body: Uint8Array,
  headers: Record<string, string>,
): Promise<{ look: object; code: string | undefined }> {
  const { mallory } = scene;
  const { upload, request } = await signed(scene, body);
  let response = await sendWith(request, body, headers);
  let code: string | undefined;
  if (!response.ok) {
    code = await codeOf(response);
    assert.notEqual(code, '', `${response.status} without a reason`);
    response = await send(request, body);
  }
  assert.ok(response.ok, await response.text());
  const parts = [receiptOf(1, response)];
  const { status, problem } = await mallory.complete(upload, { parts });
  assert.equal(status, 200, JSON.stringify(problem));
  return { look: await lookAt(scene, upload.key), code };
}

function sendWith(request: SignedRequest, body: Uint8Array, headers: Record<string, string>) {
  const { fields } = request;
  if (fields === undefined) return send(request, body, headers);
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', new Blob([new Uint8Array(body)]), 'file');
  return fetch(request.url, { method: 'POST', body: form, headers });
}

const TOLD =
  /^(content-(type|disposition|encoding|language)|cache-control|expires|x-amz-(meta-(?!upload-token)|tagging|storage|website|object-lock|server-side).*)$/;

/** Everything of an object that a header can change, by the operator's own keys. */
async function lookAt({ running }: Scene, key: string): Promise<object> {
  const { config, credentials } = running;
  const client = new AwsClient({
    ...credentials,
    region: config.region,
    service: 's3',
    retries: 0,
  });
  const url = `${config.endpoint}/${config.bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
  const head = await client.fetch(url, { method: 'HEAD' });
  assert.equal(head.status, 200);
  const acl = await client.fetch(`${url}?acl`);
  const tags = await client.fetch(`${url}?tagging`);
  const anybody = await fetch(url);
  await anybody.arrayBuffer();
  return {
    headers: [...head.headers].filter(([name]) => TOLD.test(name)),
    grants: (await acl.text()).match(/<Grantee.*?<\/Grant>/gs) ?? acl.status,
    tags: (await tags.text()).match(/<Tag>.*?<\/Tag>/gs),
    anybody: anybody.status,
  };
}
