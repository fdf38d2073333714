import { clear, file, html, part, parts, pick, place, text } from './page.ts';

function assertEqual(actual: unknown, expected: unknown): void {
  if (JSON.stringify(actual) !== JSON.stringify(expected)) throw new Error(JSON.stringify(actual));
}

describe('choosing files', () => {
  afterEach(clear);
  it('gives what is picked to the engine and shows a row for each', async () => {
    const { element, engine } = await place();
    pick(element, file('a.txt'), file('b.txt'));
    await element.updateComplete;
    assertEqual(
      engine.uploads.map(({ name }) => name),
      ['a.txt', 'b.txt'],
    );
    assertEqual(
      parts(element, 'name').map((name) => name.title),
      ['a.txt', 'b.txt'],
    );
    void html;
    void part;
    void text;
  });
});
