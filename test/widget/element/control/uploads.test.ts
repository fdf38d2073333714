import { LitElement } from 'lit';
import { admit } from '../../../../widget/control/uploads/admission.ts';
import { ChooseAgain } from '../../../../widget/control/uploads/choose-again.ts';
import { Uploads } from '../../../../widget/control/uploads/uploads.ts';
import type { Rejection, UploadEventTarget } from '../../../../widget/core/index.ts';
import { equal } from '../assert.ts';
import { FakeUploader, snapshot } from '../fake-uploader.ts';
import { file, idOf } from '../page.ts';
import { mount, unmountAll } from './mount.ts';

class Host extends LitElement {
  isMany = true;
  noAuto = false;
  declare maxFiles: number | undefined;
  readonly changes: string[] = [];
  readonly uploads = new Uploads(this as never, (by, change) =>
    this.changes.push(change?.byIds ? `${by}, other ids` : by),
  );
}

async function withUploader(): Promise<{ host: Host; uploader: FakeUploader }> {
  const host = await mount(class extends Host {});
  const uploader = new FakeUploader();
  host.uploads.use(uploader);
  host.changes.length = 0;
  return { host, uploader };
}

const names = (uploads: readonly { name: string }[]): string[] => uploads.map(({ name }) => name);
const codes = (refused: readonly Rejection[]): unknown[] =>
  refused.map(({ file: { name }, error }) => [name, error.code]);

/** Has files of these names refused as too large. Returns what each event tells of refusals. */
async function refusing(
  refused: readonly string[],
  { host, uploader }: Awaited<ReturnType<typeof withUploader>>,
): Promise<readonly unknown[]> {
  const { UploadError } = await import('../fake-uploader.ts');
  for (const name of refused) uploader.refuses.set(name, new UploadError('too_large', ''));
  const batches: unknown[] = [];
  (host as UploadEventTarget).addEventListener('upload-rejected', ({ rejected }) =>
    batches.push(codes(rejected)),
  );
  return batches;
}

describe('uploads, on a host of their own', () => {
  afterEach(unmountAll);

  it('show those that were finished earlier before those of the uploader, and count both', async () => {
    const { host, uploader } = await withUploader();
    uploader.show({ name: 'new', status: 'uploading' });
    host.uploads.replace('finished', [snapshot({ name: 'earlier', status: 'done' })]);
    equal(names(host.uploads.list), ['earlier', 'new']);
    equal([host.uploads.totals.done, host.uploads.totals.active], [1, 1]);
  });

  it('dispatch the uploader’s events on the host, when the form is up to date already', async () => {
    const { host, uploader } = await withUploader();
    const heard: unknown[] = [];
    (host as UploadEventTarget).addEventListener('upload-done', ({ upload }) =>
      heard.push([upload.name, host.changes.at(-1)]),
    );
    uploader.show({ id: 'a', name: 'a.txt', status: 'uploading' });
    uploader.become('a', { status: 'done' });
    equal(heard, [['a.txt', 'user']]);
  });

  it('tell of a value that the page has replaced as the page’s doing', async () => {
    const { host, uploader } = await withUploader();
    uploader.show({ id: 'a', status: 'done' });
    host.changes.length = 0;
    host.uploads.replace('all', []);
    equal(
      host.changes.filter((change) => change.startsWith('user')),
      [],
    );
    equal(uploader.uploads, []);
  });

  it('tell of refusals of the host and of the uploader in one event', async () => {
    const { host, uploader } = await withUploader();
    const batches = await refusing(['b'], { host, uploader });
    host.uploads.add([{ path: 'a' }, { file: file('b') }, { file: file('c') }]);
    equal(batches, [
      [
        ['a', 'file_unreadable'],
        ['b', 'too_large'],
      ],
    ]);
  });

  it('tell of each refusal once where a listener adds other files meanwhile', async () => {
    const { host, uploader } = await withUploader();
    const batches = await refusing(['b', 'd'], { host, uploader });
    const more = [{ file: file('d') }];
    host.addEventListener('upload-add', () => void host.uploads.add(more.splice(0)));
    host.uploads.add([{ path: 'a' }, { file: file('b') }]);
    equal(batches, [
      [['d', 'too_large']],
      [
        ['a', 'file_unreadable'],
        ['b', 'too_large'],
      ],
    ]);
  });

  it('tell of refusals also after the uploader has thrown', async () => {
    const { host, uploader } = await withUploader();
    const batches = await refusing(['b'], { host, uploader });
    const { add } = uploader;
    uploader.add = () => {
      throw new Error('of the page');
    };
    let thrown: unknown;
    try {
      host.uploads.add([{ file: file('a') }]);
    } catch (error) {
      thrown = error;
    }
    equal((thrown as Error | undefined)?.message, 'of the page');
    uploader.add = add;
    uploader.add([file('b')]);
    equal(batches, [[['b', 'too_large']]]);
  });

  it('wait for start() where the host wants that, until it is called', async () => {
    const { host, uploader } = await withUploader();
    host.noAuto = true;
    uploader.show({ status: 'queued' });
    equal(host.uploads.isWaitingForStart, true);
    host.uploads.command('start');
    equal(host.uploads.isWaitingForStart, false);
  });

  it('leave the page’s uploader open when the host is removed', async () => {
    const { host, uploader } = await withUploader();
    host.remove();
    await Promise.resolve();
    equal(uploader.isClosed, false);
  });
});

describe('admission', () => {
  const found = ['a', 'b', 'c'].map((name) => ({ file: file(name) }));

  it('takes everything where there is room', () => {
    const { files, refused } = admit(found, { isMany: true, maxFiles: 3, room: Infinity });
    equal([names(files.map((item) => item.file)), refused], [['a', 'b', 'c'], []]);
  });

  it('refuses what is beyond the room, and names the limit', () => {
    const { files, refused } = admit(found, { isMany: true, maxFiles: 5, room: 1 });
    equal(names(files.map((item) => item.file)), ['a']);
    equal(
      refused.map(({ error }) => [error.code, error.limit]),
      [
        ['too_many_files', 5],
        ['too_many_files', 5],
      ],
    );
  });

  it('takes none of several where there may be one', () => {
    const { files, refused } = admit(found, {
      isMany: false,
      maxFiles: undefined,
      room: Infinity,
    });
    equal([files.length, refused.length], [0, 3]);
  });

  it('takes the one usable file beside one with an id that is not a UUID', () => {
    const { files, refused } = admit(
      [
        { file: file('a'), id: '../../api/x' },
        { file: file('b'), id: idOf('b') },
      ],
      { isMany: false, maxFiles: undefined, room: Infinity },
    );
    equal(names(files.map((item) => item.file)), ['b']);
    equal(codes(refused), [['a', 'invalid_request']]);
  });
});

describe('choosing a file again', () => {
  it('replaces the failed upload, once', () => {
    const choose = new ChooseAgain();
    choose.expect('a');
    equal(choose.take(), 'a');
    equal(choose.take(), undefined);
  });

  it('replaces nothing once the picker was closed', () => {
    const choose = new ChooseAgain();
    choose.expect('a');
    choose.cancel();
    equal(choose.take(), undefined);
  });
});
