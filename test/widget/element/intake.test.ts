import type { UploadAddEvent, UploadRejectedEvent } from '../../../widget/index.ts';
import { equal, match, ok } from './assert.ts';
import { UploadError } from './fake-uploader.ts';
import {
  button,
  clear,
  file,
  html,
  next,
  part,
  parts,
  pick,
  picker,
  place,
  text,
  until,
} from './page.ts';

/** Counts how often the system's picker would open, and keeps it shut. */
function countOpenings(element: Element): { count: number } {
  const opened = { count: 0 };
  picker(element).addEventListener('click', (event) => {
    event.preventDefault();
    event.stopPropagation();
    opened.count += 1;
  });
  return opened;
}

function paste(target: Element, ...files: File[]): boolean {
  const clipboardData = new DataTransfer();
  for (const one of files) clipboardData.items.add(one);
  const options = { clipboardData, bubbles: true, composed: true, cancelable: true };
  const event = new ClipboardEvent('paste', options);
  // Firefox 153 gives an event that a script makes an empty clipboard of its own.
  if (event.clipboardData?.files.length !== files.length) {
    Object.defineProperty(event, 'clipboardData', { value: clipboardData });
  }
  return target.dispatchEvent(event);
}

const names = (uploads: readonly { name: string }[]): string[] => uploads.map(({ name }) => name);

describe('the picker', () => {
  afterEach(clear);

  it('gives what was chosen to the engine and shows a row for each', async () => {
    const { element, engine } = await place();
    pick(element, file('a.txt'), file('b.txt'));
    await element.updateComplete;
    equal(names(engine.uploads), ['a.txt', 'b.txt']);
    equal(
      parts(element, 'name').map(({ title }) => title),
      ['a.txt', 'b.txt'],
    );
  });

  it('keeps the path of a file that came with its folder', async () => {
    const { element, engine } = await place(html`<s3-upload directory></s3-upload>`);
    ok(picker(element).webkitdirectory, 'it picks folders');
    const one = file('a.txt');
    Object.defineProperty(one, 'webkitRelativePath', { value: 'holiday/a.txt' });
    const files = [one] as unknown as FileList;
    Object.defineProperty(picker(element), 'files', { value: files });
    picker(element).dispatchEvent(new Event('change'));
    equal(engine.uploads[0]?.path, 'holiday/a.txt');
  });

  it('leaves out what systems put into folders', async () => {
    const { element, engine } = await place(html`<s3-upload directory></s3-upload>`);
    const files = ['.DS_Store', 'a.txt', 'Thumbs.db'].map((name) => {
      const one = file(name);
      Object.defineProperty(one, 'webkitRelativePath', { value: `holiday/${name}` });
      return one;
    });
    Object.defineProperty(picker(element), 'files', { value: files });
    picker(element).dispatchEvent(new Event('change'));
    equal(names(engine.uploads), ['a.txt']);
  });

  it('opens once for a click on the button, on the zone around it, and on the label', async () => {
    const { element } = await place(html`<s3-upload label="Files"></s3-upload>`);
    const opened = countOpenings(element);
    button(element, 'browse').click();
    equal(opened.count, 1);
    part(element, 'zone').click();
    equal(opened.count, 2);
    part(element, 'label').click();
    equal(opened.count, 3);
  });

  it('opens for a click on a label elsewhere on the page', async () => {
    const { element, holder } = await place(
      html`<label for="files">Files</label><s3-upload id="files"></s3-upload>`,
    );
    const opened = countOpenings(element);
    holder.querySelector('label')?.click();
    equal(opened.count, 1);
  });

  it('does not open for a click on the empty space of a control that a page has stretched', async () => {
    const { element } = await place(html`<s3-upload></s3-upload>`);
    Object.assign(element.style, { position: 'fixed', inset: '0', zIndex: '1' });
    const opened = countOpenings(element);
    const click = (x: number, y: number): unknown =>
      element.dispatchEvent(
        new MouseEvent('click', { detail: 1, clientX: x, clientY: y, bubbles: true }),
      );
    click(innerWidth / 2, innerHeight - 5);
    equal(opened.count, 0);
    // A label passes its click on, with the place where it is itself.
    element.style.inset = '50px 0 0';
    click(5, 5);
    equal(opened.count, 1);
    element.click();
    equal(opened.count, 2);
  });

  it('opens once for a double click, wherever it is', async () => {
    const { element } = await place(html`<s3-upload label="Files"></s3-upload>`);
    const opened = countOpenings(element);
    for (const target of [button(element, 'browse'), part(element, 'zone'), element]) {
      opened.count = 0;
      for (const detail of [1, 2]) {
        const options = { detail, clientX: -1, clientY: -1, bubbles: true, composed: true };
        target.dispatchEvent(new MouseEvent('click', options));
      }
      equal(opened.count, 1, target.localName);
    }
  });

  it('does not open for a click beside the zone', async () => {
    const { element, engine } = await place();
    engine.show({ name: 'a.txt' });
    await element.updateComplete;
    const opened = countOpenings(element);
    part(element, 'row').click();
    part(element, 'name').click();
    equal(opened.count, 0);
  });

  it('forgets the last choice before it opens, so that the same file can be chosen again', async () => {
    const { element, engine } = await place();
    countOpenings(element);
    pick(element, file('a.txt'));
    equal(picker(element).files?.length, 1);
    button(element, 'browse').click();
    equal(picker(element).files?.length, 0);
    equal(engine.calls.length, 1, 'an empty choice is no batch');
  });

  it('stays shut while the control is disabled, itself or by its fieldset', async () => {
    const { element, holder } = await place(html`<fieldset><s3-upload></s3-upload></fieldset>`);
    const opened = countOpenings(element);
    const fieldset = holder.querySelector('fieldset');
    ok(fieldset, 'there is a fieldset');
    fieldset.disabled = true;
    await element.updateComplete;
    part(element, 'zone').click();
    equal(opened.count, 0);
    equal(button(element, 'browse').disabled, true);
    equal(element.hasAttribute('disabled'), false, 'the attribute is the author’s');
    fieldset.disabled = false;
    await element.updateComplete;
    part(element, 'zone').click();
    equal(opened.count, 1);
  });

  it('says why showPicker() cannot open it', async () => {
    const { element } = await place(html`<s3-upload disabled></s3-upload>`);
    const attempt = (): string => {
      try {
        element.showPicker();
      } catch (error) {
        return (error as DOMException).name;
      }
      return 'opened';
    };
    equal(attempt(), 'InvalidStateError');
    element.disabled = false;
    await element.updateComplete;
    equal(attempt(), 'NotAllowedError', 'without a gesture of the user');
  });

  it('passes on what the author allows', async () => {
    const { element } = await place(
      html`<s3-upload accept="image/*,.pdf" capture="environment"></s3-upload>`,
    );
    const { accept, multiple } = picker(element);
    equal([accept, multiple], ['image/*,.pdf', false]);
    equal(picker(element).getAttribute('capture'), 'environment');
  });

  it('tells the page nothing of its own input and change', async () => {
    const { element } = await place();
    let heard = 0;
    for (const type of ['input', 'change']) element.addEventListener(type, () => (heard += 1));
    pick(element, file('a.txt'));
    equal(heard, 0);
  });
});

describe('pasting', () => {
  afterEach(clear);

  it('takes the files of the clipboard', async () => {
    const { element, engine } = await place();
    const wasLeft = paste(button(element, 'browse'), file('image.png', { type: 'image/png' }));
    await next(engine, 'upload-progress');
    equal(names(engine.uploads), ['image.png']);
    equal(wasLeft, false, 'nothing else happens with them');
  });

  it('is left alone in a text field of the page', async () => {
    const { element, engine, holder } = await place(
      html`<s3-upload><input slot="hint" /></s3-upload>`,
    );
    const field = holder.querySelector('input');
    ok(field, 'there is a field');
    equal(paste(field, file('image.png')), true);
    equal(engine.calls.length, 0);
    void element;
  });

  it('is left alone in editable text of the page, however deep', async () => {
    const { element, engine, holder } = await place(
      html`<s3-upload
        ><div slot="hint" contenteditable>
          <p><b>text</b></p>
        </div></s3-upload
      >`,
    );
    const bold = holder.querySelector('b');
    ok(bold, 'there is a text');
    equal(paste(bold, file('image.png')), true, 'the editor gets it');
    equal(engine.calls.length, 0);
    const island = document.createElement('i');
    island.contentEditable = 'false';
    bold.append(island);
    equal(paste(island, file('image.png')), false, 'but not what cannot be edited');
    await until(() => element.uploads.length === 1);
  });

  it('gives pictures without a name of their own different names', async () => {
    const { element } = await place();
    const browse = button(element, 'browse');
    const picture = (): File => file('image.png', { type: 'image/png' });
    paste(browse, picture(), picture());
    await until(() => element.uploads.length === 2);
    paste(browse, picture(), file('photo.png'), file('image.jpeg'));
    await until(() => element.uploads.length === 5);
    equal(names(element.uploads), [
      'image.png',
      'image-2.png',
      'image-3.png',
      'photo.png',
      'image.jpeg',
    ]);
    equal(element.uploads[2]?.type, 'image/png');
  });

  it('is off where the author says so', async () => {
    const { element, engine } = await place(html`<s3-upload no-paste></s3-upload>`);
    paste(button(element, 'browse'), file('image.png'));
    equal(engine.calls.length, 0);
  });
});

describe('a control for one file', () => {
  afterEach(clear);

  it('puts a new file in the place of the one before', async () => {
    const { element, engine } = await place(html`<s3-upload></s3-upload>`);
    pick(element, file('a.txt'));
    pick(element, file('b.txt'));
    await element.updateComplete;
    equal(names(engine.uploads), ['b.txt']);
  });

  it('keeps the one before when the new one is refused', async () => {
    const { element, engine } = await place(html`<s3-upload></s3-upload>`);
    pick(element, file('a.txt'));
    engine.refuses.set('b.txt', new UploadError('too_large', '', { limit: 10_000_000 }));
    pick(element, file('b.txt'));
    equal(names(engine.uploads), ['a.txt']);
  });

  it('takes none of several, and says that it takes one', async () => {
    const { element, engine } = await place(html`<s3-upload></s3-upload>`);
    const rejected = next<UploadRejectedEvent>(element, 'upload-rejected');
    pick(element, file('a.txt'), file('b.txt'));
    equal((await rejected).rejected.length, 2);
    equal(engine.uploads.length, 0);
    await element.updateComplete;
    match(text(part(element, 'error')), /a\.txt: Only one file can be uploaded here/);
  });
});

describe('a control that has as many files as it may have', () => {
  afterEach(clear);

  const full = async (): Promise<Awaited<ReturnType<typeof place>>> => {
    const placed = await place(html`<s3-upload multiple max-files="2"></s3-upload>`);
    placed.engine.show({ id: 'a', status: 'done' }, { id: 'b', status: 'uploading' });
    await placed.element.updateComplete;
    return placed;
  };

  it('says so, and no longer invites', async () => {
    const { element, engine } = await full();
    const line = 'No more than 2 files can be uploaded here.';
    match(text(part(element, 'zone')), new RegExp(line));
    ok(!/Drop/.test(text(part(element, 'zone'))), text(part(element, 'zone')));
    const browse = part(element, 'button');
    equal(browse.ariaDisabled, 'true');
    ok(!browse.matches(':disabled'), 'the focus may be on it');
    engine.become('b', { status: 'failed', error: new UploadError('failed' as never, '') });
    await element.updateComplete;
    // A failed file takes no room.
    match(text(part(element, 'zone')), /Drop more files/);
    equal(browse.ariaDisabled, null);
    ok(browse.isConnected, 'it is the same button, so that the focus stays');
  });

  it('does not open the picker, and refuses a drop before it happens', async () => {
    const { element, engine } = await full();
    const opened = countOpenings(element);
    part(element, 'zone').click();
    part(element, 'button').click();
    equal(opened.count, 0);
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(file('c.txt'));
    const options = { dataTransfer, bubbles: true, composed: true, cancelable: true };
    element.dispatchEvent(new DragEvent('dragenter', options));
    const over = new DragEvent('dragover', options);
    element.dispatchEvent(over);
    equal([over.defaultPrevented, over.dataTransfer?.dropEffect], [true, 'none']);
    await element.updateComplete;
    ok(element.matches(':state(drag-reject)'), 'it says no');
    element.dispatchEvent(new DragEvent('dragleave', options));
    engine.show({ id: 'a', status: 'done' });
    await element.updateComplete;
    part(element, 'zone').click();
    equal(opened.count, 1, 'until there is room');
  });

  it('counts uploads that were finished earlier', async () => {
    const { element } = await place(html`<s3-upload multiple max-files="1"></s3-upload>`);
    element.value = ['0190b8d2-7c3a-7000-8000-000000000061'];
    await element.updateComplete;
    match(text(part(element, 'zone')), /Only one file can be uploaded here/);
  });
});

describe('what is refused', () => {
  afterEach(clear);

  it('is told in one event a batch, and names file, rule and what to do', async () => {
    const { element, engine } = await place();
    for (const name of ['a.mov', 'b.mov']) {
      engine.refuses.set(name, new UploadError('too_large', '', { limit: 10_000_000 }));
    }
    const events: UploadRejectedEvent[] = [];
    element.addEventListener('upload-rejected', (event) => events.push(event));
    pick(element, file('a.mov'), file('b.mov'), file('c.txt'));
    await element.updateComplete;
    equal(
      events.map(({ rejected }) => rejected.map((one) => one.file.name)),
      [['a.mov', 'b.mov']],
    );
    equal(
      parts(element, 'error').map((line) => text(line)),
      [
        'a.mov: It is larger than 10 MB. Choose a smaller file.',
        'b.mov: It is larger than 10 MB. Choose a smaller file.',
      ],
    );
    equal(names(engine.uploads), ['c.txt']);
  });

  it('never buries the list: three are named, the rest is counted', async () => {
    const { element, engine } = await place();
    const many = Array.from({ length: 12 }, (_, index) => file(`${index}.mov`));
    for (const { name } of many) engine.refuses.set(name, new UploadError('duplicate', ''));
    pick(element, ...many);
    await element.updateComplete;
    const lines = parts(element, 'error').map((line) => text(line));
    equal(lines.length, 4);
    equal(lines.at(-1), 'and 9 more');
  });

  it('goes with the next batch, or when it is dismissed', async () => {
    const { element, engine } = await place();
    engine.refuses.set('a.mov', new UploadError('duplicate', ''));
    pick(element, file('a.mov'));
    await element.updateComplete;
    pick(element, file('b.mov'));
    await element.updateComplete;
    equal(parts(element, 'error').length, 0);
    pick(element, file('a.mov'));
    await element.updateComplete;
    button(element, 'Dismiss').click();
    await element.updateComplete;
    equal(parts(element, 'error').length, 0);
  });

  it('speaks a validator’s own words', async () => {
    const { element, engine } = await place();
    engine.refuses.set('a.txt', new UploadError('rejected', 'Keine Texte, bitte.'));
    pick(element, file('a.txt'));
    await element.updateComplete;
    equal(text(part(element, 'error')), 'a.txt: Keine Texte, bitte.');
  });

  it('is a whole batch, where the page cancels upload-add', async () => {
    const { element, engine } = await place();
    let asked: readonly File[] = [];
    element.addEventListener('upload-add', (event: UploadAddEvent) => {
      asked = event.files;
      event.preventDefault();
    });
    pick(element, file('a.txt'));
    equal(names(asked), ['a.txt']);
    equal(engine.uploads.length, 0);
  });
});
