/** The list is one stop of the Tab key, and the arrow keys move inside it. */
import type { UploadSnapshot } from '../../../widget/index.ts';
import { hasKeyboard, press } from '../devtools.ts';
import { where } from '../where.ts';
import { equal, ok } from './assert.ts';
import { button, clear, html, idOf, part, parts, place, until } from './page.ts';

type Placed = Awaited<ReturnType<typeof place>>;

const withKeys = where(hasKeyboard, 'the test runner presses no keys in WebKit');

async function showing(
  uploads: readonly Partial<UploadSnapshot>[],
  template?: Parameters<typeof place>[0],
): Promise<Placed> {
  const placed = await place(template);
  placed.engine.show(...uploads);
  await placed.element.updateComplete;
  return placed;
}

const running = (count: number): Partial<UploadSnapshot>[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `${index + 1}`,
    name: `${index + 1}.mov`,
    status: 'uploading',
  }));

/** What has the focus, in the element or in what the page has put into it. */
function focused(element: Element): string {
  const active = element.shadowRoot?.activeElement ?? document.activeElement;
  return active?.ariaLabel ?? active?.textContent?.trim() ?? '';
}

/** Presses a key where the focus is. Returns false if nobody has taken it. */
function key(element: Element, name: string, options: KeyboardEventInit = {}): boolean {
  const active = element.shadowRoot?.activeElement ?? document.activeElement;
  const given = { key: name, bubbles: true, composed: true, cancelable: true, ...options };
  return !active?.dispatchEvent(new KeyboardEvent('keydown', given));
}

function keys(element: Element, ...names: string[]): string[] {
  return names.map((name) => {
    const [last = '', control] = name.split('+').toReversed();
    key(element, last, { ctrlKey: control !== undefined });
    return focused(element);
  });
}

describe('a list of rows', () => {
  afterEach(clear);

  withKeys('is one stop of the Tab key, also if it has 300 rows', async () => {
    const { element, holder } = await showing(
      running(300),
      html`<s3-upload multiple></s3-upload><button>After</button>`,
    );
    element.focus();
    const stops: string[] = [];
    while (document.activeElement === element && stops.length < 10) {
      await press('Tab');
      stops.push(focused(element));
    }
    equal(stops, ['Pause all', 'Cancel all', 'Pause 1.mov', 'After']);
    ok(holder, '');
  });

  withKeys('is entered where the focus was when it was left', async () => {
    const { element } = await showing(running(5));
    button(element, 'Pause 1.mov').focus();
    await press('ArrowDown');
    await press('ArrowRight');
    equal(focused(element), 'Cancel 2.mov');
    await press('Shift+Tab');
    equal(focused(element), 'Cancel all');
    await press('Tab');
    equal(focused(element), 'Cancel 2.mov');
  });

  it('is moved in by the arrow keys, Home and End, as a grid', async () => {
    const { element } = await showing(running(30));
    button(element, 'Pause 1.mov').focus();
    equal(keys(element, 'ArrowDown', 'ArrowRight', 'ArrowDown', 'ArrowUp', 'ArrowLeft'), [
      'Pause 2.mov',
      'Cancel 2.mov',
      'Cancel 3.mov',
      'Cancel 2.mov',
      'Pause 2.mov',
    ]);
    equal(keys(element, 'End', 'Home', 'Control+End', 'PageUp', 'Control+Home', 'PageDown'), [
      'Cancel 2.mov',
      'Pause 2.mov',
      'Pause 30.mov',
      'Pause 20.mov',
      'Pause 1.mov',
      'Pause 11.mov',
    ]);
  });

  it('keeps the focus at its ends', async () => {
    const { element } = await showing(running(2));
    button(element, 'Pause 1.mov').focus();
    equal(keys(element, 'ArrowUp', 'ArrowLeft', 'PageDown', 'ArrowDown', 'End', 'ArrowRight'), [
      'Pause 1.mov',
      'Pause 1.mov',
      'Pause 2.mov',
      'Pause 2.mov',
      'Cancel 2.mov',
      'Cancel 2.mov',
    ]);
  });

  it('is moved in the other way round where text runs from right to left', async () => {
    const { element } = await showing(running(1), html`<s3-upload multiple dir="rtl"></s3-upload>`);
    button(element, 'Pause 1.mov').focus();
    equal(keys(element, 'ArrowLeft', 'ArrowRight'), ['Cancel 1.mov', 'Pause 1.mov']);
  });

  it('stays in the column of Cancel and Remove, also where a row has only that', async () => {
    const { element } = await showing([
      { name: 'a', status: 'uploading' },
      { name: 'b', status: 'done' },
      { name: 'c', status: 'uploading' },
    ]);
    button(element, 'Cancel a').focus();
    equal(keys(element, 'ArrowDown', 'ArrowDown'), ['Remove b', 'Cancel c']);
  });

  it('brings rows into the document as the focus comes to them', async () => {
    const { element } = await showing(running(300));
    button(element, 'Pause 1.mov').focus();
    equal(keys(element, 'Control+End'), ['Pause 300.mov']);
    ok(parts(element, 'row').length < 120, 'and not all of them');
    const { top, bottom } = part(element, 'list').getBoundingClientRect();
    const box = element.shadowRoot?.activeElement?.getBoundingClientRect();
    ok(box && box.top >= top && box.bottom <= bottom, 'the focus is in sight');
    equal(keys(element, 'ArrowUp', 'Control+Home'), ['Pause 299.mov', 'Pause 1.mov']);
    for (let row = 2; row <= 150; row += 1) {
      equal(keys(element, 'ArrowDown'), [`Pause ${row}.mov`]);
    }
  });

  it('has a stop for the Tab key after the row that had it is removed', async () => {
    const { element, engine } = await showing(running(3));
    const stops = () =>
      [...part(element, 'list').querySelectorAll('button')]
        .filter(({ tabIndex }) => tabIndex === 0)
        .map(({ ariaLabel }) => ariaLabel);
    button(element, 'Cancel 3.mov').focus();
    equal(stops(), ['Cancel 3.mov']);
    button(element, 'browse').focus();
    await engine.remove('3');
    await element.updateComplete;
    equal(stops(), ['Pause 1.mov']);
    button(element, 'Cancel 1.mov').focus();
    button(element, 'Cancel 1.mov').click();
    await element.updateComplete;
    equal([stops(), focused(element)], [['Cancel 2.mov'], 'Cancel 2.mov']);
  });

  it('leaves keys that it does not know, and those with Alt, to others', async () => {
    const { element } = await showing(running(3));
    button(element, 'Pause 2.mov').focus();
    equal(
      [
        key(element, 'a'),
        key(element, 'Enter'),
        key(element, 'ArrowDown', { altKey: true }),
        key(element, 'ArrowDown', { metaKey: true }),
        key(element, 'ArrowDown', { shiftKey: true }),
        key(element, 'ArrowDown'),
      ],
      [false, false, false, false, false, true],
    );
  });

  it('goes over what the page has put into a row, and moves the caret in its fields', async () => {
    const { element } = await showing(
      [{ id: 'a', name: 'a' }],
      html`<s3-upload multiple>
        <span slot="row-actions-a"><button>Share</button><input value="a" /></span>
      </s3-upload>`,
    );
    button(element, 'Cancel a').focus();
    const field = element.querySelector('input');
    equal(keys(element, 'ArrowLeft', 'ArrowLeft', 'Home'), ['Pause a', '', '']);
    equal(document.activeElement === field, true);
    element.querySelector('button')?.focus();
    equal(keys(element, 'ArrowRight', 'ArrowRight'), ['', '']);
    equal(document.activeElement === field, true, 'the caret moves');
  });

  it('of an earlier visit is one stop as well', async () => {
    const { element, engine } = await place();
    engine.left = ['a', 'b'].map((name) => ({
      id: idOf(name),
      name: `${name}.mov`,
      bytes: 6e9,
      lastModified: 0,
      expiresAt: '2999-01-01',
    }));
    element.uploader = engine;
    await until(() => parts(element, 'row-interrupted').length === 2);
    await element.updateComplete;
    const stops = [...part(element, 'interrupted').querySelectorAll('button')];
    equal(
      stops.filter(({ tabIndex }) => tabIndex === 0).map(({ ariaLabel }) => ariaLabel),
      ['Discard all', 'Choose again a.mov'],
    );
    button(element, 'Choose again a.mov').focus();
    equal(keys(element, 'ArrowDown', 'End'), ['Choose again b.mov', 'Discard b.mov']);
  });
});

describe('the summary', () => {
  afterEach(clear);

  const MIXED = [
    { id: 'a', name: 'a', status: 'uploading' },
    { id: 'b', name: 'b', status: 'paused' },
    { id: 'c', name: 'c', status: 'failed' },
    { id: 'd', name: 'd', status: 'done' },
    { id: 'e', name: 'e', status: 'cancelled' },
  ] as const;

  it('cancels all that is not finished, and leaves what has failed to be retried', async () => {
    const { element, engine } = await showing(MIXED);
    button(element, 'Cancel all').click();
    await element.updateComplete;
    equal(
      engine.uploads.map(({ id }) => id),
      ['c', 'd', 'e'],
    );
    ok(!parts(element, 'cancel').length, 'there is nothing left to cancel');
  });

  it('clears what is finished, and moves the focus to what is left', async () => {
    const { element, engine } = await showing(MIXED);
    const clearing = button(element, 'Clear finished');
    clearing.focus();
    clearing.click();
    await element.updateComplete;
    equal(
      engine.uploads.map(({ id }) => id),
      ['a', 'b', 'c'],
    );
    equal(focused(element), 'Pause all');
  });

  it('clears the last rows, and moves the focus to the button that chooses files', async () => {
    const { element } = await showing([{ status: 'done' }, { status: 'done' }]);
    const clearing = button(element, 'Clear finished');
    clearing.focus();
    clearing.click();
    await element.updateComplete;
    equal(focused(element), 'Drop files here or browse');
  });

  it('offers nothing of it for files that a form is going to send', async () => {
    const { element } = await showing(
      MIXED,
      html`<form><s3-upload multiple name="files"></s3-upload></form>`,
    );
    equal([parts(element, 'clear').length, parts(element, 'pause').length > 0], [0, true]);
  });
});
