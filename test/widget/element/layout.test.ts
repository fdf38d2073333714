/** Where things stand: nothing lies over anything else, is cut off, or is far from what it belongs to. */
import type { S3UploadElement, UploadSnapshot } from '../../../widget/index.ts';
import { equal, ok } from './assert.ts';
import { UploadError, type FakeUploader } from './fake-uploader.ts';
import { button, clear, file, html, part, parts, place, until } from './page.ts';

const failed = (name: string, retryable = true): Partial<UploadSnapshot> => ({
  name,
  status: 'failed',
  error: new UploadError(retryable ? 'file_changed' : 'forbidden', '', { retryable }),
});

async function showing(
  template: ReturnType<typeof html>,
  ...uploads: Partial<UploadSnapshot>[]
): Promise<{ element: S3UploadElement; engine: FakeUploader }> {
  const { element, engine } = await place(template);
  engine.show(...uploads);
  await element.updateComplete;
  return { element, engine };
}

function boxOf(node: Element | null | undefined): DOMRect {
  if (!node) throw new Error('it is not there');
  return node.getBoundingClientRect();
}

function middleOf(node: Element): number {
  const { top, bottom } = boxOf(node);
  return (top + bottom) / 2;
}

describe('the slim zone with a button for folders', () => {
  afterEach(clear);

  const withFolders = (attributes = { maxFiles: 9 }) =>
    showing(
      html`<s3-upload
        multiple
        directory
        max-size="50GB"
        max-files=${attributes.maxFiles}
      ></s3-upload>`,
      { name: 'a.mov' },
    );

  it('has everything on one line where there is room', async () => {
    const { element } = await withFolders();
    element.style.inlineSize = '900px';
    const [browse, folder] = parts(element, 'button');
    const nodes = [part(element, 'icon'), browse, folder, part(element, 'limits')] as Element[];
    const [first = 0, ...others] = nodes.map(middleOf);
    for (const middle of others) ok(Math.abs(middle - first) < 3, `${first} and ${others}`);
    const starts = nodes.map((node) => boxOf(node).left);
    equal(
      starts,
      [...starts].sort((a, b) => a - b),
      'in their order',
    );
  });

  it('has one thing under the other beside its icon where there is not', async () => {
    const { element } = await withFolders();
    element.style.inlineSize = '300px';
    const [browse, folder] = parts(element, 'button');
    const sentence = boxOf(browse?.parentElement);
    ok(sentence.left - boxOf(part(element, 'icon')).right < 20, 'the sentence is beside the icon');
    for (const node of [folder, part(element, 'limits')]) {
      ok(Math.abs(boxOf(node).left - sentence.left) < 4, `${node?.textContent} begins below it`);
    }
  });

  it('offers no folder once it is full, or while it says what a drop would do', async () => {
    const { element, engine } = await withFolders({ maxFiles: 1 });
    const folder = button(element, 'Choose a folder');
    equal(folder.ariaDisabled, 'true');
    ok(folder.matches('.sr'), 'it is not seen');
    engine.show();
    await element.updateComplete;
    equal(folder.ariaDisabled, null);
    ok(!folder.matches('.sr'), 'it is back');
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(file('a'));
    const options = { dataTransfer, bubbles: true, composed: true };
    part(element, 'zone').dispatchEvent(new DragEvent('dragenter', options));
    await element.updateComplete;
    ok(folder.matches('.sr'), 'it makes room');
  });
});

describe('the button of a zone that shows something else', () => {
  afterEach(clear);

  const isSeen = (element: Element): boolean =>
    !!element.shadowRoot?.getElementById('browse')?.checkVisibility() &&
    getComputedStyle(hiderOf(element)).position !== 'absolute';
  const hiderOf = (element: Element): Element =>
    part(element, 'button').closest('.sr') ?? part(element, 'button');

  for (const [what, template] of [
    [
      'the page’s own content',
      html`<s3-upload multiple><p slot="dropzone">My own zone</p></s3-upload>`,
    ],
    ['that it is full', html`<s3-upload multiple max-files="1"></s3-upload>`],
  ] as const) {
    it(`is not seen beside ${what} after a click, and is by those who reach it with a key`, async () => {
      const { element } = await showing(template, { name: 'a' });
      part(element, 'zone').click();
      equal(element.shadowRoot?.activeElement?.id, 'browse', 'a paste finds the element');
      ok(!isSeen(element), 'after a click');
      part(element, 'button').blur();
      element.focus({ focusVisible: true } as FocusOptions);
      ok(isSeen(element), 'after a key');
    });
  }
});

describe('files over a list that is longer than the window', () => {
  afterEach(() => {
    clear();
    scrollTo(0, 0);
  });

  it('are told what a drop would do, wherever they are held', async () => {
    const { element } = await showing(
      html`<s3-upload multiple accept="image/*"></s3-upload>`,
      ...Array.from({ length: 150 }, (_, index) => ({ name: `${index}.jpg` })),
    );
    const last = parts(element, 'row').at(-1);
    last?.scrollIntoView();
    const zone = part(element, 'zone');
    ok(boxOf(zone).bottom < 0, 'the zone is out of sight');
    for (const type of ['image/jpeg', 'video/mp4']) {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(file('a', { type }));
      const options = { dataTransfer, bubbles: true, composed: true };
      last?.dispatchEvent(new DragEvent('dragenter', options));
      await element.updateComplete;
      const { left, top } = boxOf(zone);
      ok(top >= 0 && top < innerHeight, `${type}: the zone is in sight`);
      const { shadowRoot } = element;
      equal(zone.contains(shadowRoot?.elementFromPoint(left + 40, top + 10) ?? null), true, type);
    }
    document.body.dispatchEvent(new DragEvent('dragenter', { bubbles: true }));
  });
});

describe('a row', () => {
  afterEach(clear);

  it('whose only button removes it has that at the end, in a narrow box too', async () => {
    const { element } = await showing(
      html`<s3-upload multiple></s3-upload>`,
      failed('a.mov', false),
      failed('b.mov'),
    );
    for (const width of ['260px', '600px']) {
      element.style.inlineSize = width;
      const ends = parts(element, 'remove').map((node) => Math.round(boxOf(node).right));
      equal(ends, Array(2).fill(Math.round(boxOf(element).right)), width);
    }
  });

  it('has its buttons below its text where large letters leave no room beside it', async () => {
    const { element } = await showing(
      html`<s3-upload multiple></s3-upload>`,
      { name: 'interview.mov', status: 'waiting', waitingFor: 'line', loaded: 1 },
      { name: 'paused.mov', status: 'paused' },
      failed('take-04.mp4'),
    );
    element.style.fontSize = '32px';
    element.style.inlineSize = '304px';
    for (const row of parts(element, 'row')) {
      const [body, actions] = ['body', 'actions'].map((name) => row.querySelector(`.${name}`));
      ok(boxOf(actions).top >= boxOf(body).bottom - 1, `${row.textContent}`);
      const stem = row.querySelector<HTMLElement>('.stem');
      ok((stem?.offsetWidth ?? 0) > 30, 'and the name is not only its end');
    }
  });

  it('cuts a folder before it cuts a short name', async () => {
    const path = 'Holiday 2026/Lake Geneva/Evening at the harbour/IMG_1.jpg';
    const { element } = await showing(html`<s3-upload multiple></s3-upload>`, {
      name: 'IMG_1.jpg',
      path,
    });
    element.style.inlineSize = '420px';
    const [folder, stem] = ['.folder', '.stem'].map((name) =>
      part(element, 'name').querySelector<HTMLElement>(name),
    );
    ok(folder && stem && folder.scrollWidth > folder.clientWidth, 'the folder is cut');
    const letters = document.createRange();
    letters.selectNodeContents(stem);
    const lacking = letters.getBoundingClientRect().width - boxOf(stem).width;
    ok(lacking < 0.05, `${lacking} pixels of the name are cut`);
  });

  it('wraps its text on a page that asks for one line, as cells of tables do', async () => {
    const { element } = await showing(
      html`<s3-upload multiple hint="What can be uploaded, and how long it is kept."></s3-upload>`,
      { name: 'interview.mov', status: 'waiting', waitingFor: 'line', loaded: 1 },
      failed('b.mov'),
    );
    element.style.inlineSize = '260px';
    const { parentElement } = element;
    if (parentElement) parentElement.style.whiteSpace = 'nowrap';
    ok(element.scrollWidth <= element.clientWidth, `${element.scrollWidth} pixels`);
  });
});

describe('refused files', () => {
  afterEach(clear);

  it('are beside the button that hides them, and not below it, in large letters', async () => {
    const { element, engine } = await place();
    element.style.fontSize = '32px';
    element.style.inlineSize = '700px';
    engine.refuses.set('a.mov', new UploadError('too_large', '', { limit: 1e7 }));
    element.add([file('a.mov')]);
    await until(() => parts(element, 'dismiss').length > 0);
    const [line, dismiss] = [part(element, 'error'), part(element, 'dismiss')].map(boxOf);
    ok((line?.right ?? 0) <= (dismiss?.left ?? 0), `${line?.right}, ${dismiss?.left}`);
  });
});

describe('on a page from right to left', () => {
  afterEach(() => {
    clear();
    for (const name of ['lang', 'dir']) document.documentElement.removeAttribute(name);
  });

  it('the line about all files is whole in a language that the element does not speak', async () => {
    document.documentElement.lang = 'he';
    document.documentElement.dir = 'rtl';
    const { element } = await showing(
      html`<s3-upload multiple></s3-upload>`,
      { name: 'a.mov', status: 'done' },
      { name: 'b.mov' },
    );
    const letters = document.createRange();
    letters.selectNodeContents(part(element, 'total').querySelector('b') as Element);
    const { right, width } = letters.getBoundingClientRect();
    ok(width > 50, 'it says how many files there are');
    const end = boxOf(element).right;
    ok(Math.abs(right - end) < 2, `it ends at ${right} of ${end}`);
  });
});
