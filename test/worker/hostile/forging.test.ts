/**
 * What MinIO's known holes are worth to somebody who knows an access key, and what the proxy that
 * docs/security.md advises makes of them. On a build with the fix the first test says so, and the
 * others hold as well.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { after, before, it } from 'node:test';
import { onEveryStore, reachedAt } from '../s3/stores.ts';
import { random } from '../s3/uploads.ts';
import {
  chunked,
  forge,
  forgedUrl,
  forging,
  SNOWBALL,
  takeAway,
  tar,
  UNSIGNED_TRAILER,
} from './forging.ts';
import { refusedByStore } from './refusals.ts';
import { pathOf, setScene, type Scene } from './scene.ts';
import { startStopgap, type Stopgap } from './stopgap.ts';

type Field = readonly [name: string, value: string];

/** Every way to say it in a request, as the fields stand on the wire. */
const SPELLINGS: readonly { readonly said: string; readonly fields: readonly Field[] }[] = [
  { said: 'as it is written', fields: [['x-amz-content-sha256', UNSIGNED_TRAILER]] },
  { said: 'in upper case', fields: [['X-AMZ-CONTENT-SHA256', UNSIGNED_TRAILER]] },
  { said: 'in mixed case', fields: [['X-aMz-CoNtEnT-sHa256', UNSIGNED_TRAILER]] },
  { said: 'between blanks', fields: [['x-amz-content-sha256', `\t  ${UNSIGNED_TRAILER} \t`]] },
  {
    said: 'before a harmless one',
    fields: [
      ['x-amz-content-sha256', UNSIGNED_TRAILER],
      ['x-amz-content-sha256', 'UNSIGNED-PAYLOAD'],
    ],
  },
  {
    said: 'after a harmless one',
    fields: [
      ['x-amz-content-sha256', 'UNSIGNED-PAYLOAD'],
      ['X-Amz-Content-Sha256', UNSIGNED_TRAILER],
    ],
  },
  {
    said: 'in a list',
    fields: [['x-amz-content-sha256', `${UNSIGNED_TRAILER}, UNSIGNED-PAYLOAD`]],
  },
  {
    said: 'on a folded line',
    fields: [['x-amz-content-sha256', `\r\n ${UNSIGNED_TRAILER}`]],
  },
  { said: 'in lower case', fields: [['x-amz-content-sha256', UNSIGNED_TRAILER.toLowerCase()]] },
  { said: 'with underscores', fields: [['x_amz_content_sha256', UNSIGNED_TRAILER]] },
  {
    said: 'as a field of the connection',
    fields: [
      ['connection', 'close, x-amz-content-sha256'],
      ['x-amz-content-sha256', UNSIGNED_TRAILER],
    ],
  },
  { said: 'in the query', fields: [] },
];

/** Bodies that these operations would take, so that only the signature is wrong. */
const BODIES: Readonly<Record<string, string>> = {
  tagging: '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>',
  delete: '<Delete><Object><Key>anything</Key></Object></Delete>',
};

onEveryStore(
  'requests with a false signature',
  ({ name }) => name === 'minio',
  (running) => {
    let scene: Scene;
    let stopgap: Stopgap;
    let shielded: Scene;

    before(async () => {
      stopgap = await startStopgap(running().config.endpoint);
      scene = await setScene(running());
      shielded = await setScene(reachedAt(running(), stopgap.endpoint));
    });
    after(async () => {
      await scene.stop();
      await shielded.stop();
      await stopgap.stop();
    });

    it('are all accepted by a MinIO without the fix, and all refused by one with it', async (t) => {
      const forged = await forge(scene);
      const taken = forged.filter(({ stored }) => stored).map(({ cve }) => cve);
      assert.ok(taken.length === 0 || taken.length === forged.length, taken.join(', '));
      if (taken.length > 0) t.diagnostic(`known for this build: ${[...new Set(taken)].join(', ')}`);
      await scene.assertUnharmed();
    });

    it('cannot read, delete, copy, open an upload or change a setting', async () => {
      const { hers } = scene;
      const bucket = pathOf(scene, 'x').replace(/x$/, '');
      const ask = (method: string, path: string, query: string, more: object = {}) => {
        const url = new URL(forgedUrl(scene, hers.done.key));
        url.pathname = path;
        if (query !== '') url.searchParams.set(query, '');
        const body = BODIES[query] ?? '<Nothing/>';
        return fetch(url, {
          method,
          headers: {
            'x-amz-content-sha256': UNSIGNED_TRAILER,
            'x-amz-decoded-content-length': String(body.length),
            'content-md5': createHash('md5').update(body).digest('base64'),
            ...more,
          },
          ...(method === 'GET' ? {} : { body }),
        });
      };
      const object = pathOf(scene, hers.done.key);
      const source = { 'x-amz-copy-source': object };
      for (const sent of [
        ask('GET', object, ''),
        ask('DELETE', object, ''),
        ask('POST', object, 'uploads'),
        ask('PUT', `${object}-copy`, '', source),
        ...['tagging', 'acl', 'retention', 'legal-hold'].map((what) => ask('PUT', object, what)),
        ask('GET', bucket, ''),
        ask('POST', bucket, 'delete'),
        ask('PUT', bucket, ''),
        ...['policy', 'lifecycle', 'versioning', 'tagging', 'notification'].map((what) =>
          ask('PUT', bucket, what),
        ),
      ]) {
        await refusedByStore(sent, 'authority', 'mechanism');
      }
    });

    it('are refused through the proxy, where uploads and links work as before', async () => {
      const forged = await forge(shielded);
      assert.ok(forged.every(({ stored }) => !stored));
      assert.match(await forging.forgedTrailer(shielded), /^store 403 AccessDenied$/);
      await shielded.assertUnharmed();
    });

    for (const { said, fields } of SPELLINGS) {
      it(`are refused through the proxy with the header ${said}`, async (t) => {
        const bare = await takesForged(scene, said, fields, running().config.endpoint);
        t.diagnostic(bare ? 'taken without the proxy' : 'refused without the proxy too');
        assert.equal(await takesForged(shielded, said, fields, stopgap.endpoint), false);
      });
    }

    it('are refused through the proxy with an archive, whatever its header contains', async () => {
      for (const value of ['true', 'TRUE', 'xtruex', 'false', '']) {
        const archive = tar('forged', random(10));
        const url = forgedUrl(shielded, `${shielded.hers.done.key}.tar`);
        const headers = { [SNOWBALL]: value };
        await refusedByStore(fetch(url, { method: 'PUT', headers, body: archive }), 'authority');
      }
    });
  },
);

/** Whether a forged PUT with these fields leaves an object. */
async function takesForged(
  scene: Scene,
  said: string,
  fields: readonly Field[],
  endpoint: string,
): Promise<boolean> {
  const key = `${scene.hers.done.key}-${said.replaceAll(' ', '-')}`;
  const body = random(10);
  const url = new URL(forgedUrl(scene, key));
  if (fields.length === 0) url.searchParams.set('X-Amz-Content-Sha256', UNSIGNED_TRAILER);
  const status = await putRaw(endpoint, url, fields, body);
  const stored = await takeAway(scene, key, body);
  assert.ok(stored ? status === 200 : status >= 400 || status === RESET, `${said}: ${status}`);
  return stored;
}

/** A store that answers before it has the body may close so early that the answer is lost. */
const RESET = 0;

/** Sends the fields as they are, past any client that would tidy them. */
function putRaw(
  endpoint: string,
  { pathname, search, host }: URL,
  fields: readonly Field[],
  decoded: Uint8Array,
): Promise<number> {
  const { hostname, port } = new URL(endpoint);
  const body = chunked(decoded);
  const head = [
    `PUT ${pathname}${search} HTTP/1.1`,
    `Host: ${host}`,
    `Content-Length: ${body.length}`,
    `x-amz-decoded-content-length: ${decoded.length}`,
    ...fields.map(([name, value]) => `${name}: ${value}`),
    ...(fields.some(([name]) => name === 'connection') ? [] : ['Connection: close']),
  ].join('\r\n');
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.setEncoding('latin1').on('data', (text: string) => (answer += text));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (!['ECONNRESET', 'EPIPE'].includes(error.code ?? '')) reject(error);
    });
    socket.on('close', () => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? RESET)));
    socket.write(`${head}\r\n\r\n`);
    socket.write(body);
  });
}
