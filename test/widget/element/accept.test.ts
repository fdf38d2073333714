/** What `accept` allows, in words, and how a misspelt entry is reported. The rule itself: test/worker/policy.test.ts. */
import { en } from '../../../widget/i18n/en.ts';
import { addEnglish, Localizer } from '../../../widget/i18n/localizer.ts';
import { reasonOf } from '../../../widget/i18n/reason.ts';
import { describeAccept } from '../../../widget/intake/accept.ts';
import { Uploader, UploadError } from '../../../widget/core/index.ts';
import { equal } from './assert.ts';

before(() => addEnglish(en));

const nextTask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe('an accept list', () => {
  const english = new Localizer('en');

  for (const [accept, words] of [
    ['video/*,audio/*', 'video and audio'],
    ['image/heic', 'HEIC'],
    ['application/zip', 'ZIP'],
    ['application/vnd.ms-excel,.pdf', 'XLS and PDF'],
    ['text/plain,audio/mpeg,image/jpeg,image/svg+xml', 'TXT, MP3, JPEG, and SVG'],
    ['.tar.gz,.blend', 'TAR.GZ and BLEND'],
    ['pdf,.pdf', 'PDF'],
  ] as const) {
    it(`“${accept}” is all in “${words}”`, () => {
      equal(english.list(describeAccept(accept, english), 'conjunction'), words);
      const error = new UploadError('type_not_allowed', '', { limit: accept });
      equal(reasonOf(error, english), `Only ${words} can be uploaded here.`);
    });
  }

  for (const accept of ['pdf', 'font/*,.pdf', 'application/vnd.acme.drawing,.pdf', '*/*,.pdf']) {
    it(`“${accept}” names nothing, because a part of it has no name`, () => {
      equal(describeAccept(accept, english), []);
      const error = new UploadError('type_not_allowed', '', { limit: accept });
      equal(reasonOf(error, english), 'It can’t be uploaded here.');
    });
  }

  it('with a misspelt entry is reported by that entry, and the others count', async () => {
    const reported: string[] = [];
    const onError = (event: ErrorEvent): void => {
      event.preventDefault();
      event.stopImmediatePropagation();
      reported.push(event.message);
    };
    window.addEventListener('error', onError, true);
    const formerly = window.onerror;
    window.onerror = () => true;
    const options = { endpoint: '/none', auto: false };
    const uploader = new Uploader({ ...options, restrictions: { accept: 'pdf,.txt,image/' } });
    while (reported.length < 2) await nextTask();
    uploader.configure({ restrictions: { accept: 'pdf,.txt,image/' } });
    const named = (name: string): boolean => reported.some((line) => line.includes(`"${name}"`));
    equal([reported.length, named('pdf'), named('image/')], [2, true, true]);
    const { rejected } = uploader.add([
      new File(['x'], 'a.txt', { type: 'text/plain' }),
      new File(['x'], 'a.pdf', { type: 'application/pdf' }),
    ]);
    equal(
      rejected.map(({ file }) => file.name),
      ['a.pdf'],
    );
    uploader.configure({ restrictions: { accept: 'pdf' } });
    const pdf = new File(['x'], 'b.pdf', { type: 'application/pdf' });
    equal(uploader.add([pdf]).rejected.length, 1, 'a list of nothing else allows nothing');
    uploader.close();
    window.removeEventListener('error', onError, true);
    window.onerror = formerly;
  });
});
