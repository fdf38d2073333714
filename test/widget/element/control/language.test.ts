import { LitElement } from 'lit';
import { Language } from '../../../../widget/i18n/language.ts';
import { registerLocale } from '../../../../widget/i18n/locales.ts';
import type { Messages } from '../../../../widget/index.ts';
import { equal } from '../assert.ts';
import { mount, unmountAll } from './mount.ts';

class Host extends LitElement {
  messages: Messages | undefined;
  readonly language = new Language(this);
}

describe('the language, on a host of its own', () => {
  afterEach(unmountAll);

  it('keeps its localizer until lang or texts change', async () => {
    const host = await mount(class extends Host {});
    const first = host.language.localizer;
    host.requestUpdate();
    await host.updateComplete;
    equal(host.language.localizer === first, true);
    host.messages = { queued: 'Soon' };
    host.requestUpdate();
    await host.updateComplete;
    equal(host.language.localizer.text('queued'), 'Soon');
  });

  it('draws its host again when a locale is registered', async () => {
    const host = await mount(class extends Host {});
    host.lang = 'ie';
    await new Promise((resolve) => setTimeout(resolve));
    registerLocale('ie', { queued: 'Atendent' });
    await host.updateComplete;
    equal(host.language.localizer.text('queued'), 'Atendent');
  });

  it('hears no locale once its host is off the page', async () => {
    const host = await mount(class extends Host {});
    host.remove();
    registerLocale('io', { queued: 'Vartanta' });
    equal(host.isUpdatePending, false);
  });
});
