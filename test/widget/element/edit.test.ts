/** The form for name and metadata in a row. */
import type { Edits, UploaderLike } from '../../../widget/index.ts';
import { UploadStartEvent } from '../../../widget/core/events.ts';
import { equal, ok } from './assert.ts';
import { FakeUploader, snapshot } from './fake-uploader.ts';
import { button, clear, html, part, parts, place, text, until } from './page.ts';

/** Whose policy allows one name of metadata, and which applies edits at once. */
class EditableUploader extends FakeUploader {
  policy = { metadata: ['album'] } as unknown as UploaderLike['policy'];

  edit(id: string, edits: Edits): void {
    this.calls.push(['edit', edits]);
    this.become(id, edits);
  }
}

const FIELDS = [
  { name: 'album', label: 'Album', required: true },
  { name: 'secret', label: 'Secret' },
];

async function placeEditable(template = html`<s3-upload multiple no-auto rename></s3-upload>`) {
  const { element } = await place(template);
  const engine = new EditableUploader();
  element.uploader = engine;
  engine.show({ name: 'IMG_1.heic' });
  await element.updateComplete;
  return { element, engine };
}

async function opened(element: Awaited<ReturnType<typeof placeEditable>>['element']) {
  await until(() => parts(element, 'edit-form').length > 0);
  return part(element, 'edit-form') as HTMLFormElement;
}

function type(form: HTMLFormElement, name: string, value: string): void {
  const field = form.elements.namedItem(name) as HTMLInputElement;
  field.value = value;
  field.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
}

describe('a row that can be edited', () => {
  afterEach(clear);

  it('opens a field for the name, which keeps the extension', async () => {
    const { element, engine } = await placeEditable();
    button(element, 'Edit IMG_1.heic').click();
    const form = await opened(element);
    let leaked = 0;
    element.addEventListener('input', () => leaked++);
    type(form, 'file-name', 'Holiday');
    form.requestSubmit();
    await element.updateComplete;
    equal(engine.calls.at(-1), ['edit', { name: 'Holiday.heic', metadata: {} }]);
    equal(parts(element, 'edit-form').length, 0, 'it is closed');
    equal(leaked, 0, 'what is typed is not the value of the control');
    ok(button(element, 'Edit Holiday.heic'), 'the row has the new name');
  });

  it('refuses an empty name and a path, and closes without a change on Escape', async () => {
    const { element, engine } = await placeEditable();
    button(element, 'Edit IMG_1.heic').click();
    const form = await opened(element);
    for (const name of ['', '..', 'a/b']) {
      type(form, 'file-name', name);
      equal(form.checkValidity(), false, name);
    }
    form.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    await element.updateComplete;
    equal(parts(element, 'edit-form').length, 0);
    equal(
      engine.calls.filter(([call]) => call === 'edit'),
      [],
    );
  });

  it('has no button once the Worker knows it, and none where the page does not offer it', async () => {
    const { element, engine } = await placeEditable();
    engine.show({ name: 'a', status: 'uploading' }, { name: 'b', status: 'queued', key: 'k' });
    await element.updateComplete;
    equal(parts(element, 'edit').length, 0);
    element.rename = false;
    engine.show({ name: 'a' });
    await element.updateComplete;
    equal(parts(element, 'edit').length, 0);
  });

  it('shows only fields that the policy allows', async () => {
    const { element, engine } = await placeEditable(
      html`<s3-upload multiple no-auto .fields=${FIELDS}></s3-upload>`,
    );
    button(element, 'Edit IMG_1.heic').click();
    const form = await opened(element);
    equal([...form.querySelectorAll('label')].map(text), ['Album']);
    type(form, 'field-album', 'Summer');
    form.requestSubmit();
    equal(engine.calls.at(-1), ['edit', { metadata: { album: 'Summer' } }]);
  });

  it('is not started without a required field, says so, and starts once it is filled in', async () => {
    const { element, engine } = await placeEditable(
      html`<s3-upload multiple .fields=${FIELDS}></s3-upload>`,
    );
    const [upload] = engine.uploads;
    equal(engine.dispatchEvent(new UploadStartEvent(snapshot({ ...upload }))), false);
    const form = await opened(element);
    equal(text(part(element, 'status')), 'Details are missing.');
    form.requestSubmit();
    equal(engine.calls.filter(([call]) => call === 'start').length, 0, 'it is still empty');
    type(form, 'field-album', 'Summer');
    form.requestSubmit();
    equal(engine.calls.at(-1), ['start']);
    const [edited] = engine.uploads;
    equal(engine.dispatchEvent(new UploadStartEvent(snapshot({ ...edited }))), true);
  });

  it('reads as the name does on a page from right to left, with its extension after it', async () => {
    const { element } = await placeEditable();
    element.dir = 'rtl';
    button(element, 'Edit IMG_1.heic').click();
    const field = (await opened(element)).querySelector('input');
    ok(field, 'there is a field');
    equal(getComputedStyle(field).direction, 'ltr');
    const after = [...(field.parentElement?.childNodes ?? [])].find(
      ({ textContent }) => textContent === '.heic',
    );
    const extension = document.createRange();
    extension.selectNode(after as Node);
    const { right } = field.getBoundingClientRect();
    ok(extension.getBoundingClientRect().left >= right, '.heic is on its right');
  });

  it('has room for a long name in a narrow box', async () => {
    const { element } = await placeEditable();
    element.style.inlineSize = '320px';
    button(element, 'Edit IMG_1.heic').click();
    const field = (await opened(element)).querySelector('input');
    ok((field?.offsetWidth ?? 0) > 240, `${field?.offsetWidth} of 320 pixels`);
  });
});
