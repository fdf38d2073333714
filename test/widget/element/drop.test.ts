import type { FileWithPath, UploadRejectedEvent } from '../../../widget/index.ts';
import { filesOf as found } from '../../../widget/intake/drop.ts';
import { equal, match, ok } from './assert.ts';
import { button, clear, file, html, next, part, place, text } from './page.ts';

type Entry = FileSystemEntry;

/** A folder as a browser gives it: at most 100 entries a call, in as many calls as it takes. */
function folder(path: string, entries: Entry[]): Entry {
  return {
    isFile: false,
    isDirectory: true,
    name: path.split('/').pop() ?? '',
    fullPath: `/${path}`,
    createReader() {
      let at = 0;
      return {
        readEntries(found: (entries: Entry[]) => void) {
          const some = entries.slice(at, (at += 100));
          setTimeout(() => found(some));
        },
      };
    },
  } as unknown as Entry;
}

function fileEntry(path: string, isReadable = true): Entry {
  const name = path.split('/').pop() ?? '';
  return {
    isFile: true,
    isDirectory: false,
    name,
    fullPath: `/${path}`,
    file(found: (file: File) => void, failed: (error: DOMException) => void) {
      if (isReadable) found(file(name));
      else failed(new DOMException('gone', 'NotFoundError'));
    },
  } as unknown as Entry;
}

/** A transfer of files and folders; a real one cannot be made to hold folders. */
function transferOf(...entries: Entry[]): DataTransfer {
  const items = entries.map((entry) => ({
    kind: 'file',
    type: '',
    webkitGetAsEntry: () => entry,
    getAsFile: () => (entry.isFile ? file(entry.name) : null),
  }));
  return { types: ['Files'], items, files: [], dropEffect: 'none' } as unknown as DataTransfer;
}

function filesOf(...types: string[]): DataTransfer {
  const transfer = new DataTransfer();
  for (const [index, type] of types.entries()) transfer.items.add(file(`${index}`, { type }));
  return transfer;
}

function drag(target: EventTarget, type: string, transfer: DataTransfer): DragEvent {
  const event = new DragEvent(type, { bubbles: true, composed: true, cancelable: true });
  Object.defineProperty(event, 'dataTransfer', { value: transfer });
  target.dispatchEvent(event);
  return event;
}

describe('dropping', () => {
  afterEach(clear);

  it('takes files and folders, all the way down, with their paths', async () => {
    const { element, engine } = await place();
    const many = Array.from({ length: 250 }, (_, index) => fileEntry(`a/many/${index}.txt`));
    const transfer = transferOf(
      fileEntry('loose.txt'),
      folder('a', [fileEntry('a/1.txt'), folder('a/many', many), folder('a/empty', [])]),
    );
    drag(part(element, 'zone'), 'drop', transfer);
    await next(engine, 'upload-add');
    equal(engine.uploads.length, 252);
    equal(
      engine.uploads.slice(0, 3).map(({ name, path }) => [name, path]),
      [
        ['loose.txt', undefined],
        ['1.txt', 'a/1.txt'],
        ['0.txt', 'a/many/0.txt'],
      ],
    );
  });

  it('takes the handle of a file with it, where the browser gives one', async () => {
    const { element, engine } = await place();
    const handle = { kind: 'file' };
    const asked: string[] = [];
    const transfer = transferOf(
      fileEntry('kept.mov'),
      fileEntry('refused.mov'),
      fileEntry('none.mov'),
      folder('a', [fileEntry('a/1.txt')]),
    );
    const answers = [
      async () => handle,
      () => Promise.reject(new DOMException('', 'NotAllowedError')),
      async () => null,
      async () => asked.push('of a folder'),
    ];
    for (const [index, item] of [...transfer.items].entries()) {
      Object.assign(item, { getAsFileSystemHandle: answers[index] });
    }
    drag(part(element, 'zone'), 'drop', transfer);
    await next(engine, 'upload-add');
    const [, entries] = engine.calls.find(([name]) => name === 'add') ?? [];
    equal(
      (entries as FileWithPath[]).map(({ file, handle: taken }) => [file.name, taken === handle]),
      [
        ['kept.mov', true],
        ['refused.mov', false],
        ['none.mov', false],
        ['1.txt', false],
      ],
    );
    equal(asked, [], 'that of a folder would be asked about');
  });

  it('takes no handle where nothing is to be resumed', async () => {
    const { element, engine } = await place(html`<s3-upload multiple no-resume></s3-upload>`);
    const transfer = transferOf(fileEntry('a.mov'));
    let asked = 0;
    Object.assign(transfer.items[0] ?? {}, { getAsFileSystemHandle: async () => (asked += 1) });
    drag(part(element, 'zone'), 'drop', transfer);
    await next(engine, 'upload-add');
    equal(asked, 0);
  });

  it('takes files, and names folders, where what opens those cannot be loaded', async () => {
    const transfer = transferOf(fileEntry('loose.txt'), folder('a', [fileEntry('a/1.txt')]));
    const taken = await found(transfer, {
      loadWalk: () => Promise.reject(new TypeError('offline')),
      keepsHandles: () => true,
    });
    equal(
      taken.map(({ file, path }) => [file?.name, path]),
      [
        ['loose.txt', null],
        [null, 'a'],
      ],
    );
  });

  it('leaves out what systems put into folders', async () => {
    const { element, engine } = await place();
    const entries = ['.DS_Store', 'Thumbs.db', 'desktop.ini', '.htaccess'];
    const transfer = transferOf(
      folder(
        'a',
        entries.map((name) => fileEntry(`a/${name}`)),
      ),
    );
    drag(part(element, 'zone'), 'drop', transfer);
    await next(engine, 'upload-add');
    equal(
      engine.uploads.map(({ name }) => name),
      ['.htaccess'],
    );
  });

  it('names what cannot be read, in the same batch, and takes the rest', async () => {
    const { element, engine } = await place();
    const transfer = transferOf(folder('a', [fileEntry('a/1.txt'), fileEntry('a/2.txt', false)]));
    const rejected = next<UploadRejectedEvent>(element, 'upload-rejected');
    drag(part(element, 'zone'), 'drop', transfer);
    const [refusal] = (await rejected).rejected;
    equal([refusal?.file.name, refusal?.error.code], ['a/2.txt', 'file_unreadable']);
    equal(
      engine.uploads.map(({ name }) => name),
      ['1.txt'],
    );
    await element.updateComplete;
    match(text(part(element, 'error')), /a\/2\.txt: The file can’t be read/);
  });

  it('says that a folder is being read', async () => {
    const { element, engine } = await place();
    drag(part(element, 'zone'), 'drop', transferOf(folder('a', [fileEntry('a/1.txt')])));
    await element.updateComplete;
    match(text(part(element, 'zone')), /Reading the folder…/);
    await next(engine, 'upload-progress');
    await element.updateComplete;
    match(text(part(element, 'zone')), /Drop more files or browse/);
  });

  it('says so until the last of several is read, and takes nothing once it is off the page', async () => {
    const { element, engine, holder } = await place();
    let finish = (): void => undefined;
    const slow = folder('b', []) as FileSystemDirectoryEntry;
    slow.createReader = () =>
      ({
        readEntries: (done: (entries: FileSystemEntry[]) => void) => (finish = () => done([])),
      }) as unknown as FileSystemDirectoryReader;
    drag(part(element, 'zone'), 'drop', transferOf(slow));
    drag(part(element, 'zone'), 'drop', transferOf(fileEntry('a.txt')));
    await next(engine, 'upload-progress');
    await element.updateComplete;
    match(text(part(element, 'zone')), /Reading the folder…/);
    finish();
    await new Promise((resolve) => setTimeout(resolve));
    await element.updateComplete;
    match(text(part(element, 'zone')), /Drop more files or browse/);
    drag(part(element, 'zone'), 'drop', transferOf(fileEntry('late.txt')));
    element.remove();
    await new Promise((resolve) => setTimeout(resolve));
    equal(engine.uploads.length, 1);
    void holder;
  });

  for (const attribute of ['disabled', 'no-drop']) {
    it(`takes nothing with ${attribute}, and the browser does not open the file either`, async () => {
      const { element, engine } = await place();
      element.toggleAttribute(attribute, true);
      await element.updateComplete;
      const transfer = filesOf('text/plain');
      const over = drag(part(element, 'zone'), 'dragover', transfer);
      const drop = drag(part(element, 'zone'), 'drop', transfer);
      equal([over.defaultPrevented, drop.defaultPrevented], [true, true]);
      equal(transfer.dropEffect, 'none');
      equal(engine.calls.length, 0);
    });
  }

  it('leaves text that is dragged to the page', async () => {
    const { element } = await place();
    const transfer = new DataTransfer();
    transfer.setData('text/plain', 'hello');
    equal(drag(part(element, 'zone'), 'dragover', transfer).defaultPrevented, false);
  });
});

describe('dragging over it', () => {
  afterEach(clear);

  it('says how many files a drop would upload', async () => {
    const { element } = await place();
    drag(part(element, 'zone'), 'dragenter', filesOf('image/png', 'image/png', 'text/plain'));
    await element.updateComplete;
    ok(element.matches(':state(dragging)'), 'it is in that state');
    match(text(part(element, 'zone')), /Drop to upload 3 files/);
  });

  it('ends when the pointer leaves the window the way it came', async () => {
    const { element } = await place();
    drag(part(element, 'zone'), 'dragenter', filesOf('image/png'));
    await new Promise((resolve) => setTimeout(resolve));
    drag(part(element, 'zone'), 'dragleave', filesOf('image/png'));
    await element.updateComplete;
    ok(!element.matches(':state(dragging)'), 'nothing is held over it');
  });

  it('stays while the pointer moves within, and ends when it leaves, the window too', async () => {
    const { element } = await place();
    const transfer = filesOf('image/png');
    const isOver = async (): Promise<boolean> => {
      // A pair of dragenter and dragleave comes in one task.
      await new Promise((resolve) => setTimeout(resolve));
      await element.updateComplete;
      return element.matches(':state(dragging)');
    };
    drag(part(element, 'zone'), 'dragenter', transfer);
    drag(button(element, 'browse'), 'dragenter', transfer);
    drag(part(element, 'zone'), 'dragleave', transfer);
    equal(await isOver(), true, 'on the button');
    drag(document.body, 'dragenter', transfer);
    drag(button(element, 'browse'), 'dragleave', transfer);
    equal(await isOver(), false, 'on the page');
    drag(part(element, 'zone'), 'dragenter', transfer);
    drag(document.body, 'dragleave', transfer);
    equal(await isOver(), true, 'back again');
    drag(part(element, 'zone'), 'dragleave', transfer);
    equal(await isOver(), false, 'out of the window');
  });

  it('refuses types that do not fit, and says which do', async () => {
    const { element } = await place(
      html`<s3-upload multiple accept="video/*,audio/*"></s3-upload>`,
    );
    const transfer = filesOf('image/png', 'image/jpeg');
    drag(part(element, 'zone'), 'dragenter', transfer);
    drag(part(element, 'zone'), 'dragover', transfer);
    await element.updateComplete;
    ok(element.matches(':state(drag-reject)'), 'it refuses');
    ok(!element.matches(':state(dragging)'), 'and does not invite');
    match(text(part(element, 'zone')), /Only video and audio can be uploaded here/);
    equal(transfer.dropEffect, 'none');
  });

  for (const [what, accept, type] of [
    ['a type that the browser hides', 'video/*', ''],
    ['a type in capitals', 'IMAGE/*', 'image/png'],
    ['an extension, which nobody knows yet', '.mov', 'video/quicktime'],
    ['one that fits among others', 'video/*', 'video/mp4'],
    ['anything', '*/*', 'image/png'],
  ] as const) {
    it(`welcomes ${what}`, async () => {
      const { element } = await place(html`<s3-upload multiple accept=${accept}></s3-upload>`);
      drag(part(element, 'zone'), 'dragenter', filesOf('text/html', type));
      await element.updateComplete;
      ok(element.matches(':state(dragging)'), 'it welcomes them');
    });
  }

  it('keeps the focus on its button', async () => {
    const { element } = await place();
    element.focus();
    drag(part(element, 'zone'), 'dragenter', filesOf('image/png'));
    await element.updateComplete;
    equal(element.shadowRoot?.activeElement?.id, 'browse');
  });
});
