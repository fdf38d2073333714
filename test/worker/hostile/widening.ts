/** Attempts to be allowed more than what is allowed. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import type { SignedRequest } from '../../../worker/protocol.ts';
import { JWT_SECRET, jwtFor, MIB, SETTINGS, sumOf } from '../harness.ts';
import { random, send } from '../s3/uploads.ts';
import { met, type Attack } from './attack.ts';
import {
  bent,
  fresh,
  isRefused,
  MAX_BYTES,
  refused,
  refusedByStore,
  signedPart,
  tokenOf,
} from './scene.ts';

export const widening = {
  async tooLarge(scene) {
    const { mallory } = scene;
    const answers: string[] = [];
    for (const bytes of [MAX_BYTES + 1, 2 ** 50, -1, 1.5]) {
      const slot = await mallory.tryCreate({ bytes, type: 'image/png' });
      assert.ok(isRefused(slot), String(bytes));
      answers.push(String(slot.problem.status));
    }
    const { upload, body } = await fresh(scene, 1000);
    const request = await signedPart(mallory, upload, body, 1);
    for (const bytes of [0, 999, 1001, 5000]) {
      answers.push(await refusedByStore(send(request, random(bytes))));
    }
    return met(...answers);
  },

  async partsBeyond({ mallory, open }) {
    const { checksum } = await sumOf(open, random(6 * MIB), 2);
    const part = (number: unknown) => ({ number, ...(checksum !== undefined && { checksum }) });
    const batches = [
      [part(3)],
      [part(0)],
      [part(10_001)],
      [part('1&uploadId=x')],
      [part(2), part(2)],
      Array.from({ length: 10_001 }, (_, index) => part(index + 1)),
    ];
    const answers: string[] = [];
    for (const parts of batches) {
      const answer = await mallory.post(`/uploads/${open.id}/sign`, { parts }, tokenOf(open));
      answers.push(refused(answer, 400, 413));
    }
    return met(...answers);
  },

  async fewerParts(scene) {
    const { mallory, running } = scene;
    const { upload, body } = await fresh(scene, 6 * MIB);
    const [receipt] = await mallory.sendParts(upload, body, [1]);
    assert.ok(receipt);
    const claims = [
      { parts: [receipt] },
      { parts: [receipt, { ...receipt, number: 2 }] },
      { parts: [receipt, { ...receipt, number: 3 }] },
      {},
    ];
    const answers: string[] = [];
    for (const claim of claims) answers.push(refused(await mallory.complete(upload, claim), 422));
    assert.equal(await running.store.head(upload.key), undefined);
    return met(...answers);
  },

  async otherType({ mallory }) {
    const answers: string[] = [];
    for (const type of ['text/html', 'application/x-sh', 'image/', 'text/html; image/png']) {
      const slot = await mallory.tryCreate({ bytes: 10, type, name: 'x.html' });
      assert.ok(isRefused(slot), type);
      answers.push(String(slot.problem.status));
    }
    return met(...answers);
  },

  async forgedUploadToken({ mallory, open, hers }) {
    const [head = '', payload = '', signature = ''] = open.token.split('.');
    const claims = JSON.parse(fromBase64Url(payload)) as Record<string, unknown>;
    const wide = toBase64Url(JSON.stringify({ ...claims, key: hers.done.key, bytes: 2 ** 40 }));
    const none = toBase64Url(JSON.stringify({ alg: 'none', typ: 'JWT' }));
    const tokens = [
      `${head}.${wide}.${signature}`,
      `${none}.${wide}.`,
      `${none}.${wide}.${signature}`,
      ...['', 'secret', JWT_SECRET, 'x'.repeat(32)].map((key) => hs256(head, wide, key)),
      await jwtFor('mallory', claims),
      `${head}.${payload}`,
      '',
      'x'.repeat(9000),
    ];
    const answers: string[] = [];
    for (const token of tokens) {
      const headers = { 'upload-token': token };
      const sign = await mallory.post(
        `/uploads/${open.id}/sign`,
        { parts: [{ number: 1 }] },
        headers,
      );
      answers.push(refused(sign, 401));
    }
    return met(...answers);
  },

  async forgedJwt({ lab, open }) {
    const jwt = await jwtFor('mallory');
    const [head = '', payload = '', signature = ''] = jwt.split('.');
    const claims = JSON.parse(fromBase64Url(payload)) as Record<string, unknown>;
    const alice = toBase64Url(JSON.stringify({ ...claims, sub: 'alice' }));
    const none = toBase64Url(JSON.stringify({ alg: 'none' }));
    const bearers = [
      `${head}.${alice}.${signature}`,
      `${none}.${alice}.`,
      hs256(head, alice, ''),
      hs256(head, alice, SETTINGS.TOKEN_SECRET),
      open.token,
      '',
    ];
    const answers: string[] = [];
    for (const bearer of bearers) {
      const answer = await lab.with({ authorization: `Bearer ${bearer}` }).get('/uploads');
      answers.push(refused(answer, 401));
    }
    return met(...answers);
  },

  async longerLife({ partUrl, openBody }) {
    const part = openBody.subarray(5 * MIB);
    const change = (bend: (query: URLSearchParams) => void): SignedRequest => ({
      ...partUrl,
      url: bent(partUrl.url, ({ searchParams }) => bend(searchParams)),
    });
    // A second off, so that the only thing wrong with the date is that another one was signed.
    const other = (new URL(partUrl.url).searchParams.get('X-Amz-Date') ?? '').replace(
      /(\d\d)Z$/,
      (_, seconds: string) =>
        seconds === '00' ? '01Z' : `${String(+seconds - 1).padStart(2, '0')}Z`,
    );
    const signature = '0'.repeat(64);
    const forged = [
      change((query) => query.set('X-Amz-Expires', '604800')),
      change((query) => query.set('X-Amz-Date', other)),
      change((query) => query.set('X-Amz-SignedHeaders', 'host')),
      change((query) => query.set('partNumber', '1')),
      change((query) => query.append('acl', '')),
      change((query) => query.set('X-Amz-Signature', signature)),
    ];
    const sent = forged.map((request) => refusedByStore(send(request, part), 'authority'));
    const unsigned = [
      change((query) => query.set('X-Amz-Date', '20300101T000000Z')),
      change((query) => query.delete('X-Amz-Signature')),
    ];
    sent.push(
      ...unsigned.map((request) => refusedByStore(send(request, part), 'authority', 'unsigned')),
    );
    return met(...(await Promise.all(sent)));
  },

  async otherForm(scene) {
    const { mallory, hers, running } = scene;
    type Form = { url: string; fields: Record<string, string> };
    const at = '/companion/s3/params?filename=a.png&type=image/png';
    const { body: form } = await mallory.get<Form>(at);
    const { body: other } = await mallory.get<Form>(at);
    const forms: [Record<string, string>, number][] = [
      [{ key: hers.done.key }, 10],
      [{ key: other.fields['key'] ?? '' }, 10],
      [{}, MAX_BYTES + 1],
    ];
    for (const name of ['policy', 'upload-token', 'x-amz-signature']) {
      const value = form.fields[name];
      if (value !== undefined) forms.push([{ [name]: `${value.slice(0, -2)}AA` }, 10]);
    }
    // Where the store's own forms are not good enough, they go to the Worker.
    const isWorkers = new URL(form.url).origin !== new URL(running.config.endpoint).origin;
    const answers: string[] = [];
    for (const [fields, bytes] of forms) {
      const data = new FormData();
      for (const entry of Object.entries({ ...form.fields, ...fields })) data.set(...entry);
      data.set('file', new Blob([new Uint8Array(bytes)]));
      // A body that nobody wants may be cut off.
      const sent = await fetch(form.url, { method: 'POST', body: data }).catch(() => undefined);
      if (sent === undefined) answers.push('connection closed');
      else if (!isWorkers) answers.push(await refusedByStore(sent, 'authority', 'length'));
      else {
        const { status } = sent;
        const body = (await sent.json()) as unknown;
        answers.push(refused({ status, body }, 'unauthenticated', 'forbidden', 'too_large'));
      }
    }
    assert.equal(await running.store.head(form.fields['key'] ?? ''), undefined);
    return met(...answers);
  },

  async otherHost(scene) {
    const { mallory, partUrl, open, openBody } = scene;
    const { checksum } = await sumOf(open, openBody, 2);
    const { host } = new URL(partUrl.url);
    const headers = {
      ...tokenOf(open),
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'ftp',
      forwarded: 'host=evil.example',
      'x-host': 'evil.example',
      'x-original-url': '/evil',
    };
    const parts = [{ number: 2, ...(checksum !== undefined && { checksum }) }];
    const { body } = await mallory.post<{ requests: SignedRequest[] }>(
      `/uploads/${open.id}/sign`,
      { parts },
      headers,
    );
    const hosts = body.requests.map(({ url }) => new URL(url).host);
    assert.deepEqual(hosts, [host]);
    return 'URLs for the store';
  },

  async foreignPage({ mallory }) {
    const answers: string[] = [];
    const origins = ['https://evil.example', 'null', 'https://app.example.com.evil.example'];
    for (const origin of origins) {
      for (const method of ['OPTIONS', 'GET', 'POST']) {
        const answer = await mallory.call(method, '/uploads', undefined, { origin });
        answers.push(refused(answer, 403));
        assert.equal(answer.headers.get('access-control-allow-origin'), null);
      }
    }
    return met(...answers);
  },
} satisfies Record<string, Attack>;

function toBase64Url(text: string): string {
  return Buffer.from(text).toString('base64url');
}

function fromBase64Url(text: string): string {
  return Buffer.from(text, 'base64url').toString();
}

function hs256(head: string, payload: string, key: string): string {
  const signature = createHmac('sha256', key).update(`${head}.${payload}`).digest('base64url');
  return `${head}.${payload}.${signature}`;
}
