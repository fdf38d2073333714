/** `s3-upload doctor` on stores that run. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
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
        'keys and bucket',
        'checksums',
        'signed length',
        'part',
        'Complete',
        'links',
        'expiry',
        'copy guard',
        'clean-up',
        'upload from http://localhost:5173 to',
      ]) {
        assert.match(output, new RegExp(`^pass  ${what}`, 'm'), output);
      }
      const { store } = running();
      if (store.profile.listUploads === 'prefix') {
        assert.deepEqual(await store.listUploads(prefix), []);
      }
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
