import { registerLocale, type UploadErrorCode } from '../../../widget/index.ts';
import { en, type MessageId, type Plural } from '../../../widget/i18n/en.ts';
import { ar } from '../../../widget/i18n/languages/ar.ts';
import { de } from '../../../widget/i18n/languages/de.ts';
import { es } from '../../../widget/i18n/languages/es.ts';
import { fr } from '../../../widget/i18n/languages/fr.ts';
import { it as italian } from '../../../widget/i18n/languages/it.ts';
import { ja } from '../../../widget/i18n/languages/ja.ts';
import { ko } from '../../../widget/i18n/languages/ko.ts';
import { nl } from '../../../widget/i18n/languages/nl.ts';
import { pt } from '../../../widget/i18n/languages/pt.ts';
import { zh } from '../../../widget/i18n/languages/zh.ts';
import { addEnglish, Localizer } from '../../../widget/i18n/localizer.ts';
import { reasonOf } from '../../../widget/i18n/reason.ts';
import { durationText, progressText } from '../../../widget/i18n/transfer-texts.ts';
import { splitName } from '../../../widget/view/rows/name.ts';
import { equal, match } from './assert.ts';
import { UploadError } from './fake-uploader.ts';
import { clear, html, part, place, text } from './page.ts';

before(() => addEnglish(en));

const spaces = (value: string): string => value.replace(/\s/g, ' ');

describe('numbers', () => {
  const english = new Localizer('en');

  for (const [bytes, expected] of [
    [0, '0 bytes'],
    [1, '1 byte'],
    [999, '999 bytes'],
    [1000, '1 kB'],
    [999_499, '999 kB'],
    [999_500, '1 MB'],
    [4_200_000, '4.2 MB'],
    [42_000_000, '42 MB'],
    [50e9, '50 GB'],
    [12.44e9, '12.4 GB'],
    [2.5e15, '2.5 PB'],
  ] as const) {
    it(`${bytes} bytes are “${expected}”`, () => equal(english.bytes(bytes), expected));
  }

  for (const [loaded, total, expected] of [
    [5_100_000_000, 12_400_000_000, '5.1 of 12.4 GB'],
    [2_600_000_000, 6_000_000_000, '2.6 of 6.0 GB'],
    [212_000_000, 780_000_000, '212 of 780 MB'],
    [5_999_999_999, 6_000_000_000, '5.9 of 6.0 GB'],
    [99_999_999, 20_000_000_000, '100 MB of 20.0 GB'],
    [41_900_000, 20_000_000_000, '42 MB of 20.0 GB'],
    [100_000_000, 20_000_000_000, '0.1 of 20.0 GB'],
    [0, 20_000_000_000, '0.0 of 20.0 GB'],
    [0, 0, '0 of 0 bytes'],
  ] as const) {
    it(`${loaded} of ${total} are “${expected}”`, () =>
      equal(progressText(english, loaded, total), expected));
  }

  for (const [seconds, expected] of [
    [0.2, '1 sec'],
    [33, '33 sec'],
    [59.6, '1 min'],
    [110, '1 min 50 sec'],
    [299, '5 min'],
    [754, '13 min'],
    [3600, '1 hr'],
    [3599, '1 hr'],
    [9000, '2 hr 30 min'],
    [172_700, '47 hr 58 min'],
    [172_770, '2 days'],
    [608_400, '7 days 1 hr'],
  ] as const) {
    it(`${seconds} seconds are “${expected}”`, () =>
      equal(durationText(english, seconds), expected));
  }

  it('speak the language of the page', () => {
    const german = new Localizer('de');
    equal(spaces(progressText(german, 2.6e9, 6e9)), '2,6 von 6,0 GB');
    const arabic = new Localizer('ar-EG');
    equal(arabic.text('failedCount', { n: 12 }), 'فشل ١٢');
  });
});

describe('messages', () => {
  afterEach(clear);

  it('choose their plural form by the language', () => {
    const polish = new Localizer('pl', {
      added: { one: '{n} plik', few: '{n} pliki', many: '{n} plików', other: '{n} pliku' },
    });
    equal(
      [1, 3, 5, 22].map((n) => polish.text('added', { n })),
      ['1 plik', '3 pliki', '5 plików', '22 pliki'],
    );
  });

  it('of the page go before the element’s own, one by one', async () => {
    const { element } = await place(html`<s3-upload multiple></s3-upload>`);
    element.messages = { drop: 'Pictures, please, or {browse}' };
    await element.updateComplete;
    equal(text(part(element, 'zone')), 'Pictures, please, or browse');
  });

  it('are those of the nearest lang, as soon as it is known', async () => {
    const { element, holder } = await place(html`<s3-upload multiple></s3-upload>`);
    holder.lang = 'eo';
    await element.updateComplete;
    equal(text(part(element, 'zone')), 'Drop files here or browse');
    registerLocale('eo', { drop: 'Her damit, {browse}', browse: 'oder suchen' });
    await element.updateComplete;
    equal(text(part(element, 'zone')), 'Her damit, oder suchen');
    holder.lang = 'en';
    element.requestUpdate();
    await element.updateComplete;
    equal(text(part(element, 'zone')), 'Drop files here or browse');
  });

  it('are learnt also when they come after the element, as a module of its own does', async () => {
    const { element } = await place(html`<s3-upload multiple lang="vo" required></s3-upload>`);
    await new Promise((resolve) => setTimeout(resolve));
    await element.updateComplete;
    registerLocale('vo', { drop: 'Dalabolsöd {browse}', required: 'Välolsöd.' });
    await element.updateComplete;
    equal(text(part(element, 'zone')), 'Dalabolsöd browse');
    equal(element.validationMessage, 'Välolsöd.');
  });

  it('follow a lang that changes, of the element, around it, or of a host around that', async () => {
    registerLocale('eo', { drop: 'Her damit, {browse}', browse: 'oder suchen' });
    const { element, holder } = await place(
      html`<section><s3-upload multiple></s3-upload></section>`,
    );
    const reads = async (expected: string): Promise<void> => {
      // The news of it comes in a microtask, and the drawing after that.
      await new Promise((resolve) => setTimeout(resolve));
      await element.updateComplete;
      equal(text(part(element, 'zone')), expected);
    };
    element.lang = 'eo';
    await reads('Her damit, oder suchen');
    element.removeAttribute('lang');
    await reads('Drop files here or browse');
    document.documentElement.lang = 'eo';
    await reads('Her damit, oder suchen');
    document.documentElement.lang = 'en';
    await reads('Drop files here or browse');
    void holder;
  });

  it('are found for a region by its language, and are English for a tag that is none', () => {
    registerLocale('ia', { queued: 'gemach' });
    equal(new Localizer('ia-001').text('queued'), 'gemach');
    equal([new Localizer('no_such thing').locale, new Localizer('').locale], ['en', 'en']);
  });

  it('and numbers are in one language: English, where the other is not known', () => {
    equal(new Localizer('sw').bytes(1_500_000), '1.5 MB');
  });
});

describe('names', () => {
  for (const [name, stem, end] of [
    ['a.txt', 'a', '.txt'],
    ['.htaccess', '.htaccess', ''],
    ['Makefile', 'Makefile', ''],
    ['IMG_20261119_harbour_8842.jpg', 'IMG_20261119_harbour', '_8842.jpg'],
    ['2026-11-19 interview, camera B.mov', '2026-11-19 interview, camera', ' B.mov'],
    ['aaaaaaaaaaaaaaaaaaaaaaaaaa.tar', 'aaaaaaaaaaaaaaaaaaaaaaaa', 'aa.tar'],
    ['archive.tar.gz', 'archi', 've.tar.gz'],
    // “mu….mov” would look as if it had four dots.
    ['museum.mov', 'muse', 'um.mov'],
    ['music.mov', 'music', '.mov'],
    ['музеи2026.mov', 'музеи20', '26.mov'],
    // Letters that join would be drawn differently at the cut.
    ['متحف الميناء.mov', 'متحف الميناء', '.mov'],
    ['المتاحف.mov', 'المتاحف', '.mov'],
  ] as const) {
    it(`${name} may be cut after “${stem}”`, () => equal(splitName(name), { stem, end }));
  }
});

describe('sizes in attributes', () => {
  afterEach(clear);

  for (const [given, expected] of [
    ['1048576', 1_048_576],
    ['20 MB', 20_000_000],
    ['20mb', 20_000_000],
    ['1.5GiB', 1_610_612_736],
    ['10 kB', 10_000],
    ['5 B', 5],
    ['5 megs', undefined],
    ['-1', undefined],
    ['1e3', undefined],
    ['', undefined],
    ['5 iB', undefined],
  ] as const) {
    it(`“${given}” is ${expected ?? 'no size'}`, async () => {
      const { element } = await place();
      const reported: unknown[] = [];
      const { reportError: real } = globalThis;
      globalThis.reportError = (error: unknown) => void reported.push(error);
      try {
        element.setAttribute('max-size', given);
      } finally {
        globalThis.reportError = real;
      }
      equal(element.maxSize, expected);
      equal(reported.length, Number(given !== '' && expected === undefined));
    });
  }
});

describe('languages', () => {
  const slots = (message: string | Plural): string[] => {
    const form = typeof message === 'string' ? message : message.other;
    return [...form.matchAll(/\{\w+\}/g)].map(([slot]) => slot).sort();
  };

  const languages = { ar, de, es, fr, it: italian, ja, ko, nl, pt, zh };

  for (const [tag, messages] of Object.entries(languages)) {
    it(`${tag} says all that English says, with the same things filled in`, () => {
      for (const id of Object.keys(en) as MessageId[]) {
        equal(slots(messages[id]), slots(en[id]), id);
      }
    });

    it(`${tag} has every plural form that its language asks for`, () => {
      const rules = new Intl.PluralRules(tag).resolvedOptions().pluralCategories;
      for (const [id, message] of Object.entries(messages)) {
        if (typeof message === 'string') continue;
        const missing = rules.filter((rule) => !(rule in message) && !/zero|many/.test(rule));
        equal(missing, [], id);
      }
    });
  }

  for (const [tag, one, several] of [
    ['it', '1 file aggiunto', '5 file aggiunti'],
    ['ko', '파일 1개를 추가했습니다', '파일 5개를 추가했습니다'],
    ['nl', '1 bestand toegevoegd', '5 bestanden toegevoegd'],
    ['pt-BR', '1 arquivo adicionado', '5 arquivos adicionados'],
    ['zh-CN', '已添加 1 个文件', '已添加 5 个文件'],
  ] as const) {
    it(`${tag} counts one file and several as its speakers do`, () => {
      const localizer = new Localizer(tag);
      equal([localizer.text('added', { n: 1 }), localizer.text('added', { n: 5 })], [one, several]);
    });
  }

  it('a module of a language is spoken where its lang stands', async () => {
    const { element, holder } = await place(html`<s3-upload multiple></s3-upload>`);
    holder.lang = 'de-AT';
    element.requestUpdate();
    await element.updateComplete;
    equal(text(part(element, 'zone')), 'Dateien hierher ziehen oder auswählen');
    equal(element.matches(':dir(ltr)'), true);
  });
});

describe('an error of what is set up wrongly', () => {
  const english = new Localizer('en');
  const setup = new UploadError('misconfigured', 'The setting S3_BUCKET is missing.');
  const general = 'Uploads are not set up correctly here. Tell the owner of this page.';

  it('names the setting on a developer’s own machine, and nowhere else', () => {
    for (const host of ['localhost', 'app.localhost', '127.0.0.1', '[::1]']) {
      equal(reasonOf(setup, english, host), `${general} The setting S3_BUCKET is missing.`);
    }
    for (const host of ['example.com', 'localhost.example.com', '10.0.0.1', 'notlocalhost', '']) {
      equal(reasonOf(setup, english, host), general);
    }
  });

  it('is told apart from what only the user can change', () => {
    const named = (code: UploadErrorCode): boolean =>
      reasonOf(new UploadError(code, 'Detail.', { limit: 5 }), english, 'localhost').endsWith(
        ' Detail.',
      );
    equal(['misconfigured', 'store_refused', 'cors', 'signer_unreachable'].map(named as never), [
      true,
      true,
      true,
      true,
    ]);
    equal((['too_large', 'file_changed', 'expired', 'gone'] as const).map(named), [
      false,
      false,
      false,
      false,
    ]);
  });

  it('is what the row says', async () => {
    const { element, engine } = await place();
    engine.show({ status: 'failed', error: setup });
    await element.updateComplete;
    equal(location.hostname, 'localhost');
    match(text(part(element, 'status')), /The setting S3_BUCKET is missing\.$/);
  });
});
