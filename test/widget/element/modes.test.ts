/** What users set in their systems and browsers: direction, zoom, forced colours, less motion. */
import type { UploadSnapshot } from '../../../widget/index.ts';
import { devtools, hasDevtools } from '../devtools.ts';
import { where } from '../where.ts';
import { equal, ok } from './assert.ts';
import { UploadError } from './fake-uploader.ts';
import { clear, html, part, parts, place } from './page.ts';

const inChromium = where(hasDevtools, 'only the DevTools protocol can emulate it');

const UPLOADS: readonly Partial<UploadSnapshot>[] = [
  {
    name: 'interview with the harbour master, camera B.mov',
    bytes: 6e9,
    status: 'uploading',
    loaded: 26e8,
    sent: 3e9,
    bytesPerSecond: 3e7,
    secondsLeft: 110,
  },
  { name: 'drone.mp4', bytes: 2e9, status: 'paused', loaded: 1e9 },
  { name: 'take-04.mp4', status: 'failed', error: new UploadError('file_changed', '') },
  { name: 'poster.jpg', bytes: 4e6, status: 'done' },
];

async function showing(dir = 'ltr'): Promise<Awaited<ReturnType<typeof place>>> {
  const placed = await place(
    html`<s3-upload multiple label="Recordings" hint="WAV" max-size="5GB" dir=${dir}></s3-upload>`,
  );
  placed.engine.show(...UPLOADS);
  await placed.element.updateComplete;
  return placed;
}

async function emulate(name?: string, value = ''): Promise<void> {
  await devtools('Emulation.setEmulatedMedia', { features: name ? [{ name, value }] : [] });
}

function partNames(element: Element): string[] {
  const all = [...(element.shadowRoot?.querySelectorAll('[part]') ?? [])];
  return [...new Set(all.map((node) => node.part[0] ?? ''))];
}

describe('from right to left', () => {
  afterEach(clear);

  it('every part is where its mirror image would be', async () => {
    const boxes = async (dir: string): Promise<Record<string, number[]>> => {
      const { element } = await showing(dir);
      const host = element.getBoundingClientRect();
      const from = ({ left, right }: DOMRect): number =>
        Math.round(dir === 'ltr' ? left - host.left : host.right - right);
      return Object.fromEntries(
        partNames(element).map((name) => [
          name,
          parts(element, name)
            .filter((node) => node.checkVisibility())
            .map((node) => from(node.getBoundingClientRect())),
        ]),
      );
    };
    const [ltr, rtl] = [await boxes('ltr'), await boxes('rtl')];
    ok(Object.keys(ltr).length > 15, 'there are many parts');
    for (const [name, starts] of Object.entries(ltr)) {
      const apart = starts.map((start, index) => Math.abs(start - (rtl[name]?.[index] ?? NaN)));
      ok(
        apart.every((px) => px <= 2),
        `${name} begins at ${starts} and at ${rtl[name]}`,
      );
    }
  });
});

describe('at 400 % zoom', () => {
  afterEach(async () => {
    clear();
    if (hasDevtools) await devtools('Emulation.clearDeviceMetricsOverride');
  });

  inChromium('nothing scrolls sideways, is cut off, or lies on something else', async () => {
    // 1,280 px wide, of which 400 % leave a quarter: WCAG 1.4.10.
    const metrics = { width: 320, height: 256, deviceScaleFactor: 4, mobile: false };
    await devtools('Emulation.setDeviceMetricsOverride', metrics);
    const { element } = await showing();
    equal(innerWidth, 320, 'the zoom is there');
    const { scrollWidth, clientWidth } = document.documentElement;
    ok(scrollWidth <= clientWidth, `${scrollWidth} of ${clientWidth} px`);
    for (const { what, left, right } of textsIn(element)) {
      ok(left >= 0 && right <= clientWidth, `“${what}” reaches from ${left} to ${right}`);
    }
    const buttons = [...(element.shadowRoot?.querySelectorAll('button') ?? [])];
    const boxes = buttons.map((one) => ({ one, box: one.getBoundingClientRect() }));
    for (const [index, { one, box }] of boxes.entries()) {
      for (const other of boxes.slice(index + 1)) {
        const isApart =
          box.right <= other.box.left + 1 ||
          other.box.right <= box.left + 1 ||
          box.bottom <= other.box.top + 1 ||
          other.box.bottom <= box.top + 1;
        ok(isApart, `${one.ariaLabel} lies on ${other.one.ariaLabel}`);
      }
    }
  });
});

/** Where all text is, except what is only read aloud, names, which are cut, and dots at a line's start. */
function textsIn(element: Element): { what: string; left: number; right: number }[] {
  const root = element.shadowRoot ?? element;
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const texts: { what: string; left: number; right: number }[] = [];
  while (walker.nextNode()) {
    const { currentNode } = walker;
    const what = currentNode.textContent?.trim() ?? '';
    if (!what || what === '·' || currentNode.parentElement?.closest('.sr, .stem')) continue;
    const range = document.createRange();
    range.selectNodeContents(currentNode);
    for (const { left, right } of range.getClientRects()) texts.push({ what, left, right });
  }
  ok(texts.length > 10, 'there is text');
  return texts;
}

describe('with forced colours', () => {
  afterEach(async () => {
    clear();
    if (hasDevtools) await emulate();
  });

  inChromium('progress, the check mark and the edge of the zone can be seen', async () => {
    await emulate('forced-colors', 'active');
    const { element } = await showing();
    ok(matchMedia('(forced-colors: active)').matches, 'they are forced');
    const page = colour('Canvas');
    const styleOf = (name: string): CSSStyleDeclaration => getComputedStyle(part(element, name));
    equal(styleOf('fill').backgroundColor, colour('Highlight'));
    ok(styleOf('fill').backgroundColor !== page, 'the bar differs from the page');
    equal(styleOf('badge').backgroundColor, colour('Highlight'));
    for (const name of ['bar', 'zone']) {
      ok(parseFloat(styleOf(name).borderTopWidth) >= 1, `${name} has an edge`);
      ok(styleOf(name).borderTopColor !== page, `the edge of ${name} differs from the page`);
    }
  });
});

/** A system colour as computed styles write it. */
function colour(name: string): string {
  const probe = document.createElement('i');
  probe.style.cssText = `background: ${name}; forced-color-adjust: none`;
  document.body.append(probe);
  const { backgroundColor } = getComputedStyle(probe);
  probe.remove();
  return backgroundColor;
}

describe('with less motion', () => {
  afterEach(async () => {
    clear();
    if (hasDevtools) await emulate();
  });

  /** The parts that move when something about them changes. */
  async function moving(): Promise<string[]> {
    const { element } = await showing();
    const all = [...(element.shadowRoot?.querySelectorAll('*') ?? [])];
    return all
      .filter((node) => {
        const { transitionDuration, animationName } = getComputedStyle(node);
        return animationName !== 'none' || /[1-9]/.test(transitionDuration);
      })
      .map((node) => node.part[0] ?? node.localName);
  }

  inChromium('nothing moves, and without the setting something does', async () => {
    await emulate('prefers-reduced-motion', 'no-preference');
    ok((await moving()).length > 0, 'something moves');
    await emulate('prefers-reduced-motion', 'reduce');
    equal(await moving(), []);
  });
});
