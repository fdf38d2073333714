/** Section G of the numbered cases, on the element itself: a form does not go before its files. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ElementHandle } from 'puppeteer-core';
import type { S3UploadElement } from '../../widget/index.ts';
import { identityOf } from './identity.ts';
import { s3Error } from './answers.ts';
import { FORM_PAGE } from './pages.ts';
import { FOUR_PARTS, PART_BYTES, type Rig } from './rig.ts';
import { withRig } from './suite.ts';
import type { Tab } from './tab.ts';

const PUT = { method: 'PUT' } as const;

withRig('G: form', (rig) => {
  test('99: a form waits for its upload through a fault, and goes with it once it is stored', async () => {
    const file = await rig().file(FOUR_PARTS);
    const { lane } = rig();
    const broken = lane.fault({ when: { ...PUT, part: 1 }, fault: { kind: 'reset', at: 0.5 } });
    const held = lane.fault({
      when: { ...PUT, where: ({ partNumber = 0 }) => partNumber > 2 },
      times: Infinity,
      fault: { kind: 'stall' },
    });
    const tab = await openForm(rig(), file.path);
    await when(tab, 'uploading', 2 * PART_BYTES);
    assert.equal(broken.hits, 1);
    assert.deepEqual(await send(tab), { isValid: false, submits: 0, entries: [] });
    held.end();
    // What was held has nobody to answer it any more.
    await lane.down();
    await lane.up();
    const { id, key } = await when(tab, 'done');
    assert.deepEqual(await send(tab), { isValid: true, submits: 1, entries: [id] });
    assert.equal(await rig().store.sha256(key), file.sha256);
    assert.deepEqual(await rig().openUploads(), []);
  });

  test('99: a form with a file that could not be sent does not go without a word; without the file it goes', async () => {
    rig().lane.fault({ when: PUT, times: Infinity, fault: s3Error(403, 'SignatureDoesNotMatch') });
    const tab = await openForm(rig(), (await rig().file(FOUR_PARTS)).path);
    const { id } = await when(tab, 'failed');
    assert.deepEqual(await send(tab), { isValid: false, submits: 0, entries: [] });
    await tab.page.$eval('s3-upload', (element, id) => (element as S3UploadElement).remove(id), id);
    assert.deepEqual(await send(tab), { isValid: true, submits: 1, entries: [] });
    assert.deepEqual(await rig().openUploads(), []);
  });
});

/** Opens the form and picks the file in it. */
async function openForm(rig: Rig, path: string): Promise<Tab> {
  const tab = await rig.tab();
  await tab.visit(FORM_PAGE);
  await tab.page.$eval(
    's3-upload',
    (element, endpoint, identity) => {
      Object.assign(element, { endpoint, headers: { 'Anonymous-Token': identity } });
    },
    rig.front.url,
    identityOf(tab.clientId),
  );
  const input = await tab.page.$('s3-upload >>> input[type=file]:not([webkitdirectory])');
  assert.ok(input);
  await (input as ElementHandle<HTMLInputElement>).uploadFile(path);
  return tab;
}

/** Waits until the upload is `status`, with so many bytes stored. */
function when(tab: Tab, status: string, loaded = 0): Promise<{ id: string; key: string }> {
  return tab.page.$eval(
    's3-upload',
    (element, status, loaded) =>
      new Promise<{ id: string; key: string }>((resolve) => {
        const look = (): void => {
          const [upload] = (element as S3UploadElement).uploads;
          if (upload?.status !== status || upload.loaded < loaded) return;
          const { id, result, key = '' } = upload;
          resolve({ id, key: result?.key ?? key });
        };
        for (const type of ['upload-progress', 'upload-done', 'upload-failed'])
          element.addEventListener(type, look);
        look();
      }),
    status,
    loaded,
  );
}

/** Tries to send the form as its button does. */
function send(tab: Tab): Promise<{ isValid: boolean; submits: number; entries: unknown[] }> {
  return tab.page.$eval('form', (form) => {
    let submits = 0;
    const count = (event: Event): void => {
      event.preventDefault();
      submits += 1;
    };
    form.addEventListener('submit', count);
    form.requestSubmit();
    form.removeEventListener('submit', count);
    return {
      isValid: form.matches(':valid'),
      submits,
      entries: new FormData(form).getAll('files'),
    };
  });
}
