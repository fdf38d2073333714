/** The button, the zone and the list on their own, which share the uploads of one element or engine. */
import { render, type TemplateResult } from 'lit';
import '../../../widget/index.ts';
import {
  S3UploadButtonElement,
  S3UploadListElement,
  S3UploadZoneElement,
} from '../../../widget/pieces/index.ts';
import { equal, match, ok } from './assert.ts';
import { FakeUploader } from './fake-uploader.ts';
import { button, file, html, idOf, part, parts, pick, picker, text, until } from './page.ts';

const HOLDER_ID = 'pieces';

afterEach(() => document.getElementById(HOLDER_ID)?.remove());

/** Draws the template into the page, and gives the first element that can have one a fake engine. */
async function put(template: TemplateResult): Promise<{
  readonly engine: FakeUploader;
  find<Tag extends keyof HTMLElementTagNameMap>(tag: Tag): HTMLElementTagNameMap[Tag];
}> {
  const holder = document.createElement('div');
  holder.id = HOLDER_ID;
  const engine = new FakeUploader();
  render(template, holder);
  const owner = holder.querySelector<S3UploadListElement>('s3-upload-list:not([for]), s3-upload');
  if (owner) owner.uploader = engine;
  document.body.append(holder);
  const found = [...holder.querySelectorAll('*')] as (Element & {
    updateComplete?: Promise<unknown>;
  })[];
  for (const { updateComplete } of found) await updateComplete;
  return {
    engine,
    find: (tag) => {
      const element = holder.querySelector(tag);
      if (!element) throw new Error(`no <${tag}> on the page`);
      return element;
    },
  };
}

function added(engine: FakeUploader): readonly string[] {
  return engine.calls
    .filter(([name]) => name === 'add')
    .flatMap(([, entries]) => (entries as { file: File }[]).map((entry) => entry.file.name));
}

function transferOf(...files: File[]): DataTransfer {
  const transfer = new DataTransfer();
  for (const one of files) transfer.items.add(one);
  return transfer;
}

function dragEvent(type: string, ...files: File[]): DragEvent {
  const init = { bubbles: true, composed: true, cancelable: true };
  return new DragEvent(type, { ...init, dataTransfer: transferOf(...files) });
}

/** WebKit has no `clipboardData` in a constructed event. */
function pasteEvent(...files: File[]): Event {
  const event = new Event('paste', { bubbles: true, composed: true, cancelable: true });
  return Object.assign(event, { clipboardData: transferOf(...files) });
}

describe('a button and a list', () => {
  const toolbarAndDrawer = html`
    <header><s3-upload-button for="files"></s3-upload-button></header>
    <form>
      <aside>
        <s3-upload-list id="files" name="files" multiple accept="video/*"></s3-upload-list>
      </aside>
    </form>
  `;

  it('share the uploads: what the button is given is shown and submitted by the list', async () => {
    const { engine, find } = await put(toolbarAndDrawer);
    const list = find('s3-upload-list');
    pick(find('s3-upload-button'), file('a.mov', { type: 'video/quicktime' }));
    await list.updateComplete;
    equal(added(engine), ['a.mov']);
    equal(parts(list, 'row').length, 1);
    engine.show({ id: idOf('a'), name: 'a.mov', status: 'done' });
    equal(new FormData(find('form')).getAll('files'), [idOf('a')]);
  });

  it('draw no zone in the list, and no list at the button', async () => {
    const { engine, find } = await put(toolbarAndDrawer);
    engine.show({ name: 'a.mov' }, { name: 'b.mov' });
    const [list, upload] = [find('s3-upload-list'), find('s3-upload-button')];
    await list.updateComplete;
    equal([parts(list, 'zone').length, parts(list, 'summary').length], [0, 1]);
    equal(parts(upload, 'row').length, 0);
    button(list, 'Pause all').click();
    equal(engine.calls.at(-1), ['pause', undefined]);
  });

  it('have one set of settings: the button allows what the list does, also when that changes', async () => {
    const { find } = await put(toolbarAndDrawer);
    const [list, upload] = [find('s3-upload-list'), find('s3-upload-button')];
    equal([picker(upload).accept, picker(upload).multiple], ['video/*', true]);
    equal(text(part(upload, 'button')), 'Choose files');
    list.setAttribute('accept', 'image/*');
    list.multiple = false;
    list.disabled = true;
    await until(
      () => picker(upload).accept === 'image/*' && part(upload, 'button').matches(':disabled'),
    );
    equal(picker(upload).multiple, false);
    equal(text(part(upload, 'button')), 'Choose a file');
  });

  it('report what is refused in the list', async () => {
    const { find } = await put(html`
      <s3-upload-button for="one"></s3-upload-button>
      <s3-upload-list id="one"></s3-upload-list>
    `);
    const list = find('s3-upload-list');
    pick(find('s3-upload-button'), file('a'), file('b'));
    await until(() => parts(list, 'error').length === 2);
    match(text(part(list, 'error')), /Only one file can be uploaded here/);
  });

  it('lead the focus to the list when the form needs a file', async () => {
    const { find } = await put(html`
      <form><s3-upload-list name="files" required></s3-upload-list></form>
    `);
    const list = find('s3-upload-list');
    equal(find('form').reportValidity(), false);
    ok(list.shadowRoot?.activeElement, 'something of the list has the focus');
    await list.updateComplete;
    equal(text(part(list, 'error')), 'Choose a file.');
  });

  it('find each other whichever comes first, and in a shadow root', async () => {
    const { find } = await put(html`<section></section>`);
    const root = find('section').attachShadow({ mode: 'open' });
    const upload = new S3UploadButtonElement();
    upload.for = 'files';
    root.append(upload);
    await upload.updateComplete;
    const list = new S3UploadListElement();
    const engine = new FakeUploader();
    Object.assign(list, { id: 'files', uploader: engine, multiple: true });
    root.append(list);
    pick(upload, file('a.mov'));
    equal(added(engine), ['a.mov']);
  });
});

describe('a list with for', () => {
  it('shows the uploads of another element too, and follows it to another engine', async () => {
    const { engine, find } = await put(html`
      <s3-upload id="files" multiple></s3-upload>
      <s3-upload-list for="files" multiple></s3-upload-list>
    `);
    const [element, list] = [find('s3-upload'), find('s3-upload-list')];
    await list.updateComplete;
    equal(list.uploader, engine);
    engine.show({ name: 'a.mov' });
    await list.updateComplete;
    equal([parts(element, 'row').length, parts(list, 'row').length], [1, 1]);
    const other = new FakeUploader();
    element.uploader = other;
    other.show({ name: 'b.mov' }, { name: 'c.mov' });
    await until(() => parts(list, 'row').length === 2);
    equal(list.uploader, other);
  });
});

describe('a button without for', () => {
  it('gives files to the uploader of the page, and refusals too', async () => {
    const { find } = await put(html`<s3-upload-button></s3-upload-button>`);
    const upload = find('s3-upload-button');
    const engine = new FakeUploader();
    upload.uploader = engine;
    const refused: string[] = [];
    engine.addEventListener('upload-rejected', (event) => {
      const { rejected } = event as Event & { rejected: { error: { code: string } }[] };
      refused.push(...rejected.map(({ error }) => error.code));
    });
    pick(upload, file('a'));
    pick(upload, file('b'), file('c'));
    equal([added(engine), refused], [['a'], ['too_many_files', 'too_many_files']]);
  });

  it('says what it lacks where it has no uploader either', async () => {
    const { find } = await put(html`<s3-upload-button for="nobody"></s3-upload-button>`);
    const reported: { code?: string; message?: string }[] = [];
    const { reportError: real } = globalThis;
    globalThis.reportError = (error: object) => void reported.push(error);
    try {
      pick(find('s3-upload-button'), file('a'));
    } finally {
      globalThis.reportError = real;
    }
    equal(reported[0]?.code, 'invalid_request');
    match(reported[0]?.message ?? '', /for="nobody".*Set "for" to the id/);
  });
});

describe('a zone', () => {
  it('takes what is dropped onto it and what is pasted into it, for the other element', async () => {
    const { engine, find } = await put(html`
      <s3-upload-zone for="files"></s3-upload-zone>
      <s3-upload-list id="files" multiple></s3-upload-list>
    `);
    const zone = find('s3-upload-zone');
    part(zone, 'zone').dispatchEvent(dragEvent('drop', file('a')));
    part(zone, 'zone').dispatchEvent(pasteEvent(file('b')));
    await until(() => added(engine).length === 2);
    document.body.dispatchEvent(dragEvent('drop', file('c')));
    document.body.dispatchEvent(pasteEvent(file('d')));
    await new Promise((resolve) => setTimeout(resolve));
    equal(added(engine), ['a', 'b'], 'nothing of the rest of the page');
  });

  it('says whether the other element accepts what is dragged over it', async () => {
    const { find } = await put(html`
      <s3-upload-zone for="files"></s3-upload-zone>
      <s3-upload-list id="files" multiple accept="image/*"></s3-upload-list>
    `);
    const zone = find('s3-upload-zone');
    match(text(part(zone, 'limits')), /images/i);
    part(zone, 'zone').dispatchEvent(dragEvent('dragenter', file('a.png', { type: 'image/png' })));
    await zone.updateComplete;
    ok(zone.matches(':state(dragging)'), 'pictures are welcome');
    part(zone, 'zone').dispatchEvent(dragEvent('dragenter', file('a.mp4', { type: 'video/mp4' })));
    await zone.updateComplete;
    ok(zone.matches(':state(drag-reject)'), 'videos are not');
  });

  it('says that the other element is full, and invites nobody', async () => {
    const { engine, find } = await put(html`
      <s3-upload-button for="files"></s3-upload-button>
      <s3-upload-zone for="files"></s3-upload-zone>
      <s3-upload-list id="files" multiple max-files="1"></s3-upload-list>
    `);
    const [zone, upload] = [find('s3-upload-zone'), find('s3-upload-button')];
    const opacity = (): string => getComputedStyle(part(upload, 'button')).opacity;
    equal([opacity(), /Drop files here/.test(text(part(zone, 'zone')))], ['1', true]);
    engine.show({ name: 'a', status: 'done' });
    await until(() => /Only one file can be uploaded here/.test(text(part(zone, 'zone'))));
    ok(part(zone, 'button').parentElement?.matches('.sr'), 'nothing else is seen');
    await upload.updateComplete;
    ok(opacity() < '1', 'the button looks as little open as it is');
    part(zone, 'zone').dispatchEvent(dragEvent('dragenter', file('b')));
    await zone.updateComplete;
    ok(zone.matches(':state(drag-reject)'), 'a drop is refused before it happens');
  });

  it('with page-wide takes what is dropped or pasted anywhere, once, and nothing from others', async () => {
    const { engine, find } = await put(html`
      <s3-upload-zone for="files" page-wide></s3-upload-zone>
      <s3-upload-list id="files" multiple no-drop no-paste></s3-upload-list>
      <textarea></textarea>
      <div id="other"></div>
    `);
    const zone = find('s3-upload-zone');
    document.body.dispatchEvent(dragEvent('dragenter', file('a')));
    await zone.updateComplete;
    ok(zone.matches(':state(dragging)'), 'the whole page invites');
    equal(document.body.dispatchEvent(dragEvent('dragover', file('a'))), false);
    document.body.dispatchEvent(dragEvent('drop', file('a')));
    part(zone, 'zone').dispatchEvent(dragEvent('drop', file('b')));
    document.body.dispatchEvent(pasteEvent(file('c')));
    find('textarea').dispatchEvent(pasteEvent(file('text')));
    const other = document.getElementById('other');
    other?.addEventListener('drop', (event) => event.preventDefault());
    other?.dispatchEvent(dragEvent('drop', file('theirs')));
    await until(() => added(engine).length >= 3);
    await new Promise((resolve) => setTimeout(resolve));
    equal(added(engine), ['a', 'b', 'c']);
    equal(zone.matches(':state(dragging)'), false);
    zone.remove();
    document.body.dispatchEvent(dragEvent('drop', file('late')));
    await new Promise((resolve) => setTimeout(resolve));
    equal(added(engine).length, 3, 'nothing once it is off the page');
  });
});

describe('define', () => {
  it('registers each of them under another name, and in another registry', () => {
    for (const [Piece, tag] of [
      [S3UploadButtonElement, 's3-upload-button'],
      [S3UploadZoneElement, 's3-upload-zone'],
      [S3UploadListElement, 's3-upload-list'],
    ] as const) {
      equal(customElements.get(tag), Piece);
      Piece.define();
      const names: string[] = [];
      Piece.define('my-piece', {
        get: () => undefined,
        define: (name: string) => void names.push(name),
      } as unknown as CustomElementRegistry);
      equal(names, ['my-piece']);
    }
  });
});
