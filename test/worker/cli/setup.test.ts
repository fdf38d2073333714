/** `s3-upload setup` on stores that run. */
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { after, before, beforeEach, it } from 'node:test';
import { getBucketCors, putBucketCors } from '../../../worker/cli/cors/bucket-cors.ts';
import type { StoredRule } from '../../../worker/cli/cors/bucket-cors.ts';
import { createControl, type Control } from '../../../worker/s3/requests/control.ts';
import { createStore } from '../../../worker/s3/store.ts';
import { onEveryStore } from '../s3/stores.ts';
import { resultOf, runSetup, settingsOf } from './setup.ts';

/** Local R2 answers only pages of this machine. */
const ORIGIN = 'http://localhost:5173';
const OTHER = 'https://other.example';

onEveryStore(
  's3-upload setup',
  () => true,
  (running) => {
    it('says that a page can send a part and read its ETag', async () => {
      const { status, output } = await runSetup(settingsOf(running()), '--origin', ORIGIN);
      assert.match(output, /^(kept|done) {4,}CORS rules: /m);
      assert.match(output, /^done {4,}upload from http:\/\/localhost:5173 to .*ETag of a part$/m);
      assert.equal(status, 0, output);
    });

    it('prints the same as JSON', async () => {
      const { ok, steps } = await resultOf(settingsOf(running()), '--origin', ORIGIN);
      assert.equal(ok, true);
      assert.deepEqual(
        steps.map(({ what }) => what.replace(/ to .*/, '')),
        ['CORS rules', `upload from ${ORIGIN}`, 'lifecycle rule'],
      );
    });
  },
);

onEveryStore(
  's3-upload setup, where the store aborts unfinished uploads by itself',
  ({ staleAfterSeconds }) => staleAfterSeconds !== null,
  (running) => {
    it('adds no lifecycle rule, and says when the store does it', async () => {
      const { output } = await runSetup(settingsOf(running()), '--origin', ORIGIN);
      assert.match(output, /^kept +lifecycle rule: not needed: .* after 24 h$/m);
    });
  },
);

onEveryStore(
  's3-upload setup, where the store has no lifecycle rules',
  ({ name }) => ['swift', 'r2-local'].includes(name),
  (running) => {
    it('says what aborts unfinished uploads instead, and does not fail', async () => {
      const { status, output } = await runSetup(settingsOf(running()), '--origin', ORIGIN);
      assert.match(output, /^skipped +lifecycle rule: .*\n +-> nothing, as long as the cron/m);
      assert.equal(status, 0, output);
    });
  },
);

onEveryStore(
  's3-upload setup, where uploads can be listed',
  ({ listUploads }) => listUploads === 'prefix',
  (running) => {
    it('leaves no upload and no object behind', async () => {
      const settings = { ...settingsOf(running()), KEY_PREFIX: `setup-${randomUUID()}` };
      const { status } = await runSetup(settings, '--origin', ORIGIN);
      assert.equal(status, 0);
      assert.deepEqual(await running().store.listUploads(settings.KEY_PREFIX), []);
    });
  },
);

onEveryStore(
  's3-upload setup, where buckets have no CORS rules',
  ({ name }) => ['minio', 'swift', 'r2-local'].includes(name),
  (running) => {
    it('says by name where the store decides instead, and still checks', async () => {
      const { steps } = await resultOf(settingsOf(running()), '--origin', ORIGIN);
      const where = {
        minio: /MINIO_API_CORS_ALLOW_ORIGIN/,
        swift: /containers/,
        'r2-local': /localhost/,
      }[running().config.profile.name as 'minio'];
      assert.equal(steps[0]?.status, 'kept');
      assert.match(steps[0]?.detail ?? '', where);
      assert.equal(steps[1]?.status, 'done');
    });
  },
);

onEveryStore(
  's3-upload setup on a store that refuses an origin',
  ({ name }) => name === 'r2-local',
  (running) => {
    it('fails, and says what to do', async () => {
      const origins = ['--origin', ORIGIN, '--origin', OTHER];
      const { status, output } = await runSetup(settingsOf(running()), ...origins);
      assert.equal(status, 1);
      assert.match(output, /^done +upload from http:\/\/localhost:5173/m);
      assert.match(output, /^failed +upload from https:\/\/other\.example .*\n +-> open the page/m);
    });
  },
);

onEveryStore(
  's3-upload setup, where buckets have CORS rules',
  ({ name }) => name === 'ceph',
  (running) => {
    /** A bucket of its own, because the rules of the other one are everybody's. */
    const bucket = `setup-${randomUUID()}`;
    let control: Control;
    const settings = () => settingsOf(running(), bucket);

    before(async () => {
      control = createControl({ ...running().config, bucket });
      await onBucket('PUT');
    });
    after(() => onBucket('DELETE'));
    beforeEach(() => onBucket('DELETE', { cors: '' }));

    it('adds a rule, by which only pages of that origin may upload', async () => {
      assert.equal(await allowedOrigin(ORIGIN), null);
      const { status, output } = await runSetup(settings(), '--origin', ORIGIN);
      assert.match(output, /^done +CORS rules: added a rule for http:\/\/localhost:5173$/m);
      assert.equal(status, 0, output);
      assert.equal(await allowedOrigin(ORIGIN), ORIGIN);
      assert.equal(await allowedOrigin(OTHER), null);
    });

    it('keeps the rule when it is run again', async () => {
      await runSetup(settings(), '--origin', ORIGIN);
      const added = await sources();
      const { status, output } = await runSetup(settings(), '--origin', ORIGIN);
      assert.match(output, /^kept +CORS rules: /m);
      assert.equal(status, 0);
      assert.equal(added.length, 1);
      assert.deepEqual(await sources(), added);
    });

    it('writes nothing in a dry run, and prints the rule', async () => {
      const { status, output } = await runSetup(settings(), '--origin', ORIGIN, '--dry-run');
      assert.equal(status, 0);
      assert.match(output, /^planned +CORS rules: would add a rule for http:\/\/localhost:5173$/m);
      const [rule] = JSON.parse(/^\[\n[^]*?^\]$/m.exec(output)?.[0] ?? '') as [object];
      assert.deepEqual(rule, {
        AllowedOrigins: [ORIGIN],
        AllowedMethods: ['PUT', 'POST'],
        AllowedHeaders: ['*'],
        ExposeHeaders: ['ETag'],
        MaxAgeSeconds: 7200,
      });
      assert.deepEqual(await sources(), []);
    });

    it('adds a rule for the origins that have none, and leaves other rules as they are', async () => {
      const theirs =
        '<CORSRule><ID>theirs</ID><AllowedMethod>GET</AllowedMethod><AllowedOrigin>https://reader.example</AllowedOrigin><MaxAgeSeconds>60</MaxAgeSeconds></CORSRule>';
      await putBucketCors(control, [{ source: theirs } as StoredRule]);
      await runSetup(settings(), '--origin', ORIGIN);
      const before = await sources();
      const { output } = await runSetup(settings(), '--origin', `${ORIGIN},${OTHER}`);
      assert.match(output, /added a rule for https:\/\/other\.example$/m);
      const after = await sources();
      assert.deepEqual(after.slice(1), before);
      assert.match(after.at(-1) ?? '', /<ID>theirs<\/ID>.*<MaxAgeSeconds>60</);
      assert.equal(await allowedOrigin(OTHER), OTHER);
    });

    it('takes nothing from an origin that may read already', async () => {
      const rule = '<CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin>';
      await putBucketCors(control, [{ source: `${rule}</CORSRule>` } as StoredRule]);
      assert.equal(await allowedOrigin(ORIGIN, 'GET'), ORIGIN);
      const { status, output } = await runSetup(settings(), '--origin', ORIGIN);
      assert.equal(status, 0, output);
      assert.equal(await allowedOrigin(ORIGIN, 'GET'), ORIGIN);
      assert.equal(await allowedOrigin(ORIGIN, 'PUT'), ORIGIN);
      assert.equal(await allowedOrigin(OTHER, 'GET'), OTHER);
      assert.equal(await allowedOrigin(OTHER, 'PUT'), null);
    });

    it('allows every origin by *, below the rules of single ones', async () => {
      await runSetup(settings(), '--origin', ORIGIN);
      const { status, output } = await runSetup(settings(), '--origin', '*');
      assert.equal(status, 0, output);
      const rules = await getBucketCors(control);
      assert.deepEqual(
        rules.map(({ AllowedOrigins }) => AllowedOrigins),
        [[ORIGIN], ['*']],
      );
    });

    it('adds a lifecycle rule for unfinished uploads once, and leaves other rules as they are', async () => {
      const theirs =
        '<Rule><ID>theirs</ID><Filter><Prefix>logs/</Prefix></Filter><Status>Enabled</Status><Expiration><Days>9</Days></Expiration></Rule>';
      const body = `<LifecycleConfiguration>${theirs}</LifecycleConfiguration>`;
      await lifecycle('PUT', body);
      const planned = await runSetup(settings(), '--origin', ORIGIN, '--dry-run');
      assert.match(planned.output, /^planned +lifecycle rule: would add one .* after 7 days$/m);
      const prefixed = { ...settings(), KEY_PREFIX: 'in&out', UPLOAD_TTL: '10d' };
      const { status, output } = await runSetup(prefixed, '--origin', ORIGIN);
      assert.equal(status, 0, output);
      assert.match(output, /^done +lifecycle rule: .* 11 days\n +-> set S3_ABORTS_AFTER=11d$/m);
      const rules = await lifecycle('GET');
      assert.match(rules, /<ID>theirs<\/ID>/);
      assert.match(rules, /<Prefix>in&amp;out\/<\/Prefix>/);
      assert.match(rules, /<DaysAfterInitiation>11</);
      const again = await runSetup(settings(), '--origin', ORIGIN);
      assert.match(again.output, /^kept +lifecycle rule: there is one/m);
      assert.equal(await lifecycle('GET'), rules);
    });

    async function lifecycle(method: 'GET' | 'PUT', body?: string): Promise<string> {
      const md5 = createHash('md5')
        .update(body ?? '')
        .digest('base64');
      return control({
        operation: `${method}BucketLifecycleConfiguration`,
        method,
        key: null,
        query: { lifecycle: '' },
        ...(body === undefined ? {} : { body, headers: { 'content-md5': md5 } }),
        idempotent: true,
        read: ({ body: text = '' }) => ({ result: text }),
      });
    }

    async function onBucket(method: 'PUT' | 'DELETE', query = {}): Promise<void> {
      const read = () => ({ result: undefined });
      const operation = `${method}Bucket`;
      await control({ operation, method, key: null, query, idempotent: true, read });
    }

    async function sources(): Promise<readonly string[]> {
      return (await getBucketCors(control)).map(({ source }) => source);
    }

    /** What a preflight of the page is answered; null if it is refused. */
    async function allowedOrigin(origin: string, method = 'PUT'): Promise<string | null> {
      const store = createStore({ ...running().config, bucket });
      const { url } = await store.presignGet('a/key', { expiresIn: 60 });
      const response = await fetch(url, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': method },
      });
      await response.body?.cancel();
      return response.headers.get('access-control-allow-origin');
    }
  },
);
