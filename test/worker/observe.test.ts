/** What the log says of a request, and what it never says. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { networkOf } from '../../worker/util/network.ts';
import type { Policy } from '../../worker/protocol.ts';
import {
  JWT_SECRET,
  jwtFor,
  MIB,
  SETTINGS,
  startLab,
  tokenOf,
  type Client,
  type Lab,
} from './harness.ts';
import { localR2, type Running } from './s3/stores.ts';
import { random } from './s3/uploads.ts';

let store: { running: Running; stop: () => Promise<void> };
let lab: Lab;
let alice: Client;

before(async () => {
  store = await localR2.start();
  lab = await startLab(store.running);
  alice = await lab.as('alice@example.com');
});
after(async () => {
  await lab.stop();
  await store.stop();
});

const lines = async () =>
  (await lab.seen()).log.map((line) => JSON.parse(line) as Record<string, unknown>);

describe('the log', () => {
  it('has one line for each request: who, what, about which upload, how it ended', async () => {
    const upload = await alice.create({ bytes: 6 * MIB });
    await lines();
    const body = random(6 * MIB);
    await alice.sign(upload, body, [1, 2]);
    const answer = await alice.get(`/uploads/${upload.id}`, { 'x-request-id': 'abc' });
    await alice.get('/uploads/not-an-id');
    await lab.with({}).get('/policy');
    await alice.get('/no/such/route?with=secret', { 'x-request-id': 'a secret, or so' });
    const [sign, status, missing, unknown, nowhere] = await lines();
    assert.equal(sign?.['event'], 'request');
    assert.equal(sign?.['action'], 'POST /uploads/:id/sign');
    assert.equal(sign?.['upload'], upload.id);
    assert.equal(sign?.['parts'], 2);
    assert.equal(sign?.['status'], 200);
    assert.match(String(sign?.['owner']), /^[0-9a-f]{12}$/);
    assert.equal(typeof sign?.['ms'], 'number');
    assert.match(String(status?.['requestId']), /^[0-9a-f-]{36}$/);
    assert.equal(answer.headers.get('x-request-id'), status?.['requestId']);
    assert.equal(status?.['clientRequestId'], 'abc');
    assert.equal(nowhere?.['clientRequestId'], undefined, 'it could be anything');
    assert.equal(status?.['owner'], sign?.['owner']);
    assert.equal(missing?.['code'], 'not_found');
    assert.equal(unknown?.['status'], 401);
    assert.equal(unknown?.['code'], 'unauthenticated');
    assert.equal(unknown?.['owner'], undefined);
    assert.ok(!JSON.stringify(nowhere).includes('secret'));
  });

  it('says what the store had answered when it was the store', async () => {
    await lab.bend({ store: [{ on: ['HEAD', '/'], status: 403 }] });
    const { answer } = await alice.upload(random(5));
    assert.equal(answer.problem.code, 'misconfigured');
    await lab.bend({});
    const line = (await lines()).find(({ storeStatus }) => storeStatus !== undefined);
    assert.equal(line?.['storeOperation'], 'HeadObject');
    assert.equal(line?.['storeStatus'], 403);
    assert.match(String(line?.['storeAdvice']), /s3:GetObject .* s3:ListBucket/);
  });

  it('case 30: contains no secret, token, URL, name or person', async () => {
    await lab.seen();
    const { upload, answer } = await alice.upload(random(6 * MIB), { name: 'my-private-name.pdf' });
    await alice.get(`/uploads/${upload.id}/file`);
    await alice.get(`/uploads/${upload.id}`, { 'upload-token': `${upload.token}x` });
    await lab.with({ authorization: 'Bearer a.b.c' }).get('/policy');
    await lab.bend({ store: [{ on: ['', '/'], cut: 'before' }] });
    await alice.tryCreate({ bytes: 6 * MIB });
    await alice.complete(upload);
    await lab.bend({ kv: 'all-fails' });
    await alice.get('/uploads');
    await lab.bend({});
    assert.equal(answer.status, 200);
    const text = (await lab.seen()).log.join('\n');
    const { credentials, config } = store.running;
    const never = [
      upload.token,
      upload.token.slice(-20),
      await jwtFor('alice@example.com'),
      SETTINGS.TOKEN_SECRET,
      JWT_SECRET,
      credentials.secretAccessKey,
      'X-Amz',
      new URL(config.endpoint).host,
      'my-private-name',
      'alice@example.com',
      'a.b.c',
      ' at ',
    ];
    assert.ok(text.length > 500);
    for (const secret of never) assert.ok(!text.includes(secret), secret);
  });

  it('case 30: nor does any answer but the one that is made of URLs, and the policy for whoever gets those', async () => {
    const upload = await alice.create({ bytes: 6 * MIB });
    const policy = await alice.get<Policy>('/policy');
    const { origins, ...rest } = policy.body;
    assert.deepEqual(origins, [new URL(store.running.config.endpoint).origin]);
    const answers = [
      { body: rest },
      await alice.get('/uploads'),
      await alice.get(`/uploads/${upload.id}`, tokenOf(upload)),
      await alice.get('/nowhere'),
      await alice.post('/uploads', '{'),
      await lab.with({}).get('/policy'),
    ];
    const { credentials, config } = store.running;
    for (const { body } of answers) {
      const text = JSON.stringify(body);
      for (const secret of [
        credentials.secretAccessKey,
        credentials.accessKeyId,
        new URL(config.endpoint).host,
        upload.token,
        '.ts:',
        ' at ',
      ]) {
        assert.ok(!text.includes(secret), text);
      }
    }
  });
});

describe('a caller', () => {
  it('is counted by its network while it is refused, with every address of an IPv6 network', async () => {
    const limited = await startLab(store.running, {}, { requestsPerMinute: 3 });
    try {
      const bad = (address: string) =>
        limited.with({ authorization: 'Bearer a.b.c', 'cf-connecting-ip': address }).get('/policy');
      const addresses = ['2001:db8::1', '2001:DB8:0:0:ffff::2', '2001:db8::3', '2001:db8::4'];
      const statuses: number[] = [];
      for (const address of addresses) statuses.push((await bad(address)).status);
      assert.deepEqual(statuses, [401, 401, 401, 429]);
      assert.equal((await (await limited.as('alice')).get('/policy')).status, 200);
    } finally {
      await limited.stop();
    }
  });

  const eight = Array.from({ length: 8 }, () => crypto.randomUUID());
  for (const [path, body] of [
    ['/uploads', { files: eight.map((id) => ({ id, name: 'x', bytes: 6 * MIB, type: '' })) }],
    ['/uploads/complete', { uploads: eight.map((id) => ({ id, token: 'x' })) }],
    ['/uploads/links', { ids: eight }],
  ] as const) {
    it(`counts a batch once for each of its files: POST ${path}`, async () => {
      const limited = await startLab(store.running, {}, { requestsPerMinute: 10 });
      try {
        const bob = await limited.as('bob');
        assert.equal((await bob.post(path, body)).status, 200);
        assert.equal((await bob.post(path, body)).status, 429);
      } finally {
        await limited.stop();
      }
    });
  }

  it('has one network however its address is written', () => {
    const same: [string, string][] = [
      ['2001:db8::1', '2001:db8:0:0::/64'],
      ['2001:0DB8:0000:0000:abcd::', '2001:db8:0:0::/64'],
      ['2001:db8:0:1::1', '2001:db8:0:1::/64'],
      ['[2001:db8::1]', '2001:db8:0:0::/64'],
      ['fe80::1%eth0', 'fe80:0:0:0::/64'],
      ['::1', '0:0:0:0::/64'],
      ['::ffff:192.0.2.1', '192.0.2.1'],
      ['::FFFF:c000:201', '192.0.2.1'],
      ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
      ['2002:c000:201:7::9', '192.0.2.1'],
      ['192.0.2.1', '192.0.2.1'],
      ['nonsense', ''],
      ['', ''],
    ];
    for (const [address, network] of same) assert.equal(networkOf(address), network, address);
  });

  it('case 29: only callers that ask too often are told to wait', async () => {
    const limited = await startLab(store.running, {}, { requestsPerMinute: 3 });
    try {
      const [bob, carol] = [await limited.as('bob'), await limited.as('carol')];
      for (let count = 0; count < 3; count++) assert.equal((await bob.get('/policy')).status, 200);
      const { status, problem, headers } = await bob.get('/policy');
      assert.equal(status, 429);
      assert.equal(problem.code, 'rate_limited');
      assert.equal(headers.get('retry-after'), String(problem.retryAfter));
      assert.equal((await carol.get('/policy')).status, 200);
    } finally {
      await limited.stop();
    }
  });
});
