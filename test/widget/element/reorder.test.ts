/** The order of the rows, which the user can change where the page allows it. */
import type { S3UploadElement } from '../../../widget/index.ts';
import { Arrangement } from '../../../widget/view/rows/reorder/arrangement.ts';
import { equal, ok } from './assert.ts';
import type { FakeUploader } from './fake-uploader.ts';
import { button, clear, file, html, idOf, parts, place, until } from './page.ts';

const NAMES = ['a.mov', 'b.mov', 'c.mov'] as const;

/** Three finished files, in the order of their letters. */
async function three(
  template = html`<s3-upload multiple reorder name="files"></s3-upload>`,
): Promise<{ element: S3UploadElement; engine: FakeUploader }> {
  const { element, engine } = await place(template);
  engine.show(...NAMES.map((name) => ({ id: idOf(name), name, status: 'done' as const })));
  await element.updateComplete;
  if (element.reorder && element.multiple) {
    await until(() => parts(element, 'raise').length === NAMES.length);
  }
  return { element, engine };
}

function shown(element: S3UploadElement): string[] {
  return parts(element, 'row').map(({ dataset }) => nameOf(dataset['id'] ?? ''));
}

function nameOf(id: string): string {
  return NAMES.find((name) => idOf(name) === id) ?? id;
}

async function press(element: S3UploadElement, name: string): Promise<void> {
  button(element, name).click();
  await element.updateComplete;
}

describe('reordering', () => {
  afterEach(clear);

  it('is not offered unless the page wants it, and not for a single file', async () => {
    for (const template of [
      html`<s3-upload multiple></s3-upload>`,
      html`<s3-upload reorder></s3-upload>`,
    ]) {
      const { element } = await three(template);
      equal(parts(element, 'raise').length + parts(element, 'lower').length, 0);
    }
  });

  it('leaves the names their room where there is little', async () => {
    const { element } = await three();
    element.style.width = '240px';
    const [body] = parts(element, 'body');
    ok(body && body.getBoundingClientRect().width > 150, 'the buttons are below the name');
  });

  it('moves a row by its buttons; uploads, form and input follow', async () => {
    const { element } = await three(
      html`<form><s3-upload multiple reorder name="files"></s3-upload></form>`,
    );
    const values: string[][] = [];
    element.addEventListener('input', () => values.push(element.value.map(nameOf)));
    await press(element, 'Move down a.mov');
    equal(shown(element), ['b.mov', 'a.mov', 'c.mov']);
    equal(
      element.uploads.map(({ name }) => name),
      ['b.mov', 'a.mov', 'c.mov'],
    );
    await press(element, 'Move up c.mov');
    equal(values, [
      ['b.mov', 'a.mov', 'c.mov'],
      ['b.mov', 'c.mov', 'a.mov'],
    ]);
    ok(element.form, 'it is in a form');
    equal(new FormData(element.form).getAll('files').map(String).map(nameOf), values[1]);
    await press(element, 'Move up b.mov');
    equal(shown(element), values[1], 'the first one stays the first');
  });

  it('keeps the focus on the button, and says where the row is now', async () => {
    const { element } = await three();
    const said: string[] = [];
    Object.assign(element, { ariaNotify: (text: string) => void said.push(text) });
    const raise = button(element, 'Move up c.mov');
    raise.focus();
    raise.click();
    await element.updateComplete;
    await until(() => element.shadowRoot?.activeElement === raise);
    await until(() => said.length > 0);
    equal(said, ['c.mov: Moved to 2 of 3']);
  });

  it('moves the row that has the focus by Alt and an arrow key, and nothing without Alt', async () => {
    const { element } = await three();
    const remove = button(element, 'Remove a.mov');
    remove.focus();
    const key = (name: string, altKey: boolean): boolean =>
      remove.dispatchEvent(
        new KeyboardEvent('keydown', { key: name, altKey, bubbles: true, cancelable: true }),
      );
    key('ArrowDown', false);
    await element.updateComplete;
    equal(shown(element), [...NAMES]);
    remove.focus();
    equal(key('ArrowDown', true), false, 'the page does not scroll');
    await element.updateComplete;
    equal(shown(element), ['b.mov', 'a.mov', 'c.mov']);
    await until(() => element.shadowRoot?.activeElement === remove);
  });

  it('moves a row that is dragged by its picture to where it is dropped', async () => {
    const { element } = await three();
    const [first, second, third] = parts(element, 'row');
    const thumb = first?.querySelector('.thumb');
    ok(thumb && second && third, 'there are three rows');
    const at = (type: string, { top, height }: DOMRect, share: number): PointerEvent =>
      new PointerEvent(type, {
        bubbles: true,
        composed: true,
        cancelable: true,
        isPrimary: true,
        clientY: top + height * share,
      });
    const drag = async (share: number, { key = '' } = {}): Promise<void> => {
      thumb.dispatchEvent(at('pointerdown', thumb.getBoundingClientRect(), 0.5));
      document.dispatchEvent(at('pointermove', third.getBoundingClientRect(), share));
      if (key) document.dispatchEvent(new KeyboardEvent('keydown', { key }));
      document.dispatchEvent(at('pointerup', third.getBoundingClientRect(), share));
      await element.updateComplete;
    };
    await drag(0.2, { key: 'Escape' });
    equal(shown(element), [...NAMES], 'Escape ends it');
    await drag(0.2);
    equal(shown(element), ['b.mov', 'a.mov', 'c.mov']);
    await drag(0.8);
    equal(shown(element), ['b.mov', 'c.mov', 'a.mov']);
    equal(element.shadowRoot?.querySelectorAll('[data-drop], [data-dragged]').length, 0);
  });

  it('leaves files that are added later at the end, and the order to the page that sets a value', async () => {
    const { element, engine } = await three();
    await press(element, 'Move up c.mov');
    element.add([file('d.mov')]);
    await element.updateComplete;
    equal(
      element.uploads.map(({ name }) => name),
      ['a.mov', 'c.mov', 'b.mov', 'd.mov'],
    );
    engine.show();
    element.value = NAMES.map(idOf);
    equal(element.value, NAMES.map(idOf));
  });

  it('does nothing while the control is disabled', async () => {
    const { element } = await three();
    element.disabled = true;
    await element.updateComplete;
    equal(button(element, 'Move down a.mov').disabled, true);
    button(element, 'Remove a.mov').dispatchEvent(
      new KeyboardEvent('keydown', { key: 'ArrowDown', altKey: true, bubbles: true }),
    );
    await element.updateComplete;
    equal(shown(element), [...NAMES]);
  });
});

describe('an arrangement', () => {
  const list = ['a', 'b', 'c', 'd'].map((id) => ({ id }));
  const idsOf = (arranged: readonly { readonly id: string }[]): string =>
    arranged.map(({ id }) => id).join('');

  for (const [id, to, expected] of [
    ['a', 2, 'bcad'],
    ['d', 0, 'dabc'],
    ['b', 1, 'abcd'],
    ['c', 99, 'abdc'],
    ['b', -1, 'bacd'],
    ['x', 0, 'abcd'],
  ] as const) {
    it(`with ${id} moved to ${to} is ${expected}`, () => {
      const arrangement = new Arrangement();
      arrangement.move(list, id, to);
      equal(idsOf(arrangement.arrange(list)), expected);
    });
  }

  it('keeps its order when members come and go', () => {
    const arrangement = new Arrangement();
    arrangement.move(list, 'd', 0);
    equal(idsOf(arrangement.arrange([{ id: 'e' }, ...list.slice(1)])), 'dbce');
  });
});
