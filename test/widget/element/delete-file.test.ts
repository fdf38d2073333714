/** What the ✕ of a row does with a file that is in the bucket. */
import { equal, match } from './assert.ts';
import { UploadError } from './fake-uploader.ts';
import { button, clear, idOf, part, parts, place, text, until } from './page.ts';

const DONE = { status: 'done', name: 'a.txt' } as const;

describe('Remove', () => {
  afterEach(clear);

  it('has a file deleted that was uploaded on this page, and then takes its row away', async () => {
    const { element, engine } = await place();
    engine.show({ id: 'a', ...DONE });
    await element.updateComplete;
    button(element, 'Remove a.txt').click();
    equal(engine.calls, [
      ['deleteFile', 'a'],
      ['remove', 'a'],
    ]);
  });

  it('says why a file could not be deleted', async () => {
    const { element, engine } = await place();
    engine.show({ id: 'a', ...DONE });
    await element.updateComplete;
    engine.deleteFile = async () => {
      throw new UploadError('forbidden', '');
    };
    button(element, 'Remove a.txt').click();
    await until(() => parts(element, 'error').length > 0);
    match(text(part(element, 'error')), /^a\.txt: You aren’t allowed/);
  });

  it('deletes nothing where the page, the form or another file takes a row away', async () => {
    const { element, engine } = await place();
    const isDeletion = ([name]: [string, unknown?]): boolean => name === 'deleteFile';
    for (const act of [
      () => element.remove('a'),
      () => element.clear(),
      () => (element.value = null),
      () => element.formResetCallback(),
    ]) {
      engine.show({ id: 'a', ...DONE });
      await act();
      equal([engine.uploads.length, engine.calls.filter(isDeletion)], [0, []]);
    }
  });

  it('leaves it to the engine whether a file of an earlier visit is one of its own', async () => {
    const { element, engine } = await place();
    element.value = [{ id: idOf('a'), name: 'a.txt' }];
    await element.updateComplete;
    button(element, 'Remove a.txt').click();
    equal([element.uploads, engine.calls], [[], [['deleteFile', idOf('a')]]]);
  });
});
