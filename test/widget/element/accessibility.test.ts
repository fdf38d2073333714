import 'axe-core';
import type Axe from 'axe-core';
import type { UploadSnapshot } from '../../../widget/index.ts';
import { equal, ok } from './assert.ts';
import { UploadError, type FakeUploader } from './fake-uploader.ts';
import { fakeTime } from './fake-time.ts';
import { button, clear, file, html, idOf, parts, pick, place, until } from './page.ts';

/** It is no module, and leaves itself on the window. */
const { axe } = window as unknown as { axe: typeof Axe };

const SCENES: Record<string, Partial<UploadSnapshot>[]> = {
  empty: [],
  'at work': [
    {
      name: 'a.mov',
      bytes: 6e9,
      status: 'uploading',
      loaded: 2e9,
      sent: 3e9,
      bytesPerSecond: 3e7,
      secondsLeft: 100,
    },
    { name: 'b.mov', status: 'queued' },
    { name: 'c.mov', status: 'hashing' },
    { name: 'd.mov', status: 'completing', loaded: 1e6 },
  ],
  interrupted: [{ name: 'a.mov', status: 'queued' }],
  paused: [{ name: 'a.mov', status: 'paused', loaded: 5e5 }],
  failed: [
    { name: 'a.mov', status: 'failed' },
    { name: 'b.mov', status: 'failed' },
  ],
  sending: [
    { name: 'a.mov', status: 'uploading', bytes: 2e10, sent: 5e6, bytesPerSecond: 3e5 },
    { name: 'b.mov', status: 'waiting', waitingFor: 'line', loaded: 5e5 },
  ],
  offline: [{ name: 'a.mov', status: 'waiting', waitingFor: 'online', loaded: 5e5 }],
  done: [
    { name: 'a.mov', status: 'done' },
    { name: 'b.mov', status: 'cancelled' },
  ],
};

/** Collects what is announced, in place of the screen reader. */
function listen(element: Element): string[] {
  const said: string[] = [];
  Object.assign(element, { ariaNotify: (text: string) => void said.push(text) });
  return said;
}

async function hear(said: string[]): Promise<void> {
  await until(() => said.length > 0);
}

for (const scheme of ['light', 'dark']) {
  describe(`axe finds nothing, ${scheme}`, () => {
    before(() => {
      document.documentElement.lang = 'en';
      document.documentElement.style.cssText = `color-scheme: ${scheme}; background: Canvas`;
      document.title = 'test';
    });
    after(() => document.documentElement.removeAttribute('style'));
    afterEach(clear);

    for (const [name, uploads] of Object.entries(SCENES)) {
      it(name, async () => {
        const { element, engine, holder } = await place(
          html`<main>
            <s3-upload multiple label="Files" hint="Any will do" accept="image/*" max-size="5GB">
            </s3-upload>
          </main>`,
        );
        engine.show(...uploads);
        engine.refuses.set('x', new UploadError('duplicate', ''));
        if (name === 'done') element.add([file('x')]);
        if (name === 'interrupted') {
          engine.left = [
            { id: idOf('b'), name: 'b.mov', bytes: 6e9, lastModified: 0, expiresAt: '2999-01-01' },
          ];
          await until(() => parts(element, 'row-interrupted').length > 0);
        }
        await element.updateComplete;
        const { violations, incomplete } = await axe.run(holder);
        equal(
          violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
          [],
        );
        const unsure = incomplete.filter(({ id }) => id === 'color-contrast');
        equal(
          unsure.map(({ nodes }) => nodes.map((node) => [node.html, node.any[0]?.message])),
          [],
        );
      });
    }
  });
}

describe('by keyboard', () => {
  afterEach(clear);

  const focused = (element: Element): string | null | undefined => {
    const active = element.shadowRoot?.activeElement;
    return active?.id || active?.ariaLabel;
  };

  async function three(): Promise<Awaited<ReturnType<typeof place>>> {
    const placed = await place();
    placed.engine.show(
      { id: 'a', name: 'a', status: 'uploading' },
      { id: 'b', name: 'b', status: 'uploading' },
      { id: 'c', name: 'c', status: 'done' },
    );
    await placed.element.updateComplete;
    return placed;
  }

  async function press(
    element: Awaited<ReturnType<typeof place>>['element'],
    name: string,
  ): Promise<void> {
    const one = button(element, name);
    one.focus();
    one.click();
    await element.updateComplete;
  }

  it('removing a row takes the focus to the next one, then to the one before, then to the button', async () => {
    const { element } = await three();
    await press(element, 'Cancel a');
    equal(focused(element), 'Cancel b');
    await press(element, 'Remove c');
    equal(focused(element), 'Cancel b');
    await press(element, 'Cancel b');
    equal(focused(element), 'browse');
  });

  it('pausing keeps the focus in the row, and pausing all in the summary', async () => {
    const { element } = await three();
    await press(element, 'Pause a');
    equal(focused(element), 'Resume a');
    await press(element, 'Pause all');
    equal(focused(element), 'Resume all');
  });

  it('the focus stays where it is when rows change around it', async () => {
    const { element, engine } = await three();
    button(element, 'Cancel b').focus();
    engine.become('a', { status: 'done' });
    engine.become('b', { loaded: 1 });
    await element.updateComplete;
    equal(focused(element), 'Cancel b');
  });

  it('everything is reached in the order in which it is seen', async () => {
    const { element } = await three();
    const buttons = [...(element.shadowRoot?.querySelectorAll('button') ?? [])];
    const boxes = buttons.map((one) => one.getBoundingClientRect());
    const inOrder = boxes.every((box, i) => {
      const last = boxes[i - 1];
      return !last || (box.top > last.top - 12 && (box.top > last.bottom || box.left > last.left));
    });
    ok(inOrder, JSON.stringify(buttons.map((one) => one.ariaLabel)));
    equal(
      buttons.filter(({ tabIndex }) => tabIndex === 0).map((one) => one.ariaLabel),
      ['Drop more files or browse', 'Pause all', 'Cancel all', 'Clear finished', 'Pause a'],
      'the list is one stop',
    );
    ok(
      buttons.every(({ tabIndex }) => tabIndex <= 0),
      'there is no order of its own',
    );
  });

  it('every target is at least 24 px, and those of rows 32 px', async () => {
    const { element } = await three();
    for (const one of element.shadowRoot?.querySelectorAll<HTMLElement>('[data-act]') ?? []) {
      ok(one.offsetWidth >= 32 && one.offsetHeight >= 32, `${one.ariaLabel} is large enough`);
    }
    ok(button(element, 'browse').offsetHeight >= 24, 'browse is large enough');
  });
});

describe('announcements', () => {
  afterEach(clear);

  async function placed(): Promise<{
    element: Awaited<ReturnType<typeof place>>['element'];
    engine: FakeUploader;
    said: string[];
  }> {
    const { element, engine } = await place();
    return { element, engine, said: listen(element) };
  }

  it('say together what happened together, failures first', async () => {
    const { element, engine, said } = await placed();
    engine.show({ id: 'a', name: 'a.txt' }, { id: 'b', name: 'b.txt' }, { id: 'c' }, { id: 'd' });
    engine.become('c', { status: 'done' });
    engine.become('d', { status: 'done' });
    engine.become('a', { status: 'failed', error: new UploadError('file_changed', '') });
    engine.refuses.set('x.mov', new UploadError('duplicate', ''));
    element.add([file('x.mov')]);
    await hear(said);
    equal(said, [
      'a.txt: The file has changed on disk. Choose it again to continue. x.mov: It is already in the list. 2 of 4 uploaded',
    ]);
  });

  it('say one sentence of 60 files that finish one after another', async () => {
    const { element, engine, said } = await placed();
    engine.show(...Array.from({ length: 60 }, (_, index) => ({ id: `${index}` })));
    await element.updateComplete;
    const time = fakeTime();
    try {
      for (let index = 0; index < 60; index += 1) {
        engine.become(`${index}`, { status: 'done' });
        await element.updateComplete;
        time.advance(150);
      }
      time.advance(400);
    } finally {
      time.restore();
    }
    equal(said, ['60 of 60 uploaded']);
  });

  it('say how far a file is that takes an hour', async () => {
    const { element, engine, said } = await placed();
    engine.show({ id: 'a', name: 'a.mov', status: 'uploading', bytes: 36e9 });
    await element.updateComplete;
    const time = fakeTime();
    try {
      for (let minute = 1; minute < 60; minute += 1) {
        time.advance(60_000);
        engine.become('a', { loaded: minute * 6e8 });
        await element.updateComplete;
      }
    } finally {
      time.restore();
    }
    equal(said, ['a.mov: 25%', 'a.mov: 50%', 'a.mov: 75%']);
  });

  it('say when all is done', async () => {
    const { engine, said } = await placed();
    engine.show({ id: 'a' }, { id: 'b' });
    engine.become('a', { status: 'done' });
    engine.become('b', { status: 'done' });
    await hear(said);
    equal(said, ['2 of 2 uploaded']);
  });

  it('say what was added only to those who are there', async () => {
    const { element, engine, said } = await placed();
    pick(element, file('a.txt'), file('b.txt'));
    element.focus();
    await hear(said);
    equal(said, ['2 files added']);
    ok(engine, '');
  });

  it('say that the network is gone, once, and that nothing needs doing', async () => {
    const { element, engine, said } = await placed();
    engine.show({ id: 'a', status: 'uploading' }, { id: 'b', status: 'uploading' });
    await element.updateComplete;
    engine.become('a', { status: 'waiting', waitingFor: 'online' });
    await hear(said);
    engine.become('b', { status: 'waiting', waitingFor: 'online' });
    await element.updateComplete;
    engine.become('a', { status: 'uploading' });
    engine.become('b', { status: 'done' });
    await until(() => said.length > 1);
    equal(said, ['Offline. It resumes when you are back online.', 'file.bin: Uploaded']);
  });

  it('say that the line stands still, once, and of which file', async () => {
    const { element, engine, said } = await placed();
    engine.show(
      { id: 'a', name: 'a.mov', status: 'uploading' },
      { id: 'b', name: 'b.mov', status: 'uploading' },
    );
    await element.updateComplete;
    for (const id of ['a', 'b', 'a']) {
      engine.become(id, { status: 'waiting', waitingFor: 'line' });
      await element.updateComplete;
      engine.become(id, { status: 'uploading', waitingFor: undefined });
      await element.updateComplete;
    }
    await hear(said);
    engine.become('a', { status: 'waiting', waitingFor: 'line' });
    await element.updateComplete;
    engine.become('b', { status: 'done' });
    await until(() => said.length > 1);
    equal(said, ['a.mov: Stalled. It resumes when the connection recovers.', 'b.mov: Uploaded']);
  });

  it('go into a log where the browser has no ariaNotify, one line each', async () => {
    const { element, engine } = await place();
    Object.assign(element, { ariaNotify: undefined });
    engine.show({ id: 'a', name: 'a.txt' });
    engine.become('a', { status: 'done' });
    const log = element.shadowRoot?.querySelector('[role=log]');
    await until(() => log?.childElementCount);
    equal(log?.textContent, '1 of 1 uploaded');
  });
});

describe('for screen readers', () => {
  afterEach(clear);

  it('the button is named by its sentence and described by limits, hint and error', async () => {
    const { element } = await place(
      html`<s3-upload required max-size="5MB" hint="Any will do"></s3-upload>`,
    );
    element.reportValidity();
    await element.updateComplete;
    const browse = button(element, 'browse');
    const textOf = (ids: string | null): string =>
      (ids ?? '')
        .split(' ')
        .map((id) => element.shadowRoot?.getElementById(id)?.textContent?.trim())
        .filter(Boolean)
        .join(' | ');
    equal(browse.ariaLabel, 'Drop a file here or browse');
    equal(
      textOf(browse.getAttribute('aria-describedby')),
      'up to 5 MB | Any will do | Required. | Choose a file.',
    );
  });

  it('the group has the name of its label, whichever way that is given', async () => {
    const { element } = await place(
      html`<s3-upload
        ><b slot="label">Signed <i>contract</i></b></s3-upload
      >`,
    );
    await element.updateComplete;
    const { internals } = element as unknown as { internals: ElementInternals };
    equal([internals.role, internals.ariaLabel], ['group', 'Signed contract']);
    element.label = 'Contract';
    await element.updateComplete;
    equal(internals.ariaLabel, 'Signed contract', 'what is seen is what is said');
  });

  it('rows are rows of a grid, in which a cell says what and a cell does something', async () => {
    const { element, engine } = await place();
    engine.show({ name: 'a' }, { name: 'b' });
    await element.updateComplete;
    const [list] = parts(element, 'list');
    const rolesIn = (node?: Element): (string | null)[] =>
      [...(node?.children ?? [])].filter((one) => !one.ariaHidden).map(({ role }) => role);
    equal([list?.role, rolesIn(list)], ['grid', ['row', 'row']]);
    equal(rolesIn(list?.children[0]), ['gridcell', 'gridcell']);
  });
});
