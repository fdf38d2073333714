/** What an earlier visit has left behind, as the element offers it. */
import type { TemplateResult } from 'lit';
import type { Interrupted, UploadRejectedEvent } from '../../../widget/index.ts';
import { equal, match, ok } from './assert.ts';
import { UploadError, type FakeUploader } from './fake-uploader.ts';
import {
  button,
  clear,
  file,
  html,
  idOf,
  next,
  part,
  parts,
  pick,
  place,
  text,
  until,
} from './page.ts';

const MOVIE = file('interview.mov', { bytes: 6_000_000 });

/** A handle as Chromium gives it back from the journal. */
function handleOf(
  read: () => Promise<File>,
  permissions: { before?: PermissionState; answer?: PermissionState; asked?: () => void } = {},
): FileSystemFileHandle {
  const { before = 'prompt', answer = 'granted', asked } = permissions;
  return {
    queryPermission: async () => before,
    requestPermission: async () => {
      asked?.();
      return answer;
    },
    getFile: read,
  } as unknown as FileSystemFileHandle;
}

/** Rows of offers. */
const MOST_SHOWN = 20;

function left(given: Partial<Interrupted> = {}): Interrupted {
  return {
    id: idOf('a'),
    name: MOVIE.name,
    bytes: MOVIE.size,
    lastModified: MOVIE.lastModified,
    expiresAt: '2999-01-01T00:00:00.000Z',
    ...given,
  };
}

async function offering(
  uploads: readonly Interrupted[],
  template?: TemplateResult,
): Promise<Awaited<ReturnType<typeof place>>> {
  const placed = await place(template);
  placed.engine.left = uploads;
  await shown(placed.element, Math.min(uploads.length, MOST_SHOWN));
  return placed;
}

/** Waits until so many are offered. */
async function shown(element: Element, count: number): Promise<void> {
  await until(() => parts(element, 'row-interrupted').length === count);
}

function added(engine: FakeUploader): unknown {
  return engine.calls.find(([name]) => name === 'add')?.[1];
}

describe('an interrupted upload', () => {
  afterEach(clear);

  it('is offered in a quiet row, with its name, its size and what can be done', async () => {
    const { element } = await offering([left({ handle: handleOf(async () => MOVIE) })]);
    equal(text(part(element, 'meta')), 'Interrupted 6 MB');
    equal(part(element, 'name').title, 'interview.mov');
    const buttons = [...part(element, 'actions').querySelectorAll('button')];
    equal(
      buttons.map(({ ariaLabel }) => ariaLabel),
      ['Continue interview.mov', 'Discard interview.mov'],
    );
    const list = part(element, 'interrupted').querySelector('[role=grid]');
    equal(list?.ariaLabel, 'Interrupted');
  });

  it('that was begun elsewhere says so, and how much of it is stored', async () => {
    const { element, engine } = await offering([
      left({ isElsewhere: true, stored: { parts: 3, bytes: 1_500_000 } }),
    ]);
    equal(text(part(element, 'meta')), 'Begun on another device 1.5 of 6.0 MB');
    button(element, 'Choose again interview.mov');
    button(element, 'Discard interview.mov').click();
    equal(engine.calls.at(-1), ['forget', idOf('a')]);
    await shown(element, 0);
  });

  it('is looked for again where uploads of other devices are wanted', async () => {
    const { element, engine } = await offering([left()]);
    engine.left = [left({ id: idOf('b'), name: 'b.mov', isElsewhere: true })];
    element.otherDevices = true;
    await until(() => part(element, 'name').title === 'b.mov');
  });

  it('is no part of the value, and does not make the control invalid', async () => {
    const { element, engine } = await offering([left()]);
    equal([element.value, element.validity.valid, element.uploads.length], [[], true, 0]);
    ok(element.matches(':state(empty)'), 'there are no uploads');
    element.required = true;
    await element.updateComplete;
    equal(element.validity.valueMissing, true, 'nor does it count as one');
    equal(engine.calls, []);
  });

  it('stands above the list', async () => {
    const { element, engine } = await offering([left()]);
    engine.show({ id: 'b', name: 'b.mov' });
    await element.updateComplete;
    equal(
      parts(element, 'row').map((row) => row.dataset['id']),
      [idOf('a'), 'b'],
    );
  });

  it('is not looked for where nothing is to be resumed', async () => {
    const { element, engine } = await place(html`<s3-upload no-resume></s3-upload>`);
    let asked = 0;
    Object.assign(engine, { interrupted: async () => (asked += 1) && [] });
    engine.show({ id: 'b' });
    await element.updateComplete;
    equal(asked, 0);
    element.noResume = false;
    await until(() => asked > 0);
  });

  it('is looked for again where the control gets another name, Worker or engine', async () => {
    const { element, engine } = await offering([left()]);
    engine.left = [left({ id: idOf('b'), name: 'b.mov' })];
    element.name = 'videos';
    await until(() => part(element, 'name').title === 'b.mov');
    engine.left = [];
    element.endpoint = 'https://uploads.invalid/';
    await shown(element, 0);
  });

  it('is taken off the page at once where another caller signs in', async () => {
    const { element, engine } = await offering([left()]);
    let answer: (uploads: Interrupted[]) => void = () => undefined;
    Object.assign(engine, {
      interrupted: () => new Promise<Interrupted[]>((resolve) => (answer = resolve)),
    });
    for (const change of [
      { token: 'another' },
      { getToken: () => 'another' },
      { headers: { 'x-user': 'another' } },
      { credentials: 'include' },
    ] as const) {
      Object.assign(element, change);
      await shown(element, 0);
      answer([left({ id: idOf('b'), name: 'b.mov' })]);
      await until(() =>
        text(element.shadowRoot?.querySelector('.root') ?? element).includes('b.mov'),
      );
    }
  });

  it('is looked for again once the Worker has told who is calling', async () => {
    const { element, engine } = await place();
    Object.assign(engine, { checksum: undefined });
    element.name = 'videos';
    await element.updateComplete;
    engine.left = [left()];
    Object.assign(engine, { checksum: 'md5' });
    engine.tell();
    await shown(element, 1);
    engine.left = [left(), left({ id: idOf('b') })];
    globalThis.dispatchEvent(new Event('online'));
    await shown(element, 2);
  });

  it('is not offered by an id that is not a UUID: it would become part of a path', async () => {
    const { element, engine } = await place();
    engine.left = ['../../api/x', '', 'a'].map((id) => left({ id })).concat(left());
    await until(() => parts(element, 'row-interrupted').length > 0);
    equal(
      parts(element, 'row-interrupted').map((row) => row.dataset['id']),
      [idOf('a')],
    );
  });
});

describe('Continue', () => {
  afterEach(clear);

  it('goes on in one click, with the file that the browser may be asked for', async () => {
    let asked = 0;
    const handle = handleOf(async () => MOVIE, { asked: () => (asked += 1) });
    const { element, engine } = await offering([left({ handle, path: 'takes/interview.mov' })]);
    button(element, 'Continue takes/interview.mov').click();
    await until(() => engine.uploads.length > 0);
    equal(asked, 1);
    ok((added(engine) as { handle: unknown }[])[0]?.handle === handle, 'its handle is kept');
    const [upload] = engine.uploads;
    equal([upload?.id, upload?.path], [idOf('a'), 'takes/interview.mov']);
    await element.updateComplete;
    equal(
      parts(element, 'row').map(({ className }) => className),
      ['row row-queued'],
    );
  });

  it('does not ask where the browser still allows it', async () => {
    let asked = 0;
    const permissions = { before: 'granted', asked: () => (asked += 1) } as const;
    const handle = handleOf(async () => MOVIE, permissions);
    const { element, engine } = await offering([left({ handle })]);
    button(element, 'Continue interview.mov').click();
    button(element, 'Continue interview.mov').click();
    await until(() => engine.uploads.length > 0);
    equal([asked, engine.uploads.length], [0, 1]);
  });

  it('moves the focus along to the row that it becomes', async () => {
    const { element, engine } = await offering([left({ handle: handleOf(async () => MOVIE) })]);
    const start = button(element, 'Continue interview.mov');
    start.focus();
    start.click();
    await until(() => engine.uploads.length > 0);
    await element.updateComplete;
    equal(element.shadowRoot?.activeElement?.ariaLabel, 'Pause interview.mov');
  });

  const gone = (name: string) => async (): Promise<File> => {
    throw new DOMException('', name);
  };
  const { lastModified } = MOVIE;
  const longer = new File([MOVIE, 'x'], MOVIE.name, { lastModified });
  const newer = new File([MOVIE], MOVIE.name, { lastModified: lastModified + 1 });
  for (const [what, handle, code, isOver] of [
    ['is gone', handleOf(gone('NotFoundError')), 'file_unreadable', true],
    ['has another size', handleOf(async () => longer), 'file_changed', true],
    ['has another date', handleOf(async () => newer), 'file_changed', true],
    [
      'may not be read',
      handleOf(gone('NotAllowedError'), { answer: 'denied' }),
      'file_not_allowed',
      true,
    ],
    [
      'was not asked for, for the question was closed',
      handleOf(async () => MOVIE, { answer: 'prompt' }),
      'file_not_allowed',
      false,
    ],
  ] as const) {
    it(`says so where the file ${what}, and nothing is lost`, async () => {
      const { element, engine } = await offering([left({ handle })]);
      const rejected = next<UploadRejectedEvent>(element, 'upload-rejected');
      button(element, 'Continue interview.mov').click();
      const [refusal] = (await rejected).rejected;
      equal([refusal?.file.name, refusal?.error.code], ['interview.mov', code]);
      const action = isOver ? 'again' : 'continue';
      await until(() => parts(element, action).length > 0 && parts(element, 'error').length > 0);
      match(text(part(element, 'error')), /^interview\.mov: The (file|browser) .+again/);
      equal([engine.uploads.length, parts(element, 'row-interrupted').length], [0, 1]);
    });
  }

  it('goes on where the file has another date, and checksums tell what has changed', async () => {
    const { element, engine } = await offering([left({ handle: handleOf(async () => newer) })]);
    engine.checksum = 'md5';
    button(element, 'Continue interview.mov').click();
    await until(() => engine.uploads.length === 1);
    equal(engine.uploads[0]?.file, newer);
  });

  it('leaves to another tab what that has gone on with meanwhile', async () => {
    const handle = handleOf(async () => MOVIE);
    const { element, engine } = await offering([left({ handle }), left({ id: idOf('b'), handle })]);
    engine.left = engine.left.slice(1);
    button(element, 'Continue interview.mov').click();
    await shown(element, 1);
    equal(engine.calls, []);
  });

  it('keeps the offer where the file is refused now', async () => {
    const { element, engine } = await offering([left({ handle: handleOf(async () => MOVIE) })]);
    engine.refuses.set(MOVIE.name, new UploadError('too_large', '', { limit: 5_000_000 }));
    button(element, 'Continue interview.mov').click();
    await until(() => parts(element, 'error').length > 0);
    match(text(part(element, 'error')), /It is larger than 5 MB/);
    equal(parts(element, 'row-interrupted').length, 1);
  });
});

describe('Continue all', () => {
  afterEach(clear);

  it('goes on with all that have handles, where there are several', async () => {
    const other = file('b.mov');
    const handles = [handleOf(async () => MOVIE), handleOf(async () => other)];
    const { size: bytes, lastModified } = other;
    const { element, engine } = await offering([
      left({ handle: handles[0] }),
      left({ id: idOf('b'), name: 'b.mov', bytes, lastModified, handle: handles[1] }),
      left({ id: idOf('c'), name: 'c.mov' }),
    ]);
    match(text(part(element, 'interrupted')), /^Interrupted · 12 MB Continue all Discard all/);
    button(element, 'Continue all').click();
    await until(() => engine.uploads.length === 2);
    equal(engine.uploads.map(({ id }) => id).sort(), [idOf('a'), idOf('b')]);
    await shown(element, 1);
    equal(parts(element, 'continue').length, 0, 'of one that is left there is no “all”');
  });

  it('says which could not be gone on with, once the others are', async () => {
    const other = new File(['12345'], 'b.mov', { lastModified: 0 });
    const closed = handleOf(async () => MOVIE, { answer: 'prompt' });
    const { element, engine } = await offering([
      left({ handle: closed }),
      left({
        id: idOf('b'),
        name: 'b.mov',
        bytes: 5,
        lastModified: 0,
        handle: handleOf(async () => other),
      }),
    ]);
    button(element, 'Continue all').click();
    await until(() => engine.uploads.length > 0 && parts(element, 'error').length > 0);
    const lines = (): string[] => parts(element, 'error').map((line) => text(line));
    equal(lines().length, 1);
    match(lines()[0] ?? '', /^interview\.mov: The browser isn’t allowed to read this file/);
    const again = next(element, 'upload-rejected');
    button(element, 'Continue interview.mov').click();
    await again;
    await element.updateComplete;
    equal(lines().length, 1, 'and says it once');
  });

  it('is not offered where only one file can be taken', async () => {
    const handle = handleOf(async () => MOVIE);
    const { element } = await offering(
      [left({ handle }), left({ id: idOf('b'), handle })],
      html`<s3-upload></s3-upload>`,
    );
    equal(parts(element, 'continue').length, 2);
  });
});

describe('Choose again', () => {
  afterEach(clear);

  it('opens the picker where there is no handle, and the offer goes when its upload is there', async () => {
    const { element, engine } = await offering([left()]);
    let opened = 0;
    part(element, 'zone').parentElement?.addEventListener('click', ({ target }) => {
      if ((target as Element).matches('input[type=file]')) opened += 1;
    });
    button(element, 'Choose again interview.mov').click();
    equal(opened, 1);
    pick(element, MOVIE);
    equal(parts(element, 'row-interrupted').length, 1);
    // The engine knows it again by its fingerprint.
    engine.become(engine.uploads[0]?.id ?? '', { id: idOf('a'), status: 'uploading' });
    await element.updateComplete;
    equal(parts(element, 'row-interrupted').length, 0);
    await element.remove(idOf('a'));
    await element.updateComplete;
    equal(parts(element, 'row').length, 0, 'and does not come back when the row is gone');
  });
});

describe('Discard', () => {
  afterEach(clear);

  it('gives it up, and moves the focus to the next one', async () => {
    const { element, engine } = await offering([left(), left({ id: idOf('b'), name: 'b.mov' })]);
    const discard = button(element, 'Discard interview.mov');
    discard.focus();
    discard.click();
    await shown(element, 1);
    equal(engine.calls, [['forget', idOf('a')]]);
    equal(element.shadowRoot?.activeElement?.ariaLabel, 'Discard b.mov');
    button(element, 'Discard b.mov').click();
    await shown(element, 0);
    equal(element.shadowRoot?.activeElement?.id, 'browse');
    equal(parts(element, 'interrupted').length, 0);
  });

  it('gives all of them up with one click, also those that have no row', async () => {
    const many = Array.from({ length: 25 }, (_, at) => left({ id: idOf(at), name: `${at}.jpg` }));
    const { element, engine } = await offering(many);
    match(text(part(element, 'interrupted')), /and 5 more$/);
    equal(part(element, 'interrupted').querySelectorAll('[part~=continue]').length, 0);
    button(element, 'Discard 0.jpg').click();
    await until(() => text(part(element, 'interrupted')).endsWith(' and 4 more'));
    equal(parts(element, 'row-interrupted').length, MOST_SHOWN, 'one of them came up');
    const all = button(element, 'Discard all');
    all.focus();
    all.click();
    await shown(element, 0);
    equal(
      engine.calls,
      many.map(({ id }) => ['forget', id]),
    );
    equal(element.shadowRoot?.activeElement?.id, 'browse');
  });

  it('does nothing while the control is disabled', async () => {
    const { element } = await offering([left()]);
    element.disabled = true;
    await element.updateComplete;
    equal(button(element, 'Discard interview.mov').disabled, true);
  });
});
