import { LitElement } from 'lit';
import type { Totals } from '../../../../widget/index.ts';
import { en } from '../../../../widget/i18n/en.ts';
import { addEnglish, Localizer } from '../../../../widget/i18n/localizer.ts';
import { Announcer } from '../../../../widget/view/rows/announcer.ts';
import { equal } from '../assert.ts';
import { snapshot, UploadError } from '../fake-uploader.ts';
import { until } from '../page.ts';
import { mount, unmountAll } from './mount.ts';

before(() => addEnglish(en));

class Host extends LitElement {
  totals = { files: 5, done: 1 } as Totals;
  readonly said: [string, string][] = [];
  readonly announcer = new Announcer(this, () => new Localizer('en'));

  ariaNotify(text: string, { priority }: { priority: string }): void {
    this.said.push([text, priority]);
  }
}

describe('the announcer, on a host of its own', () => {
  before(() => addEnglish(en));
  afterEach(unmountAll);

  it('names three failures, counts the others, and interrupts for them', async () => {
    const host = await mount(class extends Host {});
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      host.announcer.failed({ name }, new UploadError('duplicate', ''));
    }
    await until(() => host.said.length > 0);
    const each = ['a', 'b', 'c'].map((name) => `${name}: It is already in the list.`).join(' ');
    equal(host.said, [[`${each} and 2 more`, 'high']]);
  });

  it('names one finished file, and counts several', async () => {
    const host = await mount(class extends Host {});
    host.announcer.done(snapshot({ name: 'a' }));
    await until(() => host.said.length > 0);
    host.totals = { files: 5, done: 3 } as Totals;
    host.announcer.done(snapshot({ name: 'b' }));
    host.announcer.done(snapshot({ name: 'c' }));
    await until(() => host.said.length > 1);
    equal(host.said, [
      ['a: Uploaded', 'normal'],
      ['3 of 5 uploaded', 'normal'],
    ]);
  });
});
