/** `s3-upload doctor` on stores that run. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { createControl } from '../../../worker/s3/requests/control.ts';
import { onEveryStore } from '../s3/stores.ts';
import { settingsOf } from './setup.ts';
import { diagnose, ENOUGH, findingsOf } from './doctor.ts';

/** Local R2 answers only pages of this machine. */
const ORIGIN = 'http://localhost:5173';

onEveryStore(
  's3-upload doctor',
  () => true,
  (running) => {
    it('finds that all is well, says so in a line for each check, and leaves nothing behind', async () => {
      const { profile } = running().config;
      const prefix = `doctor-${randomUUID()}/`;
      const settings = {
        ...ENOUGH,
        ...settingsOf(running()),
        KEY_PREFIX: prefix,
        ALLOWED_ORIGINS: ORIGIN,
      };
      const { status, output } = await diagnose(settings, '--origin', ORIGIN);
      assert.equal(status, 0, output);
      for (const what of [
        'settings',
        'secrets',
        'ALLOWED_ORIGINS',
        'address',
        'credentials',
        'region',
        'bucket',
        'style',
        'checksums',
        'signed length',
        'part',
        'Complete',
        'links',
        'expiry: a part',
        'expiry: a link',
        'public access',
        'copy guard',
        'clean-up',
        'upload from http://localhost:5173 to',
        ...(profile.listParts ? ['ListParts'] : []),
        ...(profile.postPolicy ? ['form POST'] : []),
        ...(profile.conditionalComplete || profile.conditionalPut ? ['conditional writes'] : []),
      ]) {
        assert.match(output, new RegExp(`^pass  ${what}`, 'm'), output);
      }
      if (profile.listUploads === 'prefix') {
        assert.deepEqual(await running().store.listUploads(prefix), []);
      }
      const objects = await createControl(running().config)({
        operation: 'ListObjectsV2',
        method: 'GET',
        key: null,
        query: { 'list-type': '2', prefix },
        idempotent: true,
        read: ({ body = '' }) => ({ result: body }),
      });
      assert.match(objects, /<ListBucketResult/);
      assert.doesNotMatch(objects, /<Key>/);
    });

    for (const [what, settings, expected] of [
      // Swift does not tell an unknown key from a wrong secret.
      [
        'keys',
        { S3_ACCESS_KEY_ID: 'nobody' },
        /^fail  credentials: .*\n +-> .*S3_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY)/m,
      ],
      [
        'a secret',
        { S3_SECRET_ACCESS_KEY: 'another-secret' },
        /^fail  credentials: .*SignatureDoesNotMatch\n +-> S3_SECRET_ACCESS_KEY is wrong/m,
      ],
      [
        'a bucket',
        { S3_BUCKET: 'nonesuch' },
        /^fail  bucket: .*NoSuchBucket\n +-> .*check S3_BUCKET/m,
      ],
    ] as const) {
      it(`finds ${what} that the store does not know, and stops there`, async () => {
        const all = { ...ENOUGH, ...settingsOf(running()), ...settings };
        const { status, output } = await diagnose(all, '--origin', ORIGIN);
        assert.equal(status, 1);
        assert.match(output, expected);
        assert.equal(output.match(/^fail  (?!ALLOWED_ORIGINS)/gm)?.length, 1, output);
      });
    }

    it('finds that the style of the address is the wrong one', async () => {
      const { port, pathname } = new URL(running().config.endpoint);
      const S3_ENDPOINT = `http://localhost:${port}${pathname}`;
      const all = { ...ENOUGH, ...settingsOf(running()), S3_ENDPOINT, S3_STYLE: 'virtual' };
      const { output } = await diagnose(all, '--origin', ORIGIN);
      assert.match(output, /^fail  style: .* by path, and not by virtual\n +-> set S3_STYLE=path/m);
    });

    it('prints the same as JSON', async () => {
      const settings = { ...ENOUGH, ...settingsOf(running()), ALLOWED_ORIGINS: ORIGIN };
      const { ok, findings } = await findingsOf(settings, '--origin', ORIGIN);
      assert.equal(ok, true);
      assert.ok(findings.length > 12, `${findings.length} findings`);
      for (const { level, advice } of findings) {
        assert.equal(level === 'pass', advice === undefined, 'what does not pass says what to do');
      }
    });
  },
);
