/** Who it says that it is, and what it calls its files. */
import assert from 'node:assert/strict';
import { createHash, createHmac, randomUUID } from 'node:crypto';
import type { CreateAnswer, ListAnswer, Policy } from '../../../worker/protocol.ts';
import { isRefused } from '../../../worker/protocol.ts';
import { JWT_SECRET, startLab } from '../harness.ts';
import { random } from '../s3/uploads.ts';
import { met, type Attack } from './attack.ts';
import { refused } from './scene.ts';
import type { TRIES } from './tries.ts';

export const calling = {
  ownerRounded: async ({ lab }) => {
    const exp = Math.floor(Date.now() / 1000) + 3600;
    const answers: string[] = [];
    for (const sub of ['9007199254740993', '1.5', 'true', '"\\ud800"', '""']) {
      const authorization = `Bearer ${jwtOver(`{"sub":${sub},"exp":${exp}}`)}`;
      answers.push(refused(await lab.with({ authorization }).get('/policy'), 401));
    }
    return met(...answers);
  },
  plantedIdentity: async ({ running }) => {
    const lab = await startLab(running, { AUTH: 'anonymous' });
    try {
      for (const planted of [randomUUID(), 'a'.repeat(22), `${randomUUID()}.${'0'.repeat(32)}`]) {
        for (const headers of [
          { cookie: `s3-upload-client=${planted}` },
          { 'anonymous-token': planted },
          { 'client-id': planted },
        ]) {
          await lab.with(headers as Record<string, string>).upload(random(10));
          const { body } = await lab
            .with(headers as Record<string, string>)
            .get<ListAnswer>('/uploads');
          assert.deepEqual(body.uploads, [], JSON.stringify(headers));
        }
      }
    } finally {
      await lab.stop();
    }
    return 'an empty list';
  },
  typeInDisguise: async ({ running }) => {
    const lab = await startLab(running, { ACCEPT: 'image/*, .pdf, .blend' });
    try {
      const mallory = await lab.as('mallory');
      const disguised = [
        { name: 'x.pdf', type: 'text/html' },
        { name: 'x.blend', type: 'application/a+xml' },
        { name: 'x.html', type: 'image/png' },
        { name: 'x.html/.pdf', type: '' },
      ].map((file) => ({ id: randomUUID(), bytes: 10, ...file }));
      const { body } = await mallory.post<CreateAnswer>('/uploads', { files: disguised });
      for (const [index, slot] of body.uploads.entries()) {
        assert.ok(isRefused(slot), `file ${index}`);
        assert.equal(slot.problem.code, 'type_not_allowed');
      }
    } finally {
      await lab.stop();
    }
    return '415';
  },
  cookieOnAnyOrigin: async ({ running }) => {
    const lab = await startLab(running, { JWT_COOKIE: 'session', ALLOWED_ORIGINS: '*' });
    try {
      const jwt = jwtOver(`{"sub":"alice","exp":${Math.floor(Date.now() / 1000) + 3600}}`);
      const origin = 'https://evil.example';
      const answer = await lab.with({ cookie: `session=${jwt}`, origin }).get('/policy');
      assert.equal(answer.headers.get('access-control-allow-credentials'), null);
      return refused(answer, 401);
    } finally {
      await lab.stop();
    }
  },
  ownerByHash: async ({ running, mallory }) => {
    const plain = createHash('sha256').update('mallory').digest('hex');
    const { body } = await mallory.get<Policy>('/policy');
    assert.ok(body.caller !== undefined && !plain.startsWith(body.caller));
    const open = await startLab(running, { PUBLIC: 'on' });
    try {
      const { answer } = await (await open.as('mallory')).upload(random(10));
      const [path = '', query = ''] = (answer.body.href ?? '').split('?');
      assert.ok(!query.includes(plain.slice(0, 32)));
      const guessed = `${path}?of=${plain.slice(0, 32)}`;
      return refused(await open.with({}).get(guessed), 401);
    } finally {
      await open.stop();
    }
  },
} satisfies Partial<Record<keyof typeof TRIES, Attack>>;

/** A JWT over this very text, which no JSON writer would make. */
function jwtOver(payload: string): string {
  const signed = `${part('{"alg":"HS256","typ":"JWT"}')}.${part(payload)}`;
  return `${signed}.${createHmac('sha256', JWT_SECRET).update(signed).digest('base64url')}`;
}

function part(text: string): string {
  return Buffer.from(text).toString('base64url');
}
