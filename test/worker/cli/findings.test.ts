/** What `s3-upload doctor` finds: in files, in stores that are wrong, and at signers that are deployed. */
import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { optionsFrom } from '../../../worker/config.ts';
import { ProblemError } from '../../../worker/problem.ts';
import { createRefusal, createSigner } from '../../../worker/signer.ts';
import { serveApps, serveStore, stopAll, type Fault } from '../faulty-servers.ts';
import { jwtFor } from '../harness.ts';
import { memoryKV } from '../memory-kv.ts';
import { localR2, type Running } from '../s3/stores.ts';
import { diagnose, ENOUGH, findingsOf } from './doctor.ts';
import { runIn, settingsOf, type Settings } from './setup.ts';

const ORIGIN = 'http://localhost:5173';

let running: Running;
before(async () => ({ running } = await localR2.start()));
after(stopAll);

const working = (): Settings => ({ ...ENOUGH, ...settingsOf(running), ALLOWED_ORIGINS: ORIGIN });

/** What is found at a store with this fault. */
async function foundAt(fault: Fault, settings: Settings = {}): Promise<string> {
  const S3_ENDPOINT = await serveStore(running.config.endpoint, fault);
  const { output } = await diagnose({ ...working(), S3_ENDPOINT, ...settings }, '--origin', ORIGIN);
  return output;
}

describe('doctor, of files', () => {
  const TOML = 'name = "x"\nmain = "x.js"\ncompatibility_date = "2026-11-01"\n';

  it('finds a name that is nearly a setting’s, and one that is none', async () => {
    const files = { '.dev.vars': 'MAX_BYTE=5MB\nCOLOUR=red\n' };
    const { status, output } = await diagnose(working(), files);
    assert.equal(status, 1);
    assert.match(
      output,
      /^fail  settings: there is no setting MAX_BYTE\n +-> rename it to MAX_BYTES$/m,
    );
    assert.match(output, /^warn  settings: COLOUR is not a setting$/m);
  });

  it('finds that the key-value store and the cron trigger are missing, and that they are there', async () => {
    const without = await diagnose(working(), { 'wrangler.toml': TOML });
    assert.match(without.output, /^fail  key-value store: UPLOADS is not bound/m);
    assert.match(without.output, /^warn  cron trigger: there is none/m);
    const more = '[[kv_namespaces]]\nbinding = "UPLOADS"\n[triggers]\ncrons = ["*/15 * * * *"]\n';
    const { output } = await diagnose(working(), { 'wrangler.toml': TOML + more });
    assert.match(output, /^pass  key-value store: UPLOADS is bound$/m);
    assert.match(output, /^pass  cron trigger: \*\/15/m);
  });

  it('finds a setting of the environment that hides that of a file, and never shows secrets', async () => {
    const files = { '.dev.vars': 'S3_SECRET_ACCESS_KEY=another-secret-in-the-file\n' };
    const { output } = await diagnose(working(), files);
    assert.match(
      output,
      /^warn  settings: S3_SECRET_ACCESS_KEY in the environment takes the place/m,
    );
    const { secretAccessKey } = running.credentials;
    for (const secret of [secretAccessKey, 'another-secret', ENOUGH['TOKEN_SECRET'] ?? '?']) {
      assert.ok(!output.includes(secret), secret);
    }
  });

  it('knows the settings of s3-upload serve, and finds that its database does not answer', async () => {
    const STATE_URL = 'redis://user:the-password-of-redis@127.0.0.1:1/0';
    const files = { '.dev.vars': `PORT=8787\nTRUSTED_PROXIES=loopback\nSTATE_URL=${STATE_URL}\n` };
    const { output } = await diagnose(working(), files);
    assert.doesNotMatch(output, /is not a setting|there is no setting/);
    assert.match(output, /^fail  key-value store: .*127\.0\.0\.1:1 .*\n +-> check STATE_URL/m);
    assert.doesNotMatch(output, /the-password-of-redis/);
  });

  it('finds a secret that can be guessed', async () => {
    const { output } = await diagnose({ ...working(), TOKEN_SECRET: 'x'.repeat(64) });
    assert.match(output, /^fail  secrets: TOKEN_SECRET can be guessed\n +-> .*openssl/m);
  });
});

describe('doctor, at a store', () => {
  it('finds that the profile is not that of the store', async () => {
    const fault: Fault = {
      answer: ({ headers }) =>
        headers.authorization === undefined && headers.origin === undefined
          ? { status: 403, code: 'AccessDenied', headers: { server: 'MinIO' } }
          : undefined,
    };
    const output = await foundAt(fault);
    assert.match(
      output,
      /^warn  profile: S3_PROFILE is r2-local, .* MinIO\n +-> set S3_PROFILE=minio/m,
    );
  });

  it('finds that anybody may list the bucket', async () => {
    const output = await foundAt({
      answer: ({ headers, method, url = '' }) =>
        method === 'GET' && headers.authorization === undefined && !url.includes('?')
          ? { status: 200, code: 'x', more: '<ListBucketResult></ListBucketResult>' }
          : undefined,
    });
    assert.match(output, /^fail  public access: anybody can list/m);
    assert.match(output, /^warn  public access: anybody can read objects/m);
  });

  it('finds that other accounts pay for their requests, which those of the owner need not say', async () => {
    const output = await foundAt({
      answer: ({ url = '' }) =>
        url.includes('requestPayment')
          ? { status: 200, code: 'x', more: '<Payer>Requester</Payer>' }
          : undefined,
    });
    assert.match(output, /^warn  requester pays: .*\n +-> .*PUBLIC_URL/m);
  });

  it('finds that keys of another account are refused because they would have to pay', async () => {
    const isUnpaid = ({ headers, method }: IncomingMessage) =>
      headers.authorization !== undefined &&
      method === 'POST' &&
      headers['x-amz-request-payer'] !== 'requester';
    const KEY_PREFIX = `doctor-${crypto.randomUUID()}/`;
    const output = await foundAt(
      {
        answer: (request) =>
          isUnpaid(request) ? { status: 403, code: 'AccessDenied' } : undefined,
      },
      { KEY_PREFIX },
    );
    assert.match(output, /^fail  requester pays: .*\n +-> .*account that owns the bucket/m);
    assert.doesNotMatch(output, /^fail  permissions/m);

    const denied = await foundAt({
      answer: ({ method }) =>
        method === 'POST' ? { status: 403, code: 'AccessDenied' } : undefined,
    });
    assert.match(denied, /^fail  permissions: CreateMultipartUpload/m);
    assert.doesNotMatch(denied, /^fail  requester pays/m);
  });

  it('finds that a signed part can be made a copy, and that a wrong checksum is kept', async () => {
    const output = await foundAt({
      answer: ({ headers, method }) =>
        method === 'PUT' && headers['x-amz-copy-source'] !== undefined
          ? { status: 200, code: 'x', more: '<CopyPartResult></CopyPartResult>' }
          : undefined,
    });
    assert.match(output, /^fail  copy guard: /m);
    const careless = await foundAt({
      answer: ({ method }) =>
        method === 'PUT' ? { status: 200, headers: { etag: '"e"' } } : undefined,
    });
    assert.match(careless, /^fail  checksums: the store keeps a part whose md5 is wrong/m);
    assert.match(careless, /^fail  signed length: /m);
  });

  it('finds a web page in the place of the store, and nothing at all', async () => {
    const output = await foundAt({ answer: () => ({ status: 200 }) });
    assert.match(output, /^fail  address: a web page answers at http:.*\(200\), and not a store$/m);
    const { output: nothing } = await diagnose({ ...working(), S3_ENDPOINT: 'http://127.0.0.1:1' });
    assert.match(nothing, /^fail  address: nothing answers at http:\/\/127\.0\.0\.1:1$/m);
  });

  it('removes what it has stored even if a check has failed', async () => {
    const KEY_PREFIX = `doctor-${crypto.randomUUID()}/`;
    const output = await foundAt(
      {
        answer: ({ method }) =>
          method === 'HEAD' ? { status: 403, code: 'AccessDenied' } : undefined,
      },
      { KEY_PREFIX },
    );
    assert.match(output, /^fail  HeadObject: /m);
    assert.match(output, /^pass  clean-up: /m);
  });
});

describe('doctor, at a signer that is deployed', () => {
  let url: string;
  before(async () => {
    const kv = memoryKV();
    const app = (settings: Settings) =>
      createSigner({
        ...optionsFrom({ ...working(), ...settings, UPLOADS: kv }),
        kv,
        log: () => undefined,
      });
    const JWT_SECRET = 'the-secret-that-the-app-signs-its-tokens-with';
    const apps = new Map([
      ['anyone', app({})],
      ['callers', app({ AUTH: 'jwt', JWT_SECRET })],
      ['images', app({ ACCEPT: 'image/*', MIN_BYTES: '100' })],
      ['documents', app({ ACCEPT: '.pdf' })],
      ['nothing', app({ MAX_TOTAL_BYTES: '0' })],
      [
        'unset',
        createRefusal(new ProblemError('misconfigured', 'AUTH is missing.'), () => undefined),
      ],
    ]);
    url = await serveApps(apps);
  });

  it('uploads as a page of the origin would, and leaves no upload behind', async () => {
    const args = ['--url', `${url}/anyone/`, '--origin', ORIGIN];
    const { ok, findings } = await findingsOf({}, ...args);
    assert.equal(ok, true, JSON.stringify(findings));
    const whats = findings.map(({ what }) => what.replace(/ to .*/, ''));
    assert.deepEqual(whats, ['signer', 'caller', `upload from ${ORIGIN}`, 'clean-up']);
  });

  it('uploads as a caller whose token is in the environment, and never shows the token', async () => {
    const S3_UPLOAD_TOKEN = await jwtFor('alice');
    const args = ['--url', `${url}/callers`, '--origin', ORIGIN];
    const { status, output } = await diagnose({ S3_UPLOAD_TOKEN }, ...args);
    assert.equal(status, 0, output);
    assert.match(output, /^pass  upload from http:\/\/localhost:5173 to /m);
    assert.match(output, /^pass  clean-up: /m);
    assert.ok(!output.includes(S3_UPLOAD_TOKEN));
    const expired = await jwtFor('alice', { exp: 1 });
    const late = await diagnose({ S3_UPLOAD_TOKEN: expired }, ...args);
    assert.match(late.output, /^fail  caller: .*\(expired\)\n +-> set S3_UPLOAD_TOKEN/m);
    assert.equal(late.status, 1);
  });

  it('uploads a file that its rules allow, and warns if they allow none that it knows', async () => {
    for (const name of ['images', 'documents']) {
      const { output, status } = await diagnose({}, '--url', `${url}/${name}`, '--origin', ORIGIN);
      assert.match(output, /^pass  upload from http:\/\/localhost:5173 to /m);
      assert.equal(status, 0, output);
    }
    const full = await diagnose({}, '--url', `${url}/nothing`, '--origin', ORIGIN);
    assert.match(full.output, /^warn  Create: a small file is refused: .*\n +-> upload a file/m);
  });

  it('finds what its settings lack, and that it is not there', async () => {
    const unset = await diagnose({}, '--url', `${url}/unset`);
    assert.match(unset.output, /^fail  settings: AUTH is missing\.\n +-> set it, and deploy/m);
    const nobody = await diagnose({}, '--url', 'http://127.0.0.1:1');
    assert.match(nobody.output, /^fail  signer: nothing answers at http:\/\/127\.0\.0\.1:1$/m);
    assert.equal(nobody.status, 1);
  });

  it('finds an origin that is not allowed, a missing token, and a wrong path', async () => {
    const other = await diagnose({}, '--url', `${url}/anyone`, '--origin', 'https://other.example');
    assert.match(
      other.output,
      /^fail  ALLOWED_ORIGINS: it does not allow https:\/\/other\.example/m,
    );
    const stranger = await diagnose({}, '--url', `${url}/callers`, '--origin', ORIGIN);
    assert.match(stranger.output, /^fail  caller: no token was sent\n +-> set S3_UPLOAD_TOKEN/m);
    const { output, status } = await diagnose({}, '--url', `${url}/nowhere`);
    assert.match(output, /^fail  signer: something that is not a signer answers 404/m);
    assert.equal(status, 1);
  });

  it('is refused arguments that are wrong, by name', async () => {
    const { status, errors } = await runIn('/', {}, 'doctor', '--url', 'uploads.example');
    assert.equal(status, 2);
    assert.match(errors, /--url must be the address of a signer/);
    const { errors: unknown } = await runIn('/', {}, 'doctor', '--origins', ORIGIN);
    assert.match(unknown, /Did you mean --origin\?/);
  });
});
