/** Parts through the Worker. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import type {
  Created,
  PartReceipt,
  Policy,
  Problem,
  RelayAnswer,
  ResumeAnswer,
  StoredPart,
  UploadStatusAnswer,
} from '../../worker/protocol.ts';
import { CHECKSUM_HEADERS } from '../../worker/protocol/checksum.ts';
import { PROFILES } from '../../worker/s3/profiles.ts';
import { createStore } from '../../worker/s3/store.ts';
import {
  allParts,
  jwtFor,
  MIB,
  sliceOf,
  startLab,
  sumOf,
  tokenOf,
  type Client,
  type Lab,
} from './harness.ts';
import { onEveryStore } from './s3/stores.ts';
import { download, random } from './s3/uploads.ts';

onEveryStore(
  'the relay',
  () => true,
  (running) => {
    let lab: Lab;
    let alice: Client;
    let bearer: string;

    before(async () => {
      lab = await startLab(running(), { RELAY: 'on' });
      alice = await lab.as('alice');
      bearer = `Bearer ${await jwtFor('alice')}`;
    });
    after(() => lab.stop());

    /** Sends a part of `body` as a page would, with these headers besides or instead. */
    async function relay(
      upload: Created,
      body: Uint8Array,
      number: number | string = 1,
      headers: Record<string, string> = {},
      part?: Uint8Array,
    ) {
      const known = allParts(upload).find((one) => one === Number(number)) ?? 1;
      const response = await lab.fetch(`/uploads/${upload.id}/parts/${number}`, {
        method: 'PUT',
        headers: {
          authorization: bearer,
          ...tokenOf(upload),
          ...checksumHeader(upload, (await sumOf(upload, body, known)).checksum),
          ...headers,
        },
        body: new Uint8Array(part ?? sliceOf(upload, body, known)),
      });
      const answer = (await response.json()) as RelayAnswer & Problem;
      return { status: response.status, etag: response.headers.get('etag'), answer };
    }

    async function receipt(
      upload: Created,
      body: Uint8Array,
      number: number,
    ): Promise<PartReceipt> {
      const { status, etag, answer } = await relay(upload, body, number);
      assert.equal(status, 200, JSON.stringify(answer));
      assert.equal(etag, `"${answer.etag}"`);
      return { number, etag: answer.etag, ...(await sumOf(upload, body, number)) };
    }

    it('is announced by the policy, and parts have a size that a Worker accepts', async () => {
      const { body } = await alice.get<Policy>('/policy');
      assert.equal(body.relay, true);
      assert.ok(body.plan.maxPartBytes <= 64 * MIB);
    });

    for (const bytes of [0, 1, 5 * MIB, 11 * MIB]) {
      it(`accepts a file of ${bytes} bytes, part by part`, async () => {
        const body = random(bytes);
        const upload = await alice.create({ bytes });
        const parts: PartReceipt[] = [];
        for (const number of allParts(upload)) parts.push(await receipt(upload, body, number));
        const { status, body: result } = await alice.complete(upload, { parts });
        assert.equal(status, 200, JSON.stringify(result));
        assert.deepEqual(await download(running(), result.key), body);
      });
    }

    it('mixes with parts that went straight to the store', async () => {
      const body = random(11 * MIB);
      const upload = await alice.create({ bytes: body.length });
      const parts = [
        ...(await alice.sendParts(upload, body, [1, 3])),
        await receipt(upload, body, 2),
      ];
      const { body: result } = await alice.complete(upload, { parts });
      assert.deepEqual(await download(running(), result.key), body);
    });

    it('gives a part that is sent again, as one request or of many, the same end', async () => {
      for (const bytes of [1000, 6 * MIB]) {
        const body = random(bytes);
        const upload = await alice.create({ bytes });
        const parts = new Map<number, PartReceipt>();
        for (const number of [1, 1, ...allParts(upload)]) {
          parts.set(number, await receipt(upload, body, number));
        }
        const { body: result } = await alice.complete(upload, { parts: [...parts.values()] });
        assert.deepEqual(await download(running(), result.key), body);
      }
    });

    it('leaves what it has sent to be seen by GET and by another device’s resume', async () => {
      const body = random(11 * MIB);
      const upload = await alice.create({ bytes: body.length });
      const first = await receipt(upload, body, 1);
      const third = await receipt(upload, body, 3);
      const sizes = [
        { number: 1, bytes: 5 * MIB, etag: first.etag },
        { number: 3, bytes: MIB, etag: third.etag },
      ];
      const shown = (parts: readonly StoredPart[]) =>
        parts.map(({ number, bytes, etag }) => ({ number, bytes, etag }));
      const { body: status } = await alice.get<UploadStatusAnswer>(`/uploads/${upload.id}`);
      assert.deepEqual(shown(status.parts), sizes);
      const { body: resumed } = await alice.post<ResumeAnswer>(`/uploads/${upload.id}/resume`);
      assert.deepEqual(shown(resumed.parts), sizes);
      await receipt(upload, body, 2);
      const { status: code, body: result } = await alice.complete(upload, {});
      assert.equal(code, 200, JSON.stringify(result));
      assert.deepEqual(await download(running(), result.key), body);
    });

    it('compares Content-Range where it is sent', async () => {
      const body = random(6 * MIB);
      const upload = await alice.create({ bytes: body.length });
      const at = (range: string) => relay(upload, body, 2, { 'content-range': range });
      const right = `bytes ${5 * MIB}-${6 * MIB - 1}/${6 * MIB}`;
      assert.equal((await at(right)).status, 200);
      for (const range of [
        `bytes 0-${MIB - 1}/${6 * MIB}`,
        `bytes ${5 * MIB}-${6 * MIB - 1}/*`,
        `bytes ${5 * MIB}-${6 * MIB - 1}/${7 * MIB}`,
        'nonsense',
      ]) {
        const { status, answer } = await at(range);
        assert.equal(status, 400, range);
        assert.equal(answer.field, 'content-range');
      }
    });

    it('case 35: accepts only the length of the plan', async () => {
      const body = random(1000);
      const upload = await alice.create({ bytes: body.length });
      for (const [length, code] of [
        [1001, 'too_large'],
        [999, 'invalid_request'],
        [0, 'invalid_request'],
      ] as const) {
        const { answer } = await relay(upload, body, 1, {}, random(length));
        assert.equal(answer.code, code, `${length} bytes`);
      }
      const chunked = await lab.fetch(`/uploads/${upload.id}/parts/1`, {
        method: 'PUT',
        headers: { authorization: bearer, ...tokenOf(upload) },
        body: new Blob([new Uint8Array(body)]).stream(),
        ...({ duplex: 'half' } as object),
      });
      assert.ok([400, 411].includes(chunked.status), `${chunked.status}`);
      await chunked.arrayBuffer();
      assert.equal(await running().store.head(upload.key), undefined);
    });

    it('case 14: accepts only parts of the plan', async () => {
      const body = random(6 * MIB);
      const upload = await alice.create({ bytes: body.length });
      for (const number of ['0', '-1', '1.5', '1e3', '3', '10001', '1&uploadId=x', '01', 'x']) {
        const { status } = await relay(upload, body, number, {}, new Uint8Array(10));
        assert.ok([400, 404].includes(status), `${number}: ${status}`);
      }
    });

    it('case 69: passes the checksum on, and a part that differs is refused', async () => {
      const body = random(1000);
      const upload = await alice.create({ bytes: body.length });
      const { checksum } = upload;
      assert.ok(checksum);
      const header = CHECKSUM_HEADERS[checksum];
      const flipped = body.slice();
      flipped[500] = 255 - (flipped[500] ?? 0);
      const { status, answer } = await relay(upload, body, 1, {}, flipped);
      assert.equal(status, 422);
      assert.equal(answer.code, 'checksum_mismatch');
      for (const wrong of ['', 'x', 'AAAA', '=not base64=']) {
        assert.equal((await relay(upload, body, 1, { [header]: wrong })).status, 400, wrong);
      }
      assert.equal(await running().store.head(upload.key), undefined);
      assert.equal((await relay(upload, body)).status, 200);
    });

    it('case 17: accepts nothing with another upload’s token, without a token or for another upload', async () => {
      const body = random(1000);
      const upload = await alice.create({ bytes: 1000 });
      const other = await alice.create({ bytes: 1000 });
      const bob = await (await lab.as('bob')).create({ bytes: 1000 });
      assert.equal((await relay({ ...upload, token: other.token }, body)).status, 403);
      assert.equal((await relay(bob, body)).status, 404);
      assert.equal((await relay({ ...upload, token: `${upload.token}x` }, body)).status, 401);
      assert.equal((await relay(upload, body, 1, { authorization: 'Bearer x' })).status, 401);
      assert.equal(await running().store.head(upload.key), undefined);
    });

    it('case 18: accepts nothing for an upload that has ended', async () => {
      const body = random(6 * MIB);
      const upload = await alice.create({ bytes: body.length });
      await alice.delete(`/uploads/${upload.id}`);
      assert.equal((await relay(upload, body, 2)).status, 410);
      const expired = await alice.create({ bytes: 1000 });
      await lab.bend({ clockMs: 2 * 86_400_000 });
      const { answer } = await relay(expired, body, 1, {}, body.subarray(0, 1000));
      await lab.bend({});
      assert.equal(answer.code, 'expired');
    });

    it('case 24: asks the policy of each part', async () => {
      const body = random(1000);
      const upload = await alice.create({ bytes: 1000 });
      await lab.bend({ deny: 'sign' });
      const { status } = await relay(upload, body);
      await lab.bend({});
      assert.equal(status, 403);
    });

    it('case 87: says that the store is down, and that trying again helps', async () => {
      const body = random(1000);
      const upload = await alice.create({ bytes: 1000 });
      await lab.bend({ store: [{ on: ['PUT', upload.key.slice(-8)], cut: 'before' }] });
      const { status, answer } = await relay(upload, body);
      await lab.bend({});
      assert.equal(status, 503);
      assert.equal(answer.code, 'store_unavailable');
      assert.ok(answer.retryAfter);
    });
  },
);

onEveryStore(
  'a Worker without relay',
  () => true,
  (running) => {
    it('accepts no parts, and says so in its policy', async () => {
      const lab = await startLab(running());
      try {
        const alice = await lab.as('alice');
        assert.equal((await alice.get<Policy>('/policy')).body.relay, false);
        const upload = await alice.create({ bytes: 10 });
        const path = `/uploads/${upload.id}/parts/1`;
        const { status } = await alice.call('PUT', path, 'x'.repeat(10), tokenOf(upload));
        assert.equal(status, 404);
      } finally {
        await lab.stop();
      }
    });
  },
);

describe('a part on its way through the relay', () => {
  it('is not kept: the store has its beginning before the page has sent its end', async () => {
    const arrived: number[] = [];
    let begun: () => void = () => undefined;
    const beginning = new Promise<void>((resolve) => (begun = resolve));
    const lengths: (string | undefined)[] = [];
    const store = createServer(async (request, response) => {
      if (request.method !== 'PUT') {
        const id = '<UploadId>u</UploadId>';
        const made = `<InitiateMultipartUploadResult>${id}</InitiateMultipartUploadResult>`;
        response.statusCode = request.method === 'POST' ? 200 : 404;
        return void response.end(request.method === 'POST' ? made : '');
      }
      lengths.push(request.headers['content-length']);
      let bytes = 0;
      for await (const chunk of request) {
        bytes += (chunk as Uint8Array).length;
        if (bytes > MIB) begun();
      }
      arrived.push(bytes);
      response.setHeader('etag', '"e"').end();
    }).listen(0, '127.0.0.1');
    await once(store, 'listening');
    const endpoint = `http://127.0.0.1:${(store.address() as AddressInfo).port}`;
    const credentials = { accessKeyId: 'k', secretAccessKey: 's' };
    const config = {
      endpoint,
      bucket: 'uploads',
      region: 'us-east-1',
      style: 'path' as const,
      profile: PROFILES.generic,
      credentials: { get: () => Promise.resolve(credentials) },
    };
    const lab = await startLab(
      { config, credentials, store: createStore(config), key: (name = '') => name },
      { RELAY: 'on', CHECKSUM: 'none' },
    );
    try {
      const upload = await (await lab.as('alice')).create({ bytes: 4 * MIB });
      const worker = await lab.fetch('/health');
      const sending = httpRequest(new URL(`/uploads/${upload.id}/parts/1`, worker.url), {
        method: 'PUT',
        headers: {
          authorization: `Bearer ${await jwtFor('alice')}`,
          ...tokenOf(upload),
          'content-length': 4 * MIB,
        },
      });
      const answered = once(sending, 'response');
      sending.write(random(2 * MIB));
      // A relay that kept the part would wait here for ever.
      await beginning;
      sending.end(random(2 * MIB));
      const [response] = (await answered) as [{ statusCode: number }];
      assert.equal(response.statusCode, 200);
      assert.deepEqual(arrived, [4 * MIB]);
      assert.deepEqual(lengths, [String(4 * MIB)]);
    } finally {
      await lab.stop();
      store.closeAllConnections();
      store.close();
    }
  });
});

function checksumHeader(
  { checksum: algorithm }: Created,
  checksum: string | undefined,
): Record<string, string> {
  return algorithm === null || checksum === undefined
    ? {}
    : { [CHECKSUM_HEADERS[algorithm]]: checksum };
}
