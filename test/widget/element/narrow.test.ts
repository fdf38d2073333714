/** Narrow pages scroll down only: https://www.w3.org/WAI/WCAG22/Understanding/reflow.html */
import { assert } from '../core/fake/assert.ts';

/** Where authors put the element; some of these ask it how wide it would like to be. */
const PLACES: Readonly<Record<string, (element: string) => string>> = {
  'a block': (element) => `<div>${element}</div>`,
  'a fieldset': (element) => `<fieldset><legend>Files</legend>${element}</fieldset>`,
  'a fieldset in a fieldset': (element) => `<fieldset><fieldset>${element}</fieldset></fieldset>`,
  'a grid': (element) => `<form style="display: grid">${element}</form>`,
  'a row of a flexbox': (element) => `<form style="display: flex">${element}</form>`,
  'a cell of a table': (element) => `<table><tr><td>${element}</td></tr></table>`,
  'a dialog': (element) => `<dialog open>${element}</dialog>`,
  'an inline block': (element) => `<div style="display: inline-block">${element}</div>`,
};
const ELEMENT = '<s3-upload label="Recordings" hint="WAV or FLAC." multiple></s3-upload>';

let frame: HTMLIFrameElement;
afterEach(() => frame.remove());

async function show(place: string, width: number): Promise<Document> {
  frame = document.createElement('iframe');
  frame.style.cssText = `width: ${width}px; height: 600px; border: 0`;
  frame.srcdoc = `<!doctype html>${place}<script type="module" src="/widget/index.ts"></script>`;
  document.body.append(frame);
  await new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
  const page = frame.contentDocument;
  const element = page?.querySelector('s3-upload');
  assert.ok(page && element);
  await (element as unknown as { updateComplete: Promise<unknown> }).updateComplete;
  assert.ok(element.getBoundingClientRect().width >= width / 3, 'it is drawn, and not squeezed');
  return page;
}

for (const width of [240, 320, 390]) {
  describe(`on a page that is ${width} pixels wide`, () => {
    for (const [name, place] of Object.entries(PLACES)) {
      it(`nothing scrolls sideways, in ${name}`, async () => {
        const { documentElement } = await show(place(ELEMENT), width);
        assert.equal(documentElement.clientWidth, width);
        assert.ok(
          documentElement.scrollWidth <= width,
          `${documentElement.scrollWidth} of ${width} pixels`,
        );
      });
    }
  });
}
