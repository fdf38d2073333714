import { equal } from './assert.ts';
import { UploadError } from './fake-uploader.ts';
import { clear, file, html, place, until } from './page.ts';

const PARTS =
  'actions again badge bar body button cancel clear dismiss download error fill hint icon label limits list ' +
  'lower meta name pause picture raise remove resume retry row sent start status summary thumb total zone';

const SLOTS = 'dropzone empty hint icon label row-actions row-actions-ID';

describe('the public face', () => {
  afterEach(clear);

  it('has the parts that are promised, and no others', async () => {
    const seen = new Set<string>();
    const { element, engine } = await place(
      html`<s3-upload multiple label="F" hint="h"></s3-upload>`,
    );
    Object.assign(engine, { fileUrl: () => Promise.resolve('about:blank') });
    element.uploader = engine;
    const look = async (): Promise<void> => {
      await element.updateComplete;
      for (const node of element.shadowRoot?.querySelectorAll('[part]') ?? []) {
        for (const name of node.part) if (!name.startsWith('row-')) seen.add(name);
      }
    };
    engine.refuses.set('x', new UploadError('duplicate', ''));
    element.add([file('x')]);
    engine.show(
      { status: 'uploading', loaded: 1 },
      { status: 'paused' },
      { status: 'failed', error: new UploadError('store_unreachable', '', { retryable: true }) },
      { status: 'failed', error: new UploadError('file_changed', '') },
      { status: 'done' },
    );
    await look();
    element.reorder = true;
    await until(() => element.shadowRoot?.querySelector('[part=raise]'));
    element.noAuto = true;
    engine.show({ status: 'queued' });
    await look();
    equal([...seen].sort(), PARTS.split(' '));
  });

  it('has the slots that are promised, and no others', async () => {
    const seen = new Set<string>();
    for (const template of [
      html`<s3-upload></s3-upload>`,
      html`<s3-upload multiple></s3-upload>`,
    ]) {
      const { element, engine } = await place(template);
      for (const id of ['', 'ID']) {
        engine.show(...(id ? [{ id }] : []));
        await element.updateComplete;
        for (const { name } of element.shadowRoot?.querySelectorAll('slot') ?? []) seen.add(name);
      }
    }
    equal([...seen].sort(), SLOTS.split(' '));
  });
});
