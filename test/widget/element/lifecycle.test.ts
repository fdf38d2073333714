import { S3UploadElement, type UploaderLike } from '../../../widget/index.ts';
import { where } from '../where.ts';
import { equal, ok } from './assert.ts';
import { FakeUploader } from './fake-uploader.ts';
import { clear, file, html, idOf, next, parts, pick, place } from './page.ts';

const rest = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe('on and off the page', () => {
  afterEach(clear);

  it('goes on when it is moved to another place', async () => {
    const { element, engine, holder } = await place();
    pick(element, file('a.txt'));
    const { uploader } = element;
    const other = document.createElement('div');
    holder.append(other);
    other.append(element);
    await rest();
    equal(element.uploader === uploader, true);
    equal(engine.isClosed, false);
    engine.become(element.uploads[0]?.id ?? '', { status: 'done' });
    await element.updateComplete;
    equal(parts(element, 'row-done').length, 1, 'it still listens');
  });

  const movable = where('moveBefore' in Element.prototype, 'no moveBefore() in this browser');

  movable('is moved as it is by moveBefore()', async () => {
    const { element, engine, holder } = await place();
    const other = document.createElement('div');
    holder.append(other);
    (other as unknown as { moveBefore(node: Node, child: null): void }).moveBefore(element, null);
    await rest();
    engine.show({ id: 'a' });
    await element.updateComplete;
    equal(parts(element, 'row').length, 1);
  });

  it('stops an engine of its own when it is removed, and takes another when it is back', async () => {
    const element = new S3UploadElement();
    element.endpoint = 'https://uploads.invalid/';
    element.multiple = true;
    element.noAuto = true;
    document.body.append(element);
    element.add([file('a.txt')]);
    const first: UploaderLike = element.uploader;
    equal(first.totals.active, 1);
    element.remove();
    await rest();
    equal(element.uploads.length, 0);
    first.add([file('b.txt')]);
    equal(first.uploads.length, 1, 'a closed engine takes nothing');
    document.body.append(element);
    ok(element.uploader !== first, 'another engine');
    equal(
      element.uploads.map(({ name }) => name),
      ['a.txt'],
      'what was interrupted goes on',
    );
    element.remove();
    await rest();
  });

  it('leaves an engine of the page alone, and listens to it again when it is back', async () => {
    const { element, engine, holder } = await place();
    element.remove();
    await rest();
    equal(engine.isClosed, false);
    let heard = 0;
    element.addEventListener('upload-progress', () => (heard += 1));
    engine.tell();
    equal(heard, 0);
    holder.append(element);
    engine.show({ id: 'a' });
    await element.updateComplete;
    equal([heard, parts(element, 'row').length], [1, 1]);
  });

  it('takes a row away, or itself, by the same name', async () => {
    const { element, engine, holder } = await place();
    engine.show({ id: 'a' });
    await element.remove('a');
    equal([engine.uploads.length, element.isConnected], [0, true]);
    element.remove();
    equal(holder.childElementCount, 0);
  });

  it('keeps what was set before it was defined', async () => {
    const tag = `s3-upload-late-${Math.random().toString(36).slice(2)}`;
    const late = document.createElement(tag) as S3UploadElement;
    const engine = new FakeUploader();
    Object.assign(late, { uploader: engine, multiple: true, value: [idOf('a')], maxSize: 5 });
    document.body.append(late);
    class Late extends S3UploadElement {}
    Late.define(tag);
    await late.updateComplete;
    equal([late.uploader === engine, late.multiple, late.maxSize], [true, true, 5]);
    equal(late.value, [idOf('a')]);
    late.remove();
  });

  it('may be defined twice', () => {
    S3UploadElement.define();
    equal(customElements.get('s3-upload') === S3UploadElement, true);
  });

  it('shares an engine with another element', async () => {
    const { element, engine, holder } = await place(
      html`<s3-upload multiple></s3-upload><s3-upload multiple></s3-upload>`,
    );
    const other = holder.querySelectorAll('s3-upload')[1];
    ok(other, 'there are two');
    other.uploader = engine;
    pick(element, file('a.txt'));
    await other.updateComplete;
    equal(parts(other, 'row').length, 1);
  });
});

describe('the engine of its own', () => {
  afterEach(clear);

  it('is told of what the page changes', async () => {
    const element = new S3UploadElement();
    element.endpoint = '/upload/';
    element.setAttribute('max-size', '20 MB');
    const seen: unknown[] = [];
    document.body.append(element);
    element.uploader.configure = (options) => void seen.push(options);
    element.accept = 'image/*';
    await element.updateComplete;
    const { endpoint, restrictions, auto } = seen.at(-1) as {
      endpoint: URL | string;
      restrictions: unknown;
      auto: boolean;
    };
    equal(
      [String(endpoint), restrictions, auto],
      [`${location.origin}/upload/`, { accept: 'image/*', maxBytes: 20_000_000 }, true],
    );
    element.remove();
  });

  it('asks for another policy only where the Worker or the caller is another', async () => {
    const element = new S3UploadElement();
    element.endpoint = '/upload/';
    const seen: Record<string, unknown>[] = [];
    document.body.append(element);
    element.uploader.configure = (options) => void seen.push({ ...options });
    element.token = 'one';
    await element.updateComplete;
    element.accept = 'image/*';
    element.hint = 'Pictures';
    await element.updateComplete;
    const [before, after] = seen.slice(-2);
    equal(
      ['endpoint', 'getToken', 'headers'].map((key) => before?.[key] === after?.[key]),
      [true, true, true],
    );
    element.token = 'two';
    await element.updateComplete;
    equal(seen.at(-1)?.['getToken'] === after?.['getToken'], false);
    element.remove();
  });

  it('looks for interrupted uploads at a place that no other control of the page has', async () => {
    const places = async (controls: readonly S3UploadElement[]): Promise<unknown[]> => {
      const seen: unknown[] = [];
      for (const [index, control] of controls.entries()) {
        control.endpoint = 'https://uploads.invalid/';
        control.uploader.configure = ({ place: where }) => (seen[index] = where);
        control.accept = `.${seen.length}`;
        await control.updateComplete;
      }
      return seen;
    };
    const make = (name?: string): S3UploadElement => {
      const control = new S3UploadElement();
      control.noResume = true;
      if (name !== undefined) control.name = name;
      document.body.append(control);
      return control;
    };
    const controls = [make(), make(), make('photos'), make('photos'), make('films')];
    const seen = await places(controls);
    equal(new Set(seen).size, 5, seen.join());
    equal(seen[2], `${location.pathname} photos`, 'the first of a name is known by it alone');
    // The same page, visited again, has the same places.
    for (const control of controls) control.remove();
    await rest();
    const again = [make(), make(), make('photos'), make('photos'), make('films')];
    equal(await places(again), seen);
    for (const control of again) control.remove();
    await rest();
  });

  it('starts what waited, where it shall no longer wait', async () => {
    const { element, engine } = await place(html`<s3-upload multiple no-auto></s3-upload>`);
    pick(element, file('a.txt'));
    element.noAuto = false;
    await element.updateComplete;
    equal(engine.calls.at(-1), ['start']);
  });

  it('gets a token from getToken, or else the attribute, whenever it needs one', async () => {
    const element = new S3UploadElement();
    const seen: { getToken?: () => unknown }[] = [];
    document.body.append(element);
    element.uploader.configure = (options) => void seen.push(options);
    element.token = 'one';
    await element.updateComplete;
    equal(seen[0]?.getToken?.(), 'one');
    element.token = 'two';
    equal(seen[0]?.getToken?.(), 'two');
    element.getToken = () => 'three';
    equal(seen[0]?.getToken?.(), 'three');
    element.remove();
  });
});

describe('events', () => {
  afterEach(clear);

  it('of the engine are the element’s own, and do not bubble', async () => {
    const { element, engine, holder } = await place();
    const heard: string[] = [];
    for (const type of ['upload-progress', 'upload-done', 'upload-settled', 'upload-removed']) {
      element.addEventListener(type, () => heard.push(type));
      holder.addEventListener(type, () => heard.push(`${type} on its parent`));
    }
    engine.show({ id: 'a' });
    engine.become('a', { status: 'done' });
    await element.remove('a');
    equal(heard, [
      'upload-progress',
      'upload-done',
      'upload-progress',
      'upload-settled',
      'upload-removed',
      'upload-progress',
    ]);
  });

  it('can be cancelled where the engine’s can', async () => {
    const { element, engine } = await place();
    element.addEventListener('upload-start', (event) => event.preventDefault());
    const start = new (class extends Event {
      readonly upload = undefined;
    })('upload-start', { cancelable: true });
    equal(engine.dispatchEvent(start), false);
    const done = next(element, 'upload-settled');
    engine.show();
    engine.dispatchEvent(new Event('upload-settled'));
    await done;
  });
});
