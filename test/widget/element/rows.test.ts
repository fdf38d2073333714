import { RETRIES } from '../core/faults/retries.ts';
import type { UploadErrorCode, UploadSnapshot } from '../../../widget/index.ts';
import { equal, match, ok } from './assert.ts';
import { UploadError } from './fake-uploader.ts';
import { button, clear, file, html, part, parts, pick, place, text, until } from './page.ts';

async function showing(
  ...uploads: Partial<UploadSnapshot>[]
): Promise<Awaited<ReturnType<typeof place>>> {
  const placed = await place();
  placed.engine.show(...uploads);
  await placed.element.updateComplete;
  return placed;
}

const GB = 1e9;
const AT_WORK: Partial<UploadSnapshot> = {
  id: 'one',
  name: 'interview.mov',
  bytes: 6 * GB,
  status: 'uploading',
  loaded: 2.6 * GB,
  sent: 3 * GB,
  bytesPerSecond: 31e6,
  secondsLeft: 110,
};

/** The first quarter of an hour of a large file on a slow line. */
const HOTEL: Partial<UploadSnapshot> = {
  id: 'one',
  name: 'interview.mov',
  bytes: 20 * GB,
  status: 'uploading',
  sent: 15e6,
  bytesPerSecond: 250_000,
  secondsLeft: 79_940,
};

describe('a row', () => {
  afterEach(clear);

  it('says how far it is, how fast, and how long it will take', async () => {
    const { element } = await showing(AT_WORK);
    equal(text(part(element, 'meta')), '2.6 of 6.0 GB 31 MB/s 1 min 50 sec left');
  });

  for (const status of ['hashing', 'uploading', 'waiting', 'paused', 'completing'] as const) {
    it(`that is ${status} after the store had dropped it says that it began again`, async () => {
      const { element } = await showing({ ...AT_WORK, status, restarts: 1, loaded: 0 });
      match(text(part(element, 'meta')), /The server dropped it\. Started over\./);
    });
  }

  it('says when the server drops a file that is too slow, as long as it is', async () => {
    const { element, engine } = await showing({
      ...AT_WORK,
      wontArriveBy: Date.now() / 1000 + 7200,
    });
    match(text(part(element, 'meta')), /Too slow: the server drops it in 2 hr\./);
    engine.become('one', { wontArriveBy: undefined });
    await element.updateComplete;
    equal(text(part(element, 'meta')), '2.6 of 6.0 GB 31 MB/s 1 min 50 sec left');
  });

  it('says nothing of either once it has ended', async () => {
    for (const status of ['done', 'cancelled'] as const) {
      const wontArriveBy = Date.now() / 1000 + 7200;
      const { element } = await showing({ ...AT_WORK, status, restarts: 1, wontArriveBy });
      ok(!/Started over|Too slow/.test(text(part(element, 'meta'))), status);
      clear();
    }
  });

  it('says nothing of rate and time before they are known', async () => {
    const { element } = await showing({ name: 'a', bytes: 6 * GB, status: 'uploading' });
    equal(text(part(element, 'meta')), 'Sending 6 GB');
  });

  it('says that it is sending, and how fast, until the store has something', async () => {
    const { element, engine } = await showing(HOTEL);
    const bar = part(element, 'bar');
    equal(text(part(element, 'meta')), 'Sending 20 GB 250 kB/s 22 hr 12 min left');
    equal([bar.ariaValueNow, bar.ariaValueText], ['0', 'Sending']);
    engine.become('one', { loaded: 42e6, sent: 60e6 });
    await element.updateComplete;
    equal(text(part(element, 'meta')), '42 MB of 20.0 GB 250 kB/s 22 hr 12 min left');
    equal([bar.ariaValueNow, bar.ariaValueText], ['0', '42 MB of 20.0 GB']);
  });

  it('says how fast on a phone as well, while nothing else moves', async () => {
    const { element, engine } = await showing(HOTEL);
    element.style.inlineSize = '320px';
    const rate = () =>
      [...part(element, 'meta').children].some(
        (figure) => figure.textContent === '250 kB/s' && figure.getClientRects().length > 0,
      );
    ok(rate(), 'while it is sending');
    engine.become('one', { loaded: 42e6, sent: 60e6 });
    await element.updateComplete;
    ok(!rate(), 'there is no room for it later');
  });

  it('shows that something has left, however large the file is', async () => {
    const { element, engine } = await showing({ ...HOTEL, sent: 5e6 });
    const width = (name: string) => part(element, name).getBoundingClientRect().width;
    ok(width('sent') >= 2, `${width('sent')} px`);
    equal(width('fill'), 0);
    engine.become('one', { sent: 0, loaded: 0, status: 'hashing' });
    await element.updateComplete;
    equal(width('sent'), 0);
  });

  it('does not say that the server drops it once that time has passed', async () => {
    const { element } = await showing({ ...AT_WORK, wontArriveBy: Date.now() / 1000 - 5 });
    ok(!/Too slow/.test(text(part(element, 'meta'))), 'it is over');
  });

  for (const [given, expected] of [
    [{ status: 'queued' }, 'Queued 1 MB'],
    [{ status: 'hashing' }, 'Preparing 1 MB'],
    [{ status: 'paused', loaded: 500_000 }, 'Paused 0.5 of 1.0 MB'],
    [
      { status: 'waiting', waitingFor: 'online', loaded: 500_000 },
      'Offline. It resumes when you are back online. 0.5 of 1.0 MB',
    ],
    [
      { status: 'waiting', waitingFor: 'store' },
      'The server isn’t responding. Retrying automatically. 1 MB',
    ],
    [
      { status: 'waiting', waitingFor: 'signer' },
      'The server isn’t responding. Retrying automatically. 1 MB',
    ],
    [{ status: 'waiting', waitingFor: 'file' }, 'Waiting for the disk 1 MB'],
    [
      { status: 'waiting', waitingFor: 'line', loaded: 500_000 },
      'Stalled. It resumes when the connection recovers. 0.5 of 1.0 MB',
    ],
    [{ status: 'completing', loaded: 1_000_000 }, 'Finishing 1.0 of 1.0 MB'],
    [
      { status: 'waiting', waitingFor: 'network' },
      'Something on the way, such as a firewall, blocks it. Retrying automatically. 1 MB',
    ],
    [
      { status: 'completing', loaded: 1_000_000, waitingFor: 'signer' },
      'The server isn’t responding. Retrying automatically. 1.0 of 1.0 MB',
    ],
    [{ status: 'done' }, '1 MB'],
    [{ status: 'cancelled' }, 'Cancelled 1 MB'],
  ] as const) {
    it(`that is ${Object.values(given).join(', ')} reads “${expected}”`, async () => {
      const { element } = await showing({ name: 'a', bytes: 1_000_000, ...given });
      equal(text(part(element, 'meta')), expected);
      ok(part(element, `row-${given.status}`), 'its state is a part');
    });
  }

  for (const [code, fields, expected] of [
    ['file_changed', {}, 'The file has changed on disk. Choose it again to continue.'],
    ['too_large', { limit: 50 * GB }, 'It is larger than 50 GB. Choose a smaller file.'],
    ['too_large', {}, 'It can’t be uploaded here.'],
    ['too_many_files', { limit: 5 }, 'No more than 5 files can be uploaded here.'],
    ['type_not_allowed', { limit: 'image/*,.pdf' }, 'Only images and PDF can be uploaded here.'],
    ['store_unreachable', {}, 'The server can’t be reached. Retry in a moment. for developers'],
    ['rate_limited', {}, 'The server can’t be reached. Retry in a moment.'],
    ['conflict', { retryable: true }, 'Something went wrong. Retry, or remove it.'],
    ['invalid_request', {}, 'It can’t be uploaded here.'],
    [
      'store_refused',
      {},
      'Uploads are not set up correctly here. Tell the owner of this page. for developers',
    ],
  ] as const) {
    it(`that failed with ${code} ${JSON.stringify(fields)} says what happened and what to do`, async () => {
      const error = new UploadError(code as UploadErrorCode, 'for developers', fields);
      const { element } = await showing({ name: 'a', status: 'failed', error });
      equal(text(part(element, 'meta')), expected);
      equal(parts(element, 'bar').length, 0, 'bars');
    });
  }

  it('shows in full colour what the store has, and lighter what is on its way', async () => {
    const { element } = await showing(AT_WORK);
    const width = (name: string): number => part(element, name).getBoundingClientRect().width;
    const whole = width('bar');
    equal(Math.round((100 * width('fill')) / whole), 43);
    equal(Math.round((100 * width('sent')) / whole), 50);
  });

  it('names its progress bar after the file, and gives no number before anything is sent', async () => {
    const { element, engine } = await showing({ id: 'a', name: 'a.mov', bytes: 6 * GB });
    const bar = part(element, 'bar');
    equal([bar.role, bar.ariaLabel], ['progressbar', 'a.mov']);
    equal([bar.ariaValueNow, bar.ariaValueText], [null, null]);
    engine.become('a', { status: 'uploading', loaded: 2.6 * GB });
    await element.updateComplete;
    equal([bar.ariaValueNow, bar.ariaValueText], ['43', '2.6 of 6.0 GB']);
  });

  it('keeps the end of a long name in sight', async () => {
    const { element } = await showing({
      name: '2026-11-19 interview with the harbour master and half of the town, camera B.mov',
    });
    element.style.inlineSize = '300px';
    const name = part(element, 'name');
    const end = name.querySelector('.end');
    equal(end?.textContent, ' B.mov');
    ok(name.scrollWidth <= name.clientWidth, 'the line does not overflow');
    ok((end?.getBoundingClientRect().width ?? 0) > 30, 'the end is drawn');
    equal(name.nextElementSibling?.textContent, name.title, 'and is read whole');
  });

  it('shows a name that would turn its end around for what it is', async () => {
    const { element } = await showing({ name: 'invoice\u202Efdp.exe' });
    equal(part(element, 'name').title, 'invoice\uFFFDfdp.exe');
  });

  it('shows a picture of a picture, and the extension of anything else', async () => {
    const canvas = new OffscreenCanvas(300, 200);
    canvas.getContext('2d')?.fillRect(0, 0, 300, 200);
    const blob = await canvas.convertToBlob();
    const { element, engine } = await place();
    pick(
      element,
      new File([blob], 'a.png', { type: blob.type }),
      file('b.svg', { type: 'image/svg+xml' }),
      file('Makefile'),
    );
    await element.updateComplete;
    const tiles = parts(element, 'thumb');
    await until(() => tiles[0]?.querySelector('canvas'));
    equal(
      tiles.slice(1).map((tile) => [tile.textContent?.trim(), tile.childElementCount]),
      [
        ['svg', 1],
        ['', 1],
      ],
    );
    ok(tiles[2]?.querySelector('svg'), 'a sheet, where there is no extension either');
    ok(engine, 'no upload was needed');
  });
});

describe('the actions of a row', () => {
  afterEach(clear);

  for (const [status, expected] of [
    ['queued', ['Pause a.mov', 'Cancel a.mov']],
    ['hashing', ['Pause a.mov', 'Cancel a.mov']],
    ['uploading', ['Pause a.mov', 'Cancel a.mov']],
    ['waiting', ['Pause a.mov', 'Cancel a.mov']],
    ['completing', ['Cancel a.mov']],
    ['paused', ['Resume a.mov', 'Cancel a.mov']],
    ['failed', ['Retry a.mov', 'Remove a.mov']],
    ['done', ['Remove a.mov']],
    ['cancelled', ['Remove a.mov']],
  ] as const) {
    it(`that is ${status} are ${expected.join(' and ')}`, async () => {
      const { element } = await showing({ name: 'a.mov', status });
      const buttons = [...part(element, 'actions').querySelectorAll('button')];
      equal(
        buttons.map(({ ariaLabel }) => ariaLabel),
        expected,
      );
    });
  }

  for (const [name, status, calls] of [
    ['Pause a.mov', 'uploading', [['pause', 'a']]],
    ['Resume a.mov', 'paused', [['resume', 'a']]],
    ['Retry a.mov', 'failed', [['retry', 'a']]],
    ['Cancel a.mov', 'uploading', [['remove', 'a']]],
    ['Remove a.mov', 'failed', [['remove', 'a']]],
    [
      'Remove a.mov',
      'done',
      [
        ['deleteFile', 'a'],
        ['remove', 'a'],
      ],
    ],
  ] as const) {
    it(`“${name}” does so for one that is ${status}`, async () => {
      const { element, engine } = await showing({ id: 'a', name: 'a.mov', status });
      button(element, name).click();
      equal(engine.calls, calls);
    });
  }

  for (const [code, { button: label, because, error }] of Object.entries(RETRIES)) {
    it(`after ${code} offer ${label}: ${because}`, async () => {
      const { element } = await showing({ name: 'a.mov', status: 'failed', error });
      equal(parts(element, 'retry').length, label === 'Retry' ? 1 : 0);
      equal(parts(element, 'again').length, label === 'Choose again' ? 1 : 0);
    });
  }

  it('let a file that changed be chosen again, in the place of the failed one', async () => {
    const error = new UploadError('file_changed', '');
    const { element, engine } = await showing(
      { id: 'a', name: 'a.mov', status: 'failed', error },
      { id: 'b', name: 'b.mov', status: 'done' },
    );
    button(element, 'Choose again a.mov').click();
    pick(element, file('a.mov'));
    equal(
      engine.uploads.map(({ name, status }) => [name, status]),
      [
        ['b.mov', 'done'],
        ['a.mov', 'queued'],
      ],
    );
  });

  for (const [markup, what] of [
    [html`<s3-upload multiple></s3-upload>`, 'several files'],
    [html`<s3-upload></s3-upload>`, 'one file'],
  ] as const) {
    it(`go on with the failed one where the same file is chosen again (${what})`, async () => {
      const { element, engine } = await place(markup);
      const gone = file('a.mov');
      pick(element, gone);
      const id = engine.uploads[0]?.id ?? '';
      const failed = { status: 'failed', error: new UploadError('file_changed', '') } as const;
      engine.become(id, failed);
      await element.updateComplete;
      const back = new File([await gone.arrayBuffer()], gone.name, { lastModified: 5 });
      button(element, 'Choose again a.mov').click();
      pick(element, back);
      const shown = () => engine.uploads.map((upload) => [upload.id, upload.status, upload.file]);
      equal(shown(), [[id, 'queued', back]]);
      engine.become(id, failed);
      pick(element, gone);
      equal(shown(), [[id, 'queued', gone]], 'also without having been asked for it');
    });
  }

  it('keep the failed one where what was chosen for it is refused', async () => {
    const error = new UploadError('file_changed', '');
    const { element, engine } = await showing({ id: 'a', name: 'a.mov', status: 'failed', error });
    engine.refuses.set('a.mov', new UploadError('too_large', '', { limit: 5 }));
    button(element, 'Choose again a.mov').click();
    pick(element, file('a.mov'));
    await element.updateComplete;
    equal(
      engine.uploads.map(({ id, status }) => [id, status]),
      [['a', 'failed']],
    );
    match(text(part(element, 'error')), /a\.mov: It is larger than 5 bytes/);
    engine.refuses.clear();
    pick(element, file('c.mov'));
    equal(engine.uploads.length, 2, 'and what is chosen later has nothing to do with it');
  });

  it('do nothing while the control is disabled', async () => {
    const { element } = await showing({ name: 'a.mov', status: 'uploading' });
    element.disabled = true;
    await element.updateComplete;
    equal(button(element, 'Pause a.mov').disabled, true);
  });

  it('offer a download where the engine can give its address', async () => {
    const { element, engine } = await showing();
    const asked: string[] = [];
    Object.assign(engine, {
      fileUrl: (id: string) => {
        asked.push(id);
        return Promise.resolve('about:blank#download');
      },
    });
    element.uploader = engine;
    engine.show({ id: 'a', name: 'a.mov', status: 'done' });
    await element.updateComplete;
    // A tab that really opened would lie before the tests.
    const opened: string[] = [];
    HTMLAnchorElement.prototype.click = function open() {
      opened.push(`${this.target} ${this.href}`);
    };
    try {
      button(element, 'Download a.mov').click();
      await until(() => opened.length);
    } finally {
      Reflect.deleteProperty(HTMLAnchorElement.prototype, 'click');
    }
    equal(asked, ['a']);
    equal(opened, ['_blank about:blank#download']);
  });

  it('say why a download is not to be had', async () => {
    const { element, engine } = await showing();
    const error = new UploadError('unauthenticated', '');
    Object.assign(engine, { fileUrl: () => Promise.reject(error) });
    element.uploader = engine;
    engine.show({ id: 'a', name: 'a.mov', status: 'done' });
    await element.updateComplete;
    button(element, 'Download a.mov').click();
    await new Promise((resolve) => setTimeout(resolve));
    await element.updateComplete;
    equal(text(part(element, 'error')), 'a.mov: You are no longer signed in. Sign in, then retry.');
  });

  it('take what the page puts beside them', async () => {
    const { element, engine } = await showing({ id: 'a', name: 'a.mov' });
    const share = document.createElement('button');
    share.slot = 'row-actions-a';
    share.textContent = 'Share';
    element.append(share);
    ok(share.assignedSlot?.closest('[part~=row]')?.textContent?.includes('a.mov'), 'in its row');
    ok(engine, 'and the engine knows nothing of it');
  });
});

describe('the line of totals', () => {
  afterEach(clear);

  it('is there from two files on', async () => {
    const { element, engine } = await showing({ name: 'a' });
    equal(parts(element, 'summary').length, 0);
    engine.show({ name: 'a' }, { name: 'b' });
    await element.updateComplete;
    equal(parts(element, 'summary').length, 1);
  });

  it('counts files and bytes, and says how long all will take', async () => {
    const { element } = await showing(
      { ...AT_WORK, name: 'a' },
      { name: 'b', bytes: 6.4 * GB, status: 'done' },
      { name: 'c', bytes: 0, status: 'failed' },
    );
    equal(
      text(part(element, 'total')),
      '1 of 3 uploaded · 1 failed · 9.0 of 12.4 GB · 31 MB/s · 1 min 40 sec left',
    );
  });

  it('promises no time while all wait for the network', async () => {
    const waiting = { ...AT_WORK, status: 'waiting', waitingFor: 'online' } as const;
    const { element } = await showing(waiting, { ...waiting, id: 'two' });
    equal(text(part(element, 'total')), '0 of 2 uploaded · 5.2 of 12.0 GB');
  });

  it('has the colour of a row that waits while all wait, and only then', async () => {
    const stalled = { ...AT_WORK, status: 'waiting', waitingFor: 'line' } as const;
    const { element, engine } = await showing(stalled, { name: 'two' });
    const colours = () =>
      parts(element, 'fill').map((fill) => getComputedStyle(fill).backgroundColor);
    equal(colours()[0], colours()[1]);
    engine.become('one', { status: 'uploading', waitingFor: undefined });
    engine.show(engine.uploads[0] ?? {}, { ...stalled, id: 'two' });
    await element.updateComplete;
    ok(colours()[0] !== colours()[2], 'the totals of one that moves');
  });

  it('says that files are being sent, and how fast, until the store has something', async () => {
    const { element } = await showing(HOTEL, { ...HOTEL, id: 'two', bytesPerSecond: undefined });
    element.style.inlineSize = '320px';
    equal(
      text(part(element, 'total')),
      '0 of 2 uploaded · Sending · 40 GB · 250 kB/s · 44 hr 25 min left',
    );
    const rate = part(element, 'total').children[3] as HTMLElement;
    ok(rate.getClientRects().length > 0, 'also on a phone');
  });

  it('breaks between its figures, never within one', async () => {
    const { element } = await showing(AT_WORK, { ...AT_WORK, id: 'two', status: 'failed' });
    element.style.inlineSize = '240px';
    const [first, ...figures] = part(element, 'total').children;
    const lines = [first, ...figures.map((figure) => figure.firstElementChild)];
    equal(
      lines.map((line) => line?.getClientRects().length),
      [1, 1, 1, 0, 1],
      'the rate is not shown',
    );
    ok(part(element, 'total').offsetHeight > 30, 'there is more than one line');
  });

  it('pauses all, resumes all, retries all', async () => {
    const { element, engine } = await showing(
      { name: 'a', status: 'uploading' },
      { name: 'b', status: 'failed' },
      { name: 'c', status: 'failed' },
    );
    button(element, 'Pause all').click();
    await element.updateComplete;
    button(element, 'Resume all').click();
    await element.updateComplete;
    button(element, 'Retry all').click();
    equal(engine.calls, [
      ['pause', null],
      ['resume', null],
      ['retry', null],
    ]);
  });

  it('offers to start what waits for it, even a single file', async () => {
    const { element, engine } = await place(html`<s3-upload no-auto></s3-upload>`);
    engine.show({ id: 'a', name: 'a' });
    await element.updateComplete;
    button(element, 'Start upload').click();
    equal(engine.calls, [['start']]);
    engine.become('a', { status: 'uploading' });
    await element.updateComplete;
    equal(parts(element, 'start').length, 0);
  });

  it('is quiet when all is done', async () => {
    const { element } = await showing(
      { name: 'a', bytes: 2e6, status: 'done' },
      { name: 'b', bytes: 1e6, status: 'done' },
    );
    equal(text(part(element, 'total')), '2 of 2 uploaded · 3 MB');
    equal(parts(element, 'bar').length, 0);
  });
});

describe('the zone', () => {
  afterEach(clear);

  for (const [what, template, expected] of [
    ['many', html`<s3-upload multiple></s3-upload>`, 'Drop files here or browse'],
    ['one', html`<s3-upload></s3-upload>`, 'Drop a file here or browse'],
    ['a folder', html`<s3-upload directory></s3-upload>`, 'Drop a folder here or browse'],
    ['picking alone', html`<s3-upload multiple no-drop></s3-upload>`, 'Choose files'],
    [
      'limits',
      html`<s3-upload
        multiple
        accept="video/*,audio/*,.pdf,application/vnd.ms-excel"
        max-size="50GB"
        max-files="3"
      ></s3-upload>`,
      'Drop files here or browse Video, audio, PDF, or XLS, up to 3 files, up to 50 GB each',
    ],
    [
      'many of which one is allowed',
      html`<s3-upload multiple max-files="1"></s3-upload>`,
      'Drop files here or browse Up to 1 file',
    ],
    [
      'one with limits',
      html`<s3-upload accept="image/*" max-size="20 MB"></s3-upload>`,
      'Drop a file here or browse images, up to 20 MB',
    ],
  ] as const) {
    it(`for ${what} says “${expected}”`, async () => {
      const { element } = await place(template);
      equal(text(part(element, 'zone')), expected);
    });
  }

  it('steps back as soon as there are rows', async () => {
    const { element, engine } = await place();
    const height = (): number => part(element, 'zone').offsetHeight;
    const before = height();
    engine.show({ name: 'a' });
    await element.updateComplete;
    ok(height() < before / 2, `${height()} is much less than ${before}`);
    equal(text(part(element, 'zone')), 'Drop more files or browse');
  });

  it('can be the page’s own, and still opens the picker and can be reached by keyboard', async () => {
    const { element } = await place(
      html`<s3-upload multiple><b slot="dropzone">Here, please</b></s3-upload>`,
    );
    await element.updateComplete;
    equal(button(element, 'Choose files').tabIndex, 0);
    match(part(element, 'zone').parentElement?.textContent ?? '', /Choose files/);
  });

  it('opens the picker for a click deep in what the page has put there', async () => {
    const { element, holder } = await place(
      html`<s3-upload multiple
        ><p slot="dropzone">Here, <b>please</b></p></s3-upload
      >`,
    );
    await element.updateComplete;
    const opened: string[] = [];
    element.shadowRoot?.querySelector('input')?.addEventListener('click', (event) => {
      event.preventDefault();
      opened.push('once');
    });
    holder.querySelector('b')?.click();
    equal(opened, ['once']);
  });

  it('leaves clicks on what a page has marked for itself to the page', async () => {
    const { element, engine, holder } = await place(
      html`<div data-act="pause" data-id="a">
        <s3-upload multiple><b slot="hint" data-act="retry">Now?</b></s3-upload>
      </div>`,
    );
    engine.show({ id: 'a', status: 'uploading' });
    await element.updateComplete;
    holder.querySelector('b')?.click();
    part(element, 'name').click();
    equal(engine.calls, []);
  });

  it('shows what is in its slots: label, hint, icon, empty', async () => {
    const { element, engine, holder } = await place(
      html`<s3-upload>
        <b slot="label">Contract</b><i slot="hint">As a PDF</i><u slot="icon">!</u>
        <p slot="empty">Nothing yet</p>
      </s3-upload>`,
    );
    await element.updateComplete;
    const visible = (): string[] =>
      [...holder.querySelectorAll<HTMLElement>('[slot]')]
        .filter((node) => node.checkVisibility())
        .map(({ slot }) => slot);
    equal(visible(), ['label', 'hint', 'icon', 'empty']);
    engine.show({ name: 'a' });
    await element.updateComplete;
    equal(visible(), ['label', 'hint', 'icon']);
  });
});
