/** Moved into another document: a frame stands for a popup and for picture-in-picture. */
import { registerLocale, S3UploadElement } from '../../../widget/index.ts';
import { equal, ok } from './assert.ts';
import { clear, file, html, part, parts, place, text, until } from './page.ts';

let frame: HTMLIFrameElement;

beforeEach(() => {
  frame = document.createElement('iframe');
  document.body.append(frame);
});
afterEach(() => {
  frame.remove();
  clear();
});

function frameDocument(): Document {
  ok(frame.contentDocument, 'the frame has a document');
  return frame.contentDocument;
}

/** A style that the element’s own sheet sets, as the window in which the node is computes it. */
function computed(node: Element): CSSStyleDeclaration {
  const view = node.ownerDocument.defaultView;
  ok(view, 'it is in a window');
  return view.getComputedStyle(node);
}

describe('in another document', () => {
  it('keeps its looks, with its rows, and when it comes back', async () => {
    const { element, engine, holder } = await place();
    engine.show({ id: 'a', status: 'uploading' });
    await element.updateComplete;
    const sheets = element.shadowRoot?.adoptedStyleSheets.length;
    ok(sheets !== undefined && sheets > 1, 'the rows have a sheet of their own');
    for (const body of [frameDocument().body, holder]) {
      body.append(element);
      equal(element.ownerDocument === body.ownerDocument, true);
      equal(computed(part(element, 'zone')).borderTopStyle, 'dashed');
      equal(computed(part(element, 'row')).display, 'grid');
      equal(element.shadowRoot?.adoptedStyleSheets.length, sheets);
    }
  });

  it('keeps the looks of rows that are loaded only there', async () => {
    const element = document.createElement('s3-upload');
    element.noResume = element.noAuto = element.multiple = true;
    element.endpoint = 'https://uploads.invalid/';
    document.body.append(element);
    await element.updateComplete;
    frameDocument().body.append(element);
    element.add([file('a.txt')]);
    await until(() => parts(element, 'row').length > 0);
    equal(computed(part(element, 'row')).display, 'grid');
    element.remove();
  });

  it('has its looks also where it was never anywhere else', async () => {
    const element = new S3UploadElement();
    element.noResume = true;
    frameDocument().body.append(element);
    await element.updateComplete;
    equal(computed(part(element, 'zone')).display, 'grid');
    element.remove();
  });

  it('is in no document that is shown, and comes back whole', async () => {
    const { element, holder } = await place();
    const template = document.createElement('template');
    template.content.append(element);
    holder.append(element);
    await element.updateComplete;
    equal(computed(part(element, 'zone')).display, 'grid');
  });

  it('knows what is dragged there, and no longer what is dragged on the first page', async () => {
    const { element } = await place();
    const other = frameDocument();
    other.body.append(element);
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(file('a.txt'));
    const options = { dataTransfer, bubbles: true, composed: true, cancelable: true };
    element.dispatchEvent(new DragEvent('dragenter', options));
    await element.updateComplete;
    ok(element.matches(':state(dragging)'), 'over the element');
    document.body.dispatchEvent(new DragEvent('dragenter', options));
    await element.updateComplete;
    ok(element.matches(':state(dragging)'), 'the first page is another');
    other.body.dispatchEvent(new DragEvent('dragenter', options));
    await element.updateComplete;
    ok(!element.matches(':state(dragging)'), 'beside it');
  });

  it('speaks the language of that document, also in a shadow root there', async () => {
    registerLocale('eo', { drop: 'Metu dosierojn ĉi tien aŭ {browse}', browse: 'serĉu' });
    const { element } = await place(html`<s3-upload multiple></s3-upload>`);
    const other = frameDocument();
    const host = other.createElement('div');
    other.body.append(host);
    host.attachShadow({ mode: 'open' }).append(element);
    other.documentElement.lang = 'eo';
    await until(() => text(part(element, 'zone')).startsWith('Metu'));
    other.documentElement.lang = 'en';
    await until(() => text(part(element, 'zone')).startsWith('Drop'));
  });

  it('goes on with its uploads', async () => {
    const { element, engine } = await place();
    engine.show({ id: 'a', status: 'uploading' });
    const { uploader } = element;
    frameDocument().body.append(element);
    await new Promise((resolve) => setTimeout(resolve));
    engine.become('a', { status: 'done' });
    await element.updateComplete;
    equal([element.uploader === uploader, engine.isClosed], [true, false]);
    equal(parts(element, 'row-done').length, 1);
  });
});
