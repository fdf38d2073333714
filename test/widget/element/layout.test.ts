/** Where things stand: nothing lies over anything else, is cut off, or is far from what it belongs to. */
import type { S3UploadElement, UploadSnapshot } from '../../../widget/index.ts';
import { equal, ok } from './assert.ts';
import type { FakeUploader } from './fake-uploader.ts';
import { button, clear, file, html, part, parts, place } from './page.ts';

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
