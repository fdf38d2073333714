/** Rows about what a page meets: the element in Chromium, on another origin than the store. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { MIB } from '../../worker/harness.ts';
import { attributesWith, download, random } from '../../worker/s3/uploads.ts';
import type { Running } from '../../worker/s3/stores.ts';
import { no, yes, type Row } from '../row.ts';
import type { Scene } from '../scene.ts';

/** Uploads by the element, and compares what is stored with the file. */
async function uploadByElement(scene: Scene, bytes: number): Promise<void> {
  const element = await scene.element();
  const { snapshot, sha256 } = await element.upload(`${bytes} bytes.bin`, bytes);
  assert.equal(snapshot.status, 'done', JSON.stringify(snapshot.error));
  assert.equal(await sha256Of(scene.running, snapshot.key ?? ''), sha256);
}

async function sha256Of(running: Running, key: string): Promise<string> {
  return createHash('sha256')
    .update(await download(running, key))
    .digest('hex');
}

const parts: Row = {
  id: 'page-parts',
  behaviour: 'The element in Chromium sends a file in parts from a page of another origin (CORS)',
  async ask(scene) {
    await uploadByElement(scene, 11 * MIB);
    return yes();
  },
};

const small: Row = {
  id: 'page-small',
  behaviour: 'The element in Chromium sends a small file',
  async ask(scene) {
    await uploadByElement(scene, 1000);
    return yes();
  },
};

const refusals: Row = {
  id: 'page-refusals',
  behaviour: 'A page can read why the store refuses a part: the refusal has CORS headers',
  async ask({ running, element }) {
    const { store } = running;
    const { page } = await element();
    const key = running.key();
    const { uploadId } = await store.createMultipart(key, attributesWith());
    const signer = await store.presignParts({ key, uploadId, algorithm: null, expiresIn: 60 });
    const { url } = await signer.sign(1, 5);
    await store.abortMultipart(key, uploadId);
    const status = await page.evaluate(
      async (address, bytes) => {
        try {
          const body = new Uint8Array(bytes);
          return (await fetch(address, { method: 'PUT', body })).status;
        } catch {
          return 0;
        }
      },
      url.replace(/(X-Amz-Signature=)\w{8}/, '$100000000'),
      [...random(5)],
    );
    assert.ok(status === 0 || status >= 400, `${status}`);
    if (status > 0) return yes();
    return no('the page asks the Worker what is stored, and has the part signed again');
  },
};

export const PAGES: readonly Row[] = [parts, small, refusals];
