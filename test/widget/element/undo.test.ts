/** What a tap on Cancel, a reset of the form and another file for a single control do to a running upload. */
import { equal, ok } from './assert.ts';
import { button, clear, file, html, part, parts, place, text, until } from './page.ts';

const RUNNING = { name: 'film.mov', status: 'uploading', bytes: 1000, loaded: 980 } as const;

describe('Cancel of a running upload', () => {
  afterEach(clear);

  it('can be undone in its row, which says that it is cancelled', async () => {
    const { element, engine } = await place();
    engine.show(RUNNING);
    await element.updateComplete;
    button(element, 'Cancel film.mov').click();
    await element.updateComplete;
    equal(engine.calls.filter(([name]) => name === 'discard').length, 1);
    equal(text(part(element, 'status')), 'Cancelled');
    equal(parts(element, 'actions').at(-1)?.querySelectorAll('button').length, 1);
    equal(element.shadowRoot?.activeElement === null, true, 'the mouse takes no focus');
    button(element, 'Undo film.mov').click();
    await element.updateComplete;
    equal(engine.calls.at(-1), ['undo', engine.uploads[0]?.id]);
    ok(button(element, 'Cancel film.mov'), 'it runs again');
  });

  it('leaves the focus in the row, on Undo', async () => {
    const { element, engine } = await place();
    engine.show(RUNNING, { name: 'other', status: 'uploading', sent: 1 });
    await element.updateComplete;
    button(element, 'Cancel film.mov').focus();
    button(element, 'Cancel film.mov').click();
    await element.updateComplete;
    equal(element.shadowRoot?.activeElement, button(element, 'Undo film.mov'));
  });

  it('is at once where nothing was sent, and where undo-seconds is 0', async () => {
    const { element, engine } = await place();
    engine.show({ name: 'a', status: 'queued' }, RUNNING);
    await element.updateComplete;
    button(element, 'Cancel a').click();
    element.undoSeconds = 0;
    button(element, 'Cancel film.mov').click();
    equal(engine.calls.filter(([name]) => name === 'discard').length, 0);
    equal(engine.uploads, []);
  });

  it('spares what a failed upload has on the store from its ✕, too', async () => {
    const { element, engine } = await place();
    engine.show({ name: 'film.mov', status: 'failed', bytes: 1000, loaded: 980 });
    await element.updateComplete;
    button(element, 'Remove film.mov').click();
    await element.updateComplete;
    ok(button(element, 'Undo film.mov'), 'it can be undone');
  });
});

describe('other ways to lose a running upload', () => {
  afterEach(clear);

  it('a reset of the form can be undone, row by row', async () => {
    const { element, engine, holder } = await place(
      html`<form><s3-upload multiple name="f"></s3-upload></form>`,
    );
    engine.show(RUNNING, { name: 'done', status: 'done' });
    await element.updateComplete;
    holder.querySelector('form')?.reset();
    await element.updateComplete;
    equal(
      engine.uploads.map(({ name, status }) => [name, status]),
      [['film.mov', 'cancelled']],
    );
    equal(element.value, []);
    ok(button(element, 'Undo film.mov'), 'it can be undone');
  });

  it('another file in a single control can be undone, and makes way then', async () => {
    const { element, engine } = await place(html`<s3-upload></s3-upload>`);
    engine.show(RUNNING);
    const [first] = engine.uploads;
    const [second] = element.add([file('new.mov')]);
    equal(
      engine.uploads.map(({ name, status }) => [name, status]),
      [
        ['film.mov', 'cancelled'],
        ['new.mov', 'queued'],
      ],
    );
    element.undo(first?.id);
    equal(
      engine.uploads.map(({ name, status }) => [name, status]),
      [['film.mov', 'queued']],
    );
    equal(engine.calls.at(-1), ['remove', second?.id]);
  });
});

describe('what the page hears', () => {
  afterEach(clear);

  it('upload-cancel on the element keeps the upload if it is prevented', async () => {
    const { element } = await place();
    let asked = 0;
    element.addEventListener('upload-cancel', (event) => {
      asked++;
      event.preventDefault();
    });
    const { UploadCancelEvent } = await import('../../../widget/core/events.ts');
    const { snapshot } = await import('./fake-uploader.ts');
    const event = new UploadCancelEvent(snapshot(RUNNING));
    equal([element.uploader.dispatchEvent(event), asked], [false, 1]);
  });

  it('upload-added carries the uploads of this batch, not all', async () => {
    const { element, engine } = await place();
    engine.show({ name: 'before' });
    const { UploadAddedEvent } = await import('../../../widget/core/events.ts');
    const { snapshot } = await import('./fake-uploader.ts');
    const added: string[] = [];
    element.addEventListener('upload-added', ({ uploads }) =>
      added.push(...uploads.map(({ name }) => name)),
    );
    engine.dispatchEvent(new UploadAddedEvent([snapshot({ name: 'new' })]));
    equal(added, ['new']);
  });
});

describe('what is done with a file before it is sent', () => {
  afterEach(clear);

  it('stands in its row: checking, and the words of the transform with its progress', async () => {
    const { element, engine } = await place();
    engine.show(
      { name: 'a', status: 'checking' },
      { name: 'b', status: 'transforming', step: {} },
      { name: 'c', status: 'transforming', step: { text: 'Making it smaller', fraction: 0.4 } },
    );
    await element.updateComplete;
    equal(parts(element, 'status').map(text), ['Checking', 'Processing', 'Making it smaller']);
    const bars = parts(element, 'bar').filter((bar) => bar.closest('[data-id]'));
    equal(
      bars.map((bar) => [bar.ariaValueNow, bar.ariaValueText]),
      [
        [null, null],
        [null, null],
        ['40', 'Making it smaller'],
      ],
    );
  });
});

describe('two files of one name, from two folders of one drop', () => {
  afterEach(clear);

  it('are told apart in their rows and by the names of their buttons', async () => {
    const { element, engine } = await place();
    engine.show(
      { name: 'readme.md', path: 'dir/a/readme.md', status: 'uploading' },
      { name: 'readme.md', path: 'dir/b/readme.md', status: 'uploading' },
      { name: 'plain.md' },
    );
    await until(() => parts(element, 'name').length === 3);
    equal(
      parts(element, 'name').map(({ title }) => title),
      ['dir/a/readme.md', 'dir/b/readme.md', 'plain.md'],
    );
    equal(parts(element, 'folder').map(text), ['dir/a/', 'dir/b/']);
    ok(button(element, 'Cancel dir/b/readme.md'), 'by its folder');
    const [folder] = parts(element, 'folder');
    element.style.inlineSize = '240px';
    ok((folder?.offsetWidth ?? 0) > 20, 'also in a narrow row');
  });
});
