import { slowness } from '../../slowness.ts';
import { equal, ok } from './assert.ts';
import { clear, part, parts, place, scroll, until } from './page.ts';

const COUNT = 20_000;

const many = (): { id: string; name: string }[] =>
  Array.from({ length: COUNT }, (_, index) => ({ id: `${index}`, name: `file ${index}.bin` }));

describe(`${COUNT} files`, () => {
  afterEach(clear);

  it('are a list that scrolls in itself, of which only what is near is drawn', async () => {
    const { element, engine } = await place();
    engine.show(...many());
    await element.updateComplete;
    const list = part(element, 'list');
    equal(parts(element, 'row').length, 80);
    ok(list.scrollHeight > COUNT * 50, 'it is as long as all of them');
    ok(list.offsetHeight < innerHeight, 'and takes less than the window');
    const [first] = parts(element, 'row');
    equal([first?.ariaRowIndex, list.ariaRowCount], ['1', `${COUNT}`]);
  });

  it('are drawn where the list is scrolled to', async () => {
    const { element, engine } = await place();
    engine.show(...many());
    await element.updateComplete;
    engine.tell();
    await element.updateComplete;
    const list = part(element, 'list');
    await scroll(list, list.scrollHeight);
    const last = `file ${COUNT - 1}.bin`;
    const isDrawn = (): boolean => parts(element, 'name').some(({ title }) => title === last);
    await until(isDrawn);
    ok(parts(element, 'row').length <= 400, `${parts(element, 'row').length} rows are drawn`);
  });

  it('cost little when one of them changes', async () => {
    const { element, engine } = await place();
    engine.show(...many());
    await element.updateComplete;
    const [first, ...others] = engine.uploads;
    ok(first, 'there are some');
    const times: number[] = [];
    for (let loaded = 1; loaded <= 20; loaded += 1) {
      engine.uploads = [{ ...first, status: 'uploading', loaded }, ...others];
      const began = performance.now();
      element.requestUpdate();
      await element.updateComplete;
      times.push(performance.now() - began);
    }
    const median = times.sort((a, b) => a - b)[10] ?? 0;
    ok(median < 50 * slowness(), `a drawing takes ${median} ms`);
  });

  it('keep the row that has the focus', async () => {
    const { element, engine } = await place();
    engine.show(...many());
    await element.updateComplete;
    const [button] = part(element, 'row').querySelectorAll('button');
    button?.focus();
    engine.tell();
    await element.updateComplete;
    const list = part(element, 'list');
    await scroll(list, list.scrollHeight);
    const last = `file ${COUNT - 1}.bin`;
    await until(() => parts(element, 'name').some(({ title }) => title === last));
    equal(element.shadowRoot?.activeElement === button, true);
  });
});

describe('a long list that is printed', () => {
  afterEach(clear);

  it('is whole on paper, and drawn near what is in sight again afterwards', async () => {
    const { element, engine } = await place();
    engine.show(...many().slice(0, 600));
    await element.updateComplete;
    const drawn = (): number => parts(element, 'row').length;
    equal(drawn(), 80);
    dispatchEvent(new Event('beforeprint'));
    // The browser prints what is there after the microtasks.
    for (let turns = 0; turns < 20; turns += 1) await undefined;
    equal(drawn(), 600);
    ok(!part(element, 'list').classList.contains('long'), 'and does not scroll in itself');
    dispatchEvent(new Event('afterprint'));
    await element.updateComplete;
    equal(drawn(), 80);
  });

  it('of an element that is on no page any more is left alone', async () => {
    const { element, engine } = await place();
    engine.show(...many().slice(0, 600));
    await element.updateComplete;
    element.remove();
    dispatchEvent(new Event('beforeprint'));
    await element.updateComplete;
    equal(parts(element, 'row').length, 80);
  });
});
