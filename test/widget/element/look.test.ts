/** What the element looks like where an author would not have looked: on dark pages, in long lists. */
import type { S3UploadElement, UploadSnapshot } from '../../../widget/index.ts';
import '../../../widget/pieces/index.ts';
import { equal, match, ok } from './assert.ts';
import { UploadError, type FakeUploader } from './fake-uploader.ts';
import { clear, file, html, idOf, part, parts, place, text, until } from './page.ts';

/** Colours of pages whose authors have not heard of `color-scheme`. */
const PAGES = {
  white: ['#000', '#fff'],
  black: ['#fff', '#000'],
  cream: ['#3b2f1e', '#fdf6e3'],
  navy: ['#fff', '#001f3f'],
} as const;

const STATES: Partial<UploadSnapshot>[] = [
  { name: 'a.mov', bytes: 6e9, status: 'uploading', loaded: 2e9, bytesPerSecond: 3e7 },
  { name: 'b.mov', status: 'queued' },
  { name: 'c.mov', status: 'waiting', waitingFor: 'online', loaded: 5e5 },
  { name: 'd.mov', status: 'paused', loaded: 5e5 },
  { name: 'e.mov', status: 'failed', error: new UploadError('expired', '', { retryable: true }) },
  { name: 'f.mov', status: 'done' },
];

type Pixel = [red: number, green: number, blue: number];

const canvas = document.createElement('canvas');
canvas.width = canvas.height = 1;
const context = canvas.getContext('2d', { willReadFrequently: true });

/** What comes of the colours when each is painted over the one before. */
function painted(colours: readonly string[], opacity = 1): Pixel {
  if (!context) throw new Error('no canvas');
  context.globalAlpha = 1;
  for (const [index, colour] of colours.entries()) {
    if (index === colours.length - 1) context.globalAlpha = opacity;
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
  }
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}

/** https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(one: Pixel, other: Pixel): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(pixel: Pixel): number {
  const [red = 0, green = 0, blue = 0] = pixel.map((byte) => {
    const channel = byte / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function middleOf(node: Element): number {
  const { top, bottom } = node.getBoundingClientRect();
  return Math.round((top + bottom) / 2);
}

/** Everything between the page and the node, the page first, also through shadow roots. */
function around(node: Element): Element[] {
  const found: Element[] = [];
  for (let one: Element | null = node; one;) {
    found.unshift(one);
    const root: Node = one.getRootNode();
    one = one.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
  }
  return found;
}

/** Texts and icons that can be seen, each with its contrast against what is behind it. */
function contrasts(
  element: S3UploadElement,
): { readonly what: string; readonly ratio: number; readonly isEnough: boolean }[] {
  const seen = [...(element.shadowRoot?.querySelectorAll<HTMLElement>('*') ?? [])].filter(
    (node) =>
      node.getClientRects().length > 0 &&
      !node.closest('.sr') &&
      (node.localName === 'path' ||
        [...node.childNodes].some(
          ({ nodeType, textContent }) => nodeType === 3 && textContent?.trim(),
        )),
  );
  return seen.map((node) => {
    const behind = around(node).map((one) => getComputedStyle(one).backgroundColor);
    const style = getComputedStyle(node);
    const colour = node.localName === 'path' ? style.stroke : style.color;
    const what = `${node.closest('[part]')?.getAttribute('part')} “${node.textContent?.trim()}”`;
    const ratio = contrast(painted(behind), painted([...behind, colour]));
    // Icons need less: https://www.w3.org/WAI/WCAG22/Understanding/non-text-contrast
    return { what, ratio, isEnough: ratio >= (node.localName === 'path' ? 3 : 4.5) };
  });
}

async function filled(
  template = html`<s3-upload multiple label="Files" hint="Any" accept="video/*"></s3-upload>`,
): Promise<{ element: S3UploadElement; engine: FakeUploader }> {
  const { element, engine } = await place(template);
  engine.show(...STATES);
  engine.refuses.set('x', new UploadError('duplicate', ''));
  element.add([file('x')]);
  engine.left = [
    { id: idOf('b'), name: 'b.mov', bytes: 6e9, lastModified: 0, expiresAt: '2999-01-01' },
  ];
  element.uploader = engine;
  await element.updateComplete;
  return { element, engine };
}

describe('on pages without color-scheme', () => {
  afterEach(() => {
    clear();
    document.body.removeAttribute('style');
  });

  for (const [name, [color, background]] of Object.entries(PAGES)) {
    it(`every text has a contrast of 4.5 to 1, and every icon of 3 to 1, on ${name}`, async () => {
      document.body.style.cssText = `color: ${color}; background: ${background}`;
      const { element } = await filled();
      element.setCustomValidity('No.');
      element.reportValidity();
      await element.updateComplete;
      const all = contrasts(element);
      ok(all.length > 40, `${all.length} texts and icons`);
      ok(
        all.some(({ what }) => what.includes('No.')) &&
          all.some(({ what }) => what.includes('Offline')),
        'errors and warnings are among them',
      );
      equal(
        all.filter(({ isEnough }) => !isEnough),
        [],
      );
    });
  }

  it('the button on its own is as easy to read there', async () => {
    for (const [color, background] of Object.values(PAGES)) {
      document.body.style.cssText = `color: ${color}; background: ${background}`;
      const { holder } = await place(
        html`<s3-upload></s3-upload><s3-upload-button></s3-upload-button>`,
      );
      const alone = holder.querySelector('s3-upload-button');
      await alone?.updateComplete;
      const colour = getComputedStyle(part(alone as Element, 'button')).color;
      const ratio = contrast(painted([background]), painted([background, colour]));
      ok(ratio >= 4.5, `${ratio} on ${background}`);
    }
  });

  it('a color that the page sets is taken as it is', async () => {
    const { element } = await filled();
    element.style.setProperty('--s3-upload-danger', 'rgb(1, 2, 3)');
    equal(getComputedStyle(part(element, 'error')).color, 'rgb(1, 2, 3)');
  });
});

/** How much taller the page is than with the element's box alone: what hangs out of it. */
function overhang(element: Element): number {
  const { documentElement } = document;
  const bottom = element.getBoundingClientRect().bottom + scrollY;
  return documentElement.scrollHeight - Math.max(bottom, documentElement.clientHeight);
}

const rows = (count: number): Partial<UploadSnapshot>[] =>
  Array.from({ length: count }, (_, index) => ({ id: `${index}`, name: `file ${index}.bin` }));

describe('a long list', () => {
  afterEach(clear);

  for (const count of [300, 1500]) {
    it(`of ${count} rows makes the page no taller than the element, wherever it is scrolled to`, async () => {
      const { element, engine } = await place();
      document.body.style.margin = '0';
      engine.show(...rows(count));
      await element.updateComplete;
      const list = part(element, 'list');
      for (const top of [0, 5000, list.scrollHeight]) {
        list.scrollTop = top;
        engine.tell();
        await element.updateComplete;
        ok(overhang(element) <= 1, `${overhang(element)} pixels below, scrolled to ${top}`);
      }
      document.body.removeAttribute('style');
    });
  }

  it('in a box of the page that scrolls makes neither the page nor the box taller', async () => {
    const { element, engine, holder } = await place(
      html`<div id="box" style="overflow: auto; block-size: 300px">
        <s3-upload multiple></s3-upload>
      </div>`,
    );
    engine.show(...rows(150));
    await element.updateComplete;
    const box = holder.querySelector('#box');
    ok(box, 'the box is there');
    ok(element.offsetHeight > 3000, 'all rows are drawn, one under the other');
    ok(overhang(holder) <= 1, `${overhang(holder)} pixels below the box`);
    equal(box.scrollHeight, element.offsetHeight, 'the box scrolls to the end of the element');
    for (const top of [1000, box.scrollHeight]) {
      box.scrollTop = top;
      ok(overhang(holder) <= 1, `${overhang(holder)} pixels below the box, scrolled to ${top}`);
    }
  });

  it('fits into a box that is as tall as it is', async () => {
    const { element, engine, holder } = await place(
      html`<div id="box" style="overflow: auto"><s3-upload multiple></s3-upload></div>`,
    );
    engine.show(...rows(3));
    await element.updateComplete;
    const box = holder.querySelector('#box');
    equal(box?.scrollHeight, box?.clientHeight);
  });

  it('positions what is in it by a box that scrolls along', async () => {
    const { element, engine } = await filled();
    engine.show(...rows(300));
    await element.updateComplete;
    const scroller = parts(element, 'list').at(-1);
    ok(scroller, 'there is a list');
    ok(scroller.classList.contains('long'), 'it scrolls');
    const positioned = [...scroller.querySelectorAll<HTMLElement>('*')].filter(
      (node) => getComputedStyle(node).position === 'absolute',
    );
    ok(positioned.length >= 80, 'the names that screen readers get are positioned');
    const strays = positioned.filter(
      ({ offsetParent }) => offsetParent === null || !scroller.contains(offsetParent),
    );
    equal(strays.length, 0);
  });
});

describe('rows and totals', () => {
  afterEach(clear);

  it('no line begins or ends with a separator', async () => {
    const { element } = await filled();
    for (let width = 200; width < 700; width += 20) {
      element.style.inlineSize = `${width}px`;
      const total = part(element, 'total');
      const { left, right } = element.getBoundingClientRect();
      for (const dot of total.querySelectorAll<HTMLElement>('.dot')) {
        const { left: start, right: end, top } = dot.getBoundingClientRect();
        const figure = dot.nextElementSibling?.getBoundingClientRect();
        if (!figure?.width) continue;
        equal(Math.abs(figure.top - top) < 4, true, `at ${width}: with its figure`);
        const before = dot.parentElement?.previousElementSibling as HTMLElement;
        // On narrow elements the rate is not shown.
        const shown = before.offsetWidth > 0 ? before : (before.previousElementSibling ?? before);
        const isFirst = shown.getBoundingClientRect().top < figure.top - 10;
        if (isFirst) ok(end <= left + 1, `at ${width}: cut off at the start of a line`);
        else ok(start >= left && end < right, `at ${width}: between two figures`);
      }
      equal(getComputedStyle(total.parentElement ?? total).overflowX, 'clip');
    }
  });

  it('what was not started has neither an empty bar nor a button that pauses', async () => {
    const { element, engine } = await place(html`<s3-upload multiple no-auto></s3-upload>`);
    engine.show({ id: 'a', name: 'a' }, { id: 'b', name: 'b' });
    await element.updateComplete;
    const row = part(element, 'row');
    equal(row.querySelectorAll('[part=bar]').length, 0);
    equal(
      [...row.querySelectorAll('button')].map(({ ariaLabel }) => ariaLabel),
      ['Cancel a'],
    );
    engine.become('a', { status: 'uploading' });
    await element.updateComplete;
    equal(row.querySelectorAll('[part=bar]').length, 1);
  });

  it('the total has the color of what waits while everything is offline', async () => {
    const { element, engine } = await place();
    const waiting = { status: 'waiting', waitingFor: 'online', bytes: 100, loaded: 50 } as const;
    engine.show({ id: 'a', ...waiting }, { id: 'b', ...waiting });
    await element.updateComplete;
    const colours = (): string[] =>
      parts(element, 'fill').map((fill) => getComputedStyle(fill).backgroundColor);
    const [total, ...others] = colours();
    equal(others, [total, total]);
    engine.become('a', { status: 'uploading', waitingFor: undefined });
    await element.updateComplete;
    ok(colours()[0] !== total, 'and its own as soon as something moves');
  });

  it('interrupted uploads have a heading, also a single one, and stand apart from the rows', async () => {
    const { element, engine } = await place();
    engine.left = [
      { id: idOf('b'), name: 'b.mov', bytes: 6e9, lastModified: 0, expiresAt: '2999-01-01' },
    ];
    element.uploader = engine;
    engine.show({ id: 'a', name: 'a' });
    await until(() => parts(element, 'interrupted').length > 0);
    await element.updateComplete;
    match(text(part(element, 'interrupted')), /^Interrupted · 6 GB MOV b .mov/i);
    const offers = part(element, 'interrupted').getBoundingClientRect();
    const [, list] = parts(element, 'list');
    ok((list?.getBoundingClientRect().top ?? 0) - offers.bottom >= 16, 'there is a gap');
  });

  it('a ring of focus is drawn inside its button, where nothing cuts it off', async () => {
    const { element } = await filled();
    for (const one of element.shadowRoot?.querySelectorAll<HTMLElement>('.row .act') ?? []) {
      one.focus({ focusVisible: true } as FocusOptions);
      ok(Number.parseFloat(getComputedStyle(one).outlineOffset) <= -2, `${one.ariaLabel}`);
    }
  });

  it('icons, tiles and buttons grow with the text', async () => {
    const { element } = await filled();
    // The first one is for all, and a word.
    const cancel = part(element, 'list').querySelector('[part=cancel]');
    ok(cancel, 'a row can be cancelled');
    const sizes = (): number[] =>
      [part(element, 'thumb'), part(element, 'badge'), part(element, 'icon'), cancel].map(
        (node) => node.getBoundingClientRect().height,
      );
    const former = sizes();
    element.style.fontSize = '24px';
    equal(
      sizes().map((size, index) => Math.round((size / (former[index] ?? 1)) * 10) / 10),
      [1.5, 1.5, 1.5, 1.5],
    );
  });

  it('buttons of a row stand on one line with large text, words and icons', async () => {
    const { element } = await filled();
    element.style.fontSize = '32px';
    const row = part(element, 'retry').closest('.actions');
    const middles = [...(row?.querySelectorAll('.act') ?? [])].map(middleOf);
    equal(middles.length, 2);
    equal(new Set(middles).size, 1, `${middles}`);
  });

  it('a denser element has the same buttons in less room', async () => {
    const { element } = await filled();
    const heights = (): number[] =>
      ['row', 'cancel'].map((name) => part(element, name).getBoundingClientRect().height);
    const [row = 0, target] = heights();
    element.style.setProperty('--s3-upload-density', '0.5');
    const [dense = 0, same] = heights();
    ok(dense < row - 8, `${dense} of ${row}`);
    equal(same, target);
  });

  it('the frame of the zone is dashed only where something can be dropped', async () => {
    const { element } = await place();
    const style = (): string => getComputedStyle(part(element, 'zone')).borderTopStyle;
    equal(style(), 'dashed');
    element.noDrop = true;
    await element.updateComplete;
    equal(style(), 'solid');
  });
});

describe('in a page of a language that the element does not speak', () => {
  afterEach(() => {
    clear();
    for (const name of ['lang', 'dir']) document.documentElement.removeAttribute(name);
  });

  async function inHebrew(): Promise<S3UploadElement> {
    document.documentElement.lang = 'he';
    document.documentElement.dir = 'rtl';
    const { element } = await filled(
      html`<s3-upload
        multiple
        label="הקלטות"
        hint="כל קובץ"
        accept="video/*"
        required
      ></s3-upload>`,
    );
    return element;
  }

  /** Everything that has words of its own in Latin letters, except the names of files. */
  const english = (element: Element): HTMLElement[] =>
    [...(element.shadowRoot?.querySelectorAll<HTMLElement>('*') ?? [])].filter(
      (node) =>
        node.getClientRects().length > 0 &&
        !node.closest('bdi, .tile, .sr') &&
        [...node.childNodes].some(
          ({ nodeType, textContent }) => nodeType === 3 && /[a-z]/i.test(textContent ?? ''),
        ),
    );

  it('each of its texts says that it is English, and runs from left to right', async () => {
    const element = await inHebrew();
    const texts = english(element);
    ok(texts.length > 15, `${texts.length} texts`);
    const wrong = texts.filter(
      (node) =>
        node.closest('[lang]')?.getAttribute('lang') !== 'en' ||
        (getComputedStyle(node).direction !== 'ltr' && !node.closest('button')),
    );
    equal(
      wrong.map((node) => node.outerHTML),
      [],
    );
  });

  it('and the names of its buttons and bars, which are only heard', async () => {
    const element = await inHebrew();
    const named = [...(element.shadowRoot?.querySelectorAll('button[aria-label], .bar') ?? [])];
    ok(named.length > 6, `${named.length} names`);
    equal(
      named.filter((node) => node.getAttribute('lang') !== 'en').map((node) => node.outerHTML),
      [],
    );
  });

  it('what the page says stays the page’s: label, hint, and its own complaint', async () => {
    const element = await inHebrew();
    element.setCustomValidity('הקובץ אינו תקין');
    element.reportValidity();
    await element.updateComplete;
    const [complaint] = parts(element, 'error');
    equal(
      [part(element, 'label'), part(element, 'hint'), complaint?.querySelector('span')].map(
        (node) =>
          node?.closest('[lang]')?.getAttribute('lang') ??
          getComputedStyle(node as Element).direction,
      ),
      ['rtl', 'rtl', 'rtl'],
    );
  });

  it('its boxes are mirrored as the page is', async () => {
    const element = await inHebrew();
    const [thumb, cancel] = ['thumb', 'cancel'].map((name) =>
      part(element, name).getBoundingClientRect(),
    );
    ok((thumb?.left ?? 0) > (cancel?.left ?? 0), 'the tile is on the right');
    const status = part(element, 'status').getBoundingClientRect();
    const meta = part(element, 'meta').getBoundingClientRect();
    ok(Math.abs(status.right - meta.right) < 1, 'and the line begins there');
  });

  it('in English it says nothing of its language', async () => {
    const { element } = await filled();
    equal(element.shadowRoot?.querySelectorAll('[lang], [dir]:not(bdi)').length, 0);
  });
});

describe('a browser that translates the page', () => {
  afterEach(clear);

  it('leaves figures and names alone', async () => {
    const { element } = await filled();
    const figures = [...parts(element, 'meta'), part(element, 'total')].flatMap((line) =>
      [...line.querySelectorAll<HTMLElement>('*')].filter(
        (node) => node.childElementCount === 0 && /\d/.test(node.textContent ?? ''),
      ),
    );
    const translated = figures.filter((node) => node.translate && !node.closest('b'));
    ok(figures.length > 6, `${figures.length} figures`);
    equal(
      translated.map((node) => node.outerHTML),
      [],
    );
    equal(parts(element, 'name').filter((name) => name.translate).length, 0);
  });

  it('does not keep a row from saying what has become of it', async () => {
    const { element, engine } = await place();
    engine.show({ id: 'a', name: 'a', status: 'paused' }, { id: 'b', name: 'b' });
    await element.updateComplete;
    const row = part(element, 'row');
    const [status, total] = [
      row.querySelector('.status'),
      part(element, 'total').querySelector('b > span'),
    ];
    // As Chrome's does it: https://github.com/facebook/react/issues/11538
    for (const node of [status, total]) {
      const font = document.createElement('font');
      font.textContent = 'übersetzt';
      for (const child of node?.childNodes ?? []) if (child.nodeType === 3) child.replaceWith(font);
    }
    match(text(row), /übersetzt/);
    engine.become('a', { status: 'hashing' });
    engine.become('b', { status: 'done' });
    await element.updateComplete;
    equal(row.querySelector('.status')?.textContent, 'Preparing');
    equal(part(element, 'total').firstElementChild?.textContent, '1 of 2 uploaded');
  });
});
