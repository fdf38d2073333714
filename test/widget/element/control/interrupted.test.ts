import { LitElement } from 'lit';
import type { FileWithPath, Interrupted as InterruptedUpload } from '../../../../widget/index.ts';
import { Interrupted } from '../../../../widget/view/rows/interrupted/interrupted.ts';
import { readAgain } from '../../../../widget/view/rows/interrupted/read-file.ts';
import { equal } from '../assert.ts';
import { FakeUploader } from '../fake-uploader.ts';
import { file, idOf, until } from '../page.ts';
import { mount, unmountAll } from './mount.ts';

class Host extends LitElement {
  declare token: string | undefined;
  noResume = false;
  uploads = [];
  readonly uploader = new FakeUploader();
  readonly added: FileWithPath[] = [];
  readonly interrupted = new Interrupted(this as never);

  add(files: Iterable<FileWithPath>): readonly [] {
    this.added.push(...files);
    return [];
  }
}

const movie = file('a.mov');

function handleOf(getFile: () => Promise<File>): FileSystemFileHandle {
  return { getFile } as unknown as FileSystemFileHandle;
}

function left(given: Partial<InterruptedUpload> = {}): InterruptedUpload {
  const { name, size: bytes, lastModified } = movie;
  return { id: idOf('a'), name, bytes, lastModified, expiresAt: '2999-01-01', ...given };
}

async function offering(...uploads: InterruptedUpload[]): Promise<Host> {
  const host = await mount(
    class extends Host {
      constructor() {
        super();
        this.uploader.left = uploads;
      }
    },
  );
  await until(() => host.interrupted.list.length > 0);
  return host;
}

describe('interrupted uploads, on a host of their own', () => {
  afterEach(unmountAll);

  it('are added again with their files, all that have a handle', async () => {
    const handle = handleOf(() => Promise.resolve(movie));
    const host = await offering(left({ handle }), left({ id: idOf('b') }));
    await host.interrupted.continue();
    equal(
      host.added.map(({ id, file }) => [id, file === movie]),
      [[idOf('a'), true]],
    );
  });

  it('leave the list at once when another caller signs in', async () => {
    const host = await offering(left());
    host.uploader.interrupted = () => new Promise(() => undefined);
    host.token = 'another';
    host.requestUpdate();
    await host.updateComplete;
    equal(host.interrupted.list, []);
  });

  it('are given up one by one, or all', async () => {
    const host = await offering(left(), left({ id: idOf('b') }), left({ id: idOf('c') }));
    host.interrupted.discard(idOf('b'));
    equal(host.uploader.calls, [['forget', idOf('b')]]);
    host.interrupted.discard();
    equal(
      host.uploader.calls.map(([, id]) => id),
      [idOf('b'), idOf('a'), idOf('c')],
    );
  });
});

describe('reading the file of an interrupted upload', () => {
  it('gives the file as it was', async () => {
    const result = await readAgain(left({ handle: handleOf(() => Promise.resolve(movie)) }), false);
    equal(result, { kind: 'read', file: movie });
  });

  for (const areCompared of [true, false]) {
    it(`${areCompared ? 'gives' : 'refuses'} it with another date if parts have ${areCompared ? '' : 'no '}checksums`, async () => {
      const newer = new File([movie], movie.name, { lastModified: movie.lastModified + 1 });
      const handle = handleOf(() => Promise.resolve(newer));
      equal(
        (await readAgain(left({ handle }), areCompared)).kind,
        areCompared ? 'read' : 'refused',
      );
    });
  }

  for (const [what, handle, code, canRetry] of [
    [
      'has changed',
      handleOf(() => Promise.resolve(file('a.mov', { bytes: 9 }))),
      'file_changed',
      false,
    ],
    [
      'is gone',
      handleOf(() => Promise.reject(new DOMException('', 'NotFoundError'))),
      'file_unreadable',
      false,
    ],
    [
      'may not be read',
      handleOf(() => Promise.reject(new DOMException('', 'NotAllowedError'))),
      'file_not_allowed',
      false,
    ],
    [
      'the user was asked about, without an answer',
      Object.assign(
        handleOf(() => Promise.resolve(movie)),
        {
          queryPermission: () => Promise.resolve('prompt'),
          requestPermission: () => Promise.resolve('prompt'),
        },
      ),
      'file_not_allowed',
      true,
    ],
  ] as const) {
    it(`says why a file that ${what} cannot be had, and whether to ask again`, async () => {
      const result = await readAgain(left({ handle }), true);
      equal(result.kind === 'refused' && [result.error.code, result.canRetry], [code, canRetry]);
    });
  }
});
