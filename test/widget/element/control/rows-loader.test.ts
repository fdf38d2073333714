import { LitElement } from 'lit';
import { Announcements } from '../../../../widget/control/announcements.ts';
import { Refusals } from '../../../../widget/control/refusals.ts';
import { RowsLoader } from '../../../../widget/control/rows-loader.ts';
import { UploadDoneEvent, UploadRejectedEvent } from '../../../../widget/core/index.ts';
import { equal } from '../assert.ts';
import { snapshot, UploadError } from '../fake-uploader.ts';
import { file } from '../page.ts';
import { mount, unmountAll } from './mount.ts';

type View = NonNullable<RowsLoader['view']>;

class Host extends LitElement {
  isDue = false;
  loads = 0;
  failures = 0;
  readonly announced: unknown[] = [];
  readonly rows: RowsLoader = new RowsLoader(this, {
    isDue: () => this.isDue,
    make: () =>
      ({
        beforeDrawing: () => undefined,
        afterDrawing: () => undefined,
        announcer: {
          hear: ({ type }: Event) => this.announced.push(type),
          added: (count: number) => this.announced.push(`added ${count}`),
        },
      }) as unknown as View,
    load: () => {
      this.loads += 1;
      if (this.failures > 0) return Promise.reject(new TypeError(`${(this.failures -= 1)} left`));
      return Promise.resolve({} as never);
    },
  });
  readonly refusals = new Refusals(this);
  readonly announcements = new Announcements(this, this.rows);
}

const refused = (...list: string[]): UploadRejectedEvent =>
  new UploadRejectedEvent(
    list.map((name) => ({ file: file(name), error: new UploadError('too_large', name) })),
  );

describe('the rows, on a host of their own', () => {
  afterEach(unmountAll);

  it('are loaded once, as soon as there is something to show', async () => {
    const host = await mount(class extends Host {});
    host.isDue = true;
    host.requestUpdate();
    await host.updateComplete;
    equal([await host.rows.whenShown(), host.loads], [host.rows.view === undefined, 1]);
    host.requestUpdate();
    await host.updateComplete;
    equal([host.rows.view !== undefined, host.loads], [true, 1]);
  });

  it('do not fail the host where they cannot be loaded', async () => {
    const host = await mount(class extends Host {});
    host.failures = 1;
    await host.rows.load();
    equal([host.rows.view, host.loads], [undefined, 1]);
  });
});

describe('announcements, on a host of their own', () => {
  afterEach(unmountAll);

  it('tell also what happened before what tells them was loaded', async () => {
    const host = await mount(class extends Host {});
    host.announcements.added(2);
    host.dispatchEvent(new UploadDoneEvent(snapshot({ name: 'a' })));
    host.dispatchEvent(refused('b'));
    equal(host.announced, []);
    await host.rows.load();
    await Promise.resolve();
    equal(host.announced, ['added 2', 'upload-done', 'upload-rejected']);
  });
});

describe('refusals, on a host of their own', () => {
  afterEach(unmountAll);

  it('name each file once, with its last reason', async () => {
    const host = await mount(class extends Host {});
    host.dispatchEvent(refused('a', 'b'));
    host.dispatchEvent(refused('a'));
    equal(
      host.refusals.list.map((one) => one.file.name),
      ['b', 'a'],
    );
    host.refusals.reset();
    equal(host.refusals.list, []);
  });
});
