/** Upload tokens, and whose an upload is. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { decode, sign } from 'hono/jwt';
import { anonymous } from '../../worker/auth.ts';
import type { CompleteManyAnswer, Created, ListAnswer } from '../../worker/protocol.ts';
import { isRefused } from '../../worker/protocol.ts';
import { MIB, SETTINGS, startLab, sumOf, tokenOf, type Client, type Lab } from './harness.ts';
import { localR2, type Running } from './s3/stores.ts';
import { random } from './s3/uploads.ts';

/** A signed identity, as the Worker gives one to a caller that is new. */
async function identityFrom(lab: Lab): Promise<string> {
  const { headers } = await lab.with({}).get('/policy');
  return headers.get('anonymous-token') ?? '';
}

let store: { running: Running; stop: () => Promise<void> };
before(async () => {
  store = await localR2.start();
});
after(() => store.stop());

describe('an upload token', () => {
  let lab: Lab;
  let alice: Client;
  let upload: Created;
  const body = random(6 * MIB);

  before(async () => {
    lab = await startLab(store.running);
    alice = await lab.as('alice', { upload: { expiresIn: 86_400 } });
    upload = await alice.create({ bytes: body.length });
  });
  after(() => lab.stop());

  const trySign = async (caller: Client, id: string, token?: string) => {
    const parts = [{ number: 1, ...sumOf(upload, body) }];
    const headers = token === undefined ? {} : { 'upload-token': token };
    return caller.post(`/uploads/${id}/sign`, { parts }, headers);
  };

  it('signs its own upload', async () => {
    assert.equal((await trySign(alice, upload.id, upload.token)).status, 200);
  });

  it('is needed', async () => {
    const { status, problem } = await trySign(alice, upload.id);
    assert.equal(status, 401);
    assert.equal(problem.code, 'unauthenticated');
  });

  it('case 16: is refused when it is forged, of another key, algorithm or audience', async () => {
    const { payload } = decode(upload.token);
    const [head, claims, signature] = upload.token.split('.');
    const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
    const altered = Buffer.from(JSON.stringify({ ...payload, bytes: 2 ** 40 }));
    const forged = [
      'x',
      'x.y.z',
      `${head}.${claims}.`,
      `${head}.${claims}.${signature?.toLowerCase()}`,
      `${none}.${claims}.`,
      `${none}.${claims}.${signature}`,
      `${head}.${altered.toString('base64url')}.${signature}`,
      await sign(payload, 'another-secret-of-the-same-length-as-the-first'),
      await sign(payload, SETTINGS.TOKEN_SECRET, 'HS384'),
      await sign({ ...payload, aud: 'another' }, SETTINGS.TOKEN_SECRET),
      await sign({ ...payload, v: 2 }, SETTINGS.TOKEN_SECRET),
    ];
    for (const token of forged) {
      const { status, problem } = await trySign(alice, upload.id, token);
      assert.equal(status, 401, token.slice(0, 40));
      assert.equal(problem.code, 'unauthenticated');
      assert.ok(!JSON.stringify(problem).includes(token), 'the token is not repeated');
    }
  });

  it('case 17: signs nothing of another upload', async () => {
    const other = await alice.create({ bytes: body.length });
    const { status, problem } = await trySign(alice, other.id, upload.token);
    assert.equal(status, 403);
    assert.equal(problem.code, 'forbidden');
  });

  it('is worth nothing in other hands', async () => {
    const bob = await lab.as('bob');
    const { status, problem } = await trySign(bob, upload.id, upload.token);
    assert.equal(status, 404);
    assert.equal(problem.code, 'not_found');
  });

  it('does not pass for the caller’s own token', async () => {
    const { status } = await lab.with({ authorization: `Bearer ${upload.token}` }).get('/policy');
    assert.equal(status, 401);
  });

  it('ends with its upload, by the Worker’s clock', async () => {
    // A minute, because a machine that is busy takes its time.
    await lab.bend({ clockMs: 86_400_000 - 60_000 });
    const near = await alice.post<{ expiresIn: number }>(
      `/uploads/${upload.id}/sign`,
      { parts: [{ number: 1, ...sumOf(upload, body) }] },
      tokenOf(upload),
    );
    assert.ok(near.body.expiresIn <= 60, 'a signature never outlives its upload');
    await lab.bend({ clockMs: 86_400_000 + 1000 });
    const { status, problem } = await trySign(alice, upload.id, upload.token);
    assert.equal(status, 410);
    assert.equal(problem.code, 'expired');
    const completed = await alice.complete(upload);
    assert.equal(completed.status, 410);
    const resumed = await alice.post(`/uploads/${upload.id}/resume`);
    assert.equal(resumed.status, 410);
    const { body: list } = await alice.get<ListAnswer>('/uploads');
    assert.equal(list.uploads.find(({ id }) => id === upload.id)?.state, 'expired');
    await lab.bend({});
  });

  it('outlives a change of the secret, while the old one is kept', async () => {
    const rotated = await startLab(store.running, {
      TOKEN_SECRET: 'a-new-secret-that-seals-tokens-from-now-on',
      TOKEN_SECRET_PREVIOUS: SETTINGS.TOKEN_SECRET,
    });
    try {
      const later = await rotated.as('alice');
      assert.equal((await trySign(later, upload.id, upload.token)).status, 200);
    } finally {
      await rotated.stop();
    }
    const changed = await startLab(store.running, {
      TOKEN_SECRET: 'a-new-secret-that-seals-tokens-from-now-on',
    });
    try {
      const later = await changed.as('alice');
      assert.equal((await trySign(later, upload.id, upload.token)).status, 401);
    } finally {
      await changed.stop();
    }
  });

  it('case 28: gives the same answer for what is another’s and for what is not there', async () => {
    const bob = await lab.as('bob');
    const ids = [upload.id, randomUUID(), 'x', 'x%2F..%2Fx', '%00'];
    const answers = await Promise.all(
      ids.flatMap((id) => [
        bob.get(`/uploads/${id}`),
        bob.get(`/uploads/${id}/file`),
        bob.post(`/uploads/${id}/resume`),
        bob.delete(`/uploads/${id}`),
      ]),
    );
    for (const { status, problem } of answers) {
      assert.equal(status, 404);
      assert.equal(problem.code, 'not_found');
      assert.equal(problem.detail, answers[0]?.problem.detail);
    }
  });

  it('case 9: opens nothing of somebody else in a batch either', async () => {
    const bob = await lab.as('bob');
    const single = await alice.create({ bytes: 10 });
    await alice.sendParts(single, random(10));
    const { body: answer } = await bob.post<CompleteManyAnswer>('/uploads/complete', {
      uploads: [{ id: single.id, token: single.token }],
    });
    const [slot] = answer.uploads;
    assert.ok(slot && isRefused(slot));
    assert.equal(slot.problem.code, 'not_found');
  });

  it('leaves the same id of two people two uploads, under two keys', async () => {
    const id = randomUUID();
    const bob = await lab.as('bob');
    const his = await bob.create({ id, bytes: 6 * MIB, name: 'same.bin' });
    const hers = await alice.create({ id, bytes: 7 * MIB, name: 'same.bin' });
    assert.notEqual(his.key, hers.key);
    assert.equal((await trySign(bob, id, hers.token)).status, 404);
  });

  it('case 40: lets a single request be signed again for the same bytes only', async () => {
    const [one, two] = [random(10), random(10)];
    const plan = { kind: 'single', bytes: 10 } as const;
    const first = sumOf({ checksum: 'md5', plan }, one);
    const single = await alice.create({ bytes: 10, checksums: [first.checksum ?? ''] });
    assert.equal((await alice.sign(single, one, [1])).status, 200);
    const { status, problem } = await alice.sign(single, two, [1]);
    assert.equal(status, 409);
    assert.equal(problem.field, 'parts[0].checksum');
  });
});

describe('anonymous callers', () => {
  let lab: Lab;
  before(async () => {
    lab = await startLab(store.running, { AUTH: 'anonymous', JWT_SECRET: '' });
  });
  after(() => lab.stop());

  it('are given no id for reading: the one that comes with the policy would be lost to it', async () => {
    const list = await lab.with({}).get('/uploads?state=complete');
    assert.equal(list.status, 200);
    assert.equal(list.headers.get('set-cookie'), null);
    const policy = await lab.with({}).get('/policy');
    assert.match(policy.headers.get('set-cookie') ?? '', /^s3-upload-client=/);
  });

  it('are distinguished by a cookie that the Worker sets', async () => {
    const first = await lab.with({}).get('/policy');
    const cookie = first.headers.get('set-cookie') ?? '';
    assert.match(cookie, /^s3-upload-client=[0-9a-f-]{36}\.[0-9a-f]{32}; .*HttpOnly; SameSite=Lax/);
    const known = lab.with({ cookie: cookie.split(';')[0] ?? '' });
    assert.equal((await known.get('/policy')).headers.get('set-cookie'), null);
    const { upload } = await known.upload(random(10));
    assert.equal((await known.get<ListAnswer>('/uploads')).body.uploads.length, 1);

    const stranger = lab.with({ 'anonymous-token': await identityFrom(lab) });
    assert.equal((await stranger.get<ListAnswer>('/uploads')).body.uploads.length, 0);
    assert.equal((await stranger.get(`/uploads/${upload.id}`)).status, 404);
    assert.equal((await stranger.get(`/uploads/${upload.id}/file`)).status, 404);
    assert.equal((await stranger.delete(`/uploads/${upload.id}`)).status, 404);
  });

  it('go on with an upload by its token alone, whoever they were', async () => {
    const body = random(6 * MIB);
    const upload = await lab.with({}).create({ bytes: body.length });
    const parts = await lab.with({}).sendParts(upload, body);
    assert.equal((await lab.with({}).complete(upload, { parts })).status, 200);
    const { status } = await lab.with({}).get(`/uploads/${upload.id}`, tokenOf(upload));
    assert.equal(status, 200);
  });

  it('do not give their id away in their keys', async () => {
    const identity = await identityFrom(lab);
    const { key } = await lab.with({ 'anonymous-token': identity }).create({ bytes: 1 });
    const [id = '', mac = ''] = identity.split('.');
    assert.ok(id !== '' && !key.includes(id));
    assert.ok(mac !== '' && !key.includes(mac));
  });

  it('are not known by an id that could be guessed', async () => {
    const identity = await identityFrom(lab);
    const [id = '', mac = ''] = identity.split('.');
    const made = [
      randomUUID(),
      'a'.repeat(22),
      `${randomUUID()}.${mac}`,
      `${id}.${'0'.repeat(32)}`,
    ];
    for (const planted of [...made, '1', `${identity}0`]) {
      const uploader = lab.with({ 'anonymous-token': planted });
      await uploader.upload(random(1));
      const { body } = await uploader.get<ListAnswer>('/uploads');
      assert.deepEqual(body.uploads, [], planted);
      const { headers } = await lab.with({ cookie: `s3-upload-client=${planted}` }).get('/policy');
      assert.match(headers.get('set-cookie') ?? '', /^s3-upload-client=/);
    }
  });

  it('are known again after the secret was changed, and by a new signature from then on', async () => {
    const authenticate = (...secrets: [string, ...string[]]) => anonymous({ secrets });
    const request = (cookie?: string) =>
      new Request('https://x.example/policy', { headers: cookie ? { cookie } : {} });
    const before = await authenticate('old'.repeat(20))(request());
    assert.match(before?.cookie ?? '', /^__Host-s3-upload-client=[^;]+; Path=\/; .*; Secure$/);
    const cookie = before?.cookie?.split(';')[0] ?? '';
    const after = await authenticate('new'.repeat(20), 'old'.repeat(20))(request(cookie));
    assert.equal(after?.owner, before?.owner);
    const renewed = after?.cookie?.split(';')[0] ?? '';
    const later = await authenticate('new'.repeat(20))(request(renewed));
    assert.equal(later?.owner, before?.owner);
    assert.equal(later?.cookie, undefined);
    const never = await authenticate('new'.repeat(20))(request(cookie));
    assert.notEqual(never?.owner, before?.owner);
    const unprefixed = await authenticate('new'.repeat(20))(
      request(renewed.replace('__Host-', '')),
    );
    assert.notEqual(unprefixed?.owner, before?.owner);
  });
});
