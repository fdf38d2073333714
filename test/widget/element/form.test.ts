import type { S3UploadElement, UploadRejectedEvent } from '../../../widget/index.ts';
import { equal, match, ok } from './assert.ts';
import { FakeUploader } from './fake-uploader.ts';
import { hasKeyboard, press } from '../devtools.ts';
import { where } from '../where.ts';
import { button, clear, file, html, idOf, next, part, parts, pick, place, text } from './page.ts';

const DONE = { status: 'done', bytes: 5, type: 'text/plain' } as const;

async function inForm(
  attributes: Record<string, string> = {},
): Promise<{ form: HTMLFormElement; element: S3UploadElement; engine: FakeUploader }> {
  const { element, engine, holder } = await place(
    html`<form><s3-upload multiple name="files"></s3-upload><button>Send</button></form>`,
  );
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  await element.updateComplete;
  const form = holder.querySelector('form');
  ok(form, 'there is a form');
  form.addEventListener('submit', (event) => event.preventDefault());
  return { form, element, engine };
}

const sent = (form: HTMLFormElement): FormDataEntryValue[] => new FormData(form).getAll('files');

describe('in a form', () => {
  afterEach(clear);

  it('submits one entry per finished upload, in the order in which they are shown', async () => {
    const { form, engine } = await inForm();
    engine.show({ id: 'a' }, { id: 'b' }, { id: 'c' });
    for (const id of ['c', 'a', 'b']) engine.become(id, DONE);
    equal(sent(form), ['a', 'b', 'c']);
  });

  it('submits nothing of what is not finished, and nothing without a name', async () => {
    const { form, element, engine } = await inForm();
    engine.show({ id: 'a', status: 'failed' }, { id: 'b', status: 'done' }, { id: 'c' });
    equal(sent(form), ['b']);
    engine.become('c', DONE);
    equal(sent(form), ['b', 'c']);
    element.name = '';
    equal([...new FormData(form).keys()], []);
  });

  it('has its entries up to date when upload-done is heard', async () => {
    const { form, element, engine } = await inForm();
    engine.show({ id: 'a' });
    let heard: FormDataEntryValue[] = [];
    element.addEventListener('upload-done', () => (heard = sent(form)));
    engine.become('a', DONE);
    equal(heard, ['a']);
  });

  for (const [format, expected] of [
    ['id', 'a'],
    ['key', 'uploads/a/a.txt'],
    ['json', '{"id":"a","key":"uploads/a/a.txt","name":"a.txt","bytes":5,"type":"text/plain"}'],
  ] as const) {
    it(`writes each entry as ${format}, if that is wanted`, async () => {
      const { form, element, engine } = await inForm();
      engine.show({ id: 'a', name: 'a.txt', key: 'uploads/a/a.txt', ...DONE });
      engine.become('a', {});
      element.valueFormat = format;
      equal(sent(form), [expected]);
      equal(element.value, [expected]);
    });
  }

  it('tells of each new value by input, and by change when all is done', async () => {
    const { element, engine } = await inForm();
    const heard: string[] = [];
    for (const type of ['input', 'change']) {
      element.addEventListener(type, () => heard.push(`${type} ${element.value}`));
    }
    engine.show({ id: 'a' }, { id: 'b' });
    engine.become('a', DONE);
    engine.become('b', DONE);
    equal(heard, ['input a', 'input a,b', 'change a,b']);
  });

  it('is found by its name and knows its form and its label', async () => {
    const { form, element } = await inForm();
    equal(form.elements.namedItem('files') === element, true);
    equal([element.form === form, element.type, element.willValidate], [true, 's3-upload', true]);
  });
});

describe('validity', () => {
  afterEach(clear);

  it('is valid while empty, unless something is required', async () => {
    const { form, element } = await inForm();
    equal(form.checkValidity(), true);
    element.required = true;
    equal(form.checkValidity(), false, 'at once');
    equal(element.validity.valueMissing, true);
    equal(element.validationMessage, 'Choose a file.');
    element.required = false;
    equal(form.checkValidity(), true);
  });

  for (const [what, upload, message] of [
    ['runs', { status: 'uploading' }, 'Wait until the uploads have finished.'],
    ['waits for the network', { status: 'waiting' }, 'Wait until the uploads have finished.'],
    ['is paused', { status: 'paused' }, 'Resume, retry or remove the unfinished uploads.'],
    ['has failed', { status: 'failed' }, 'Resume, retry or remove the unfinished uploads.'],
  ] as const) {
    it(`is invalid while an upload ${what}: a form would lose it`, async () => {
      const { form, element, engine } = await inForm();
      engine.show({ id: 'a', ...upload });
      equal(form.checkValidity(), false);
      equal([element.validity.customError, element.validationMessage], [true, message]);
      engine.become('a', DONE);
      equal(form.checkValidity(), true);
    });
  }

  it('wants the uploads started, where they wait for that', async () => {
    const { element, engine } = await inForm({ 'no-auto': '' });
    engine.show({ id: 'a' });
    equal(element.validationMessage, 'Start the upload first.');
  });

  it('waits for the uploads once they are started, before the first of them has begun', async () => {
    const { element, engine } = await inForm({ 'no-auto': '' });
    pick(element, file('a'), file('b'));
    await element.updateComplete;
    button(element, 'Start upload').click();
    await element.updateComplete;
    equal(engine.calls.at(-1), ['start']);
    equal(element.validationMessage, 'Wait until the uploads have finished.');
    ok(element.matches(':state(busy)'), 'it is busy');
    button(element, 'Pause all');
    pick(element, file('c'));
    equal(element.validationMessage, 'Start the upload first.', 'the next ones wait again');
  });

  it('counts finished uploads against min-files', async () => {
    const { element, engine } = await inForm({ 'min-files': '2' });
    equal(
      [element.validity.rangeUnderflow, element.validationMessage],
      [true, 'Choose at least 2 files.'],
    );
    engine.show({ id: 'a', ...DONE }, { id: 'b', ...DONE });
    equal(element.validity.valid, true);
  });

  it('takes the page’s own message, until that is empty', async () => {
    const { element } = await inForm();
    element.setCustomValidity('Not today.');
    equal([element.validity.customError, element.validationMessage], [true, 'Not today.']);
    element.setCustomValidity('');
    equal(element.checkValidity(), true);
  });

  const isShown = (element: S3UploadElement): boolean =>
    element.matches(':state(user-invalid)') && parts(element, 'error').length > 0;

  it('shows nothing before the user tries to send, then the reason, until it is mended', async () => {
    const { form, element, engine } = await inForm({ required: '' });
    ok(!isShown(element), 'not yet');
    form.requestSubmit();
    await element.updateComplete;
    ok(isShown(element), 'now');
    equal(text(part(element, 'error')), 'Choose a file.');
    engine.show({ id: 'a', ...DONE });
    await element.updateComplete;
    ok(!element.matches(':state(user-invalid)'), 'mended');
    equal(parts(element, 'error').length, 0);
  });

  for (const [what, check] of [
    ['its checkValidity()', ({ element }) => element.checkValidity()],
    ['checkValidity() of its form', ({ form }) => form.checkValidity()],
    [
      'a click on a button that sends nothing',
      ({ form }) => {
        const save = document.createElement('button');
        save.type = 'button';
        save.addEventListener('click', () => form.checkValidity());
        form.append(save);
        save.click();
      },
    ],
  ] as [string, (page: Awaited<ReturnType<typeof inForm>>) => unknown][]) {
    it(`shows nothing after ${what}, as native controls do not`, async () => {
      const page = await inForm({ required: '' });
      check(page);
      await new Promise((resolve) => setTimeout(resolve));
      await page.element.updateComplete;
      ok(!isShown(page.element), 'the user has done nothing');
    });
  }

  where(hasKeyboard, 'the test runner presses no keys in WebKit')(
    'shows nothing where a page asks checkValidity() whenever the focus moves on',
    async () => {
      const { form, element } = await inForm({ required: '' });
      const before = document.createElement('button');
      form.prepend(before);
      before.focus();
      before.addEventListener('focusout', () => form.checkValidity());
      await press('Tab');
      equal([document.activeElement === element, isShown(element)], [true, false]);
    },
  );

  for (const [what, report] of [
    ['its reportValidity()', ({ element }) => element.reportValidity()],
    ['reportValidity() of its form', ({ form }) => form.reportValidity()],
    [
      'its reportValidity() while it has the focus',
      ({ element }) => {
        element.focus();
        element.reportValidity();
      },
    ],
    ['a submit by script', ({ form }) => form.requestSubmit()],
    ['a click on the submit button', ({ form }) => form.querySelector('button')?.click()],
    [
      'a click on what is in the submit button',
      ({ form }) => {
        const submit = form.querySelector('button');
        submit?.append(document.createElement('i'));
        submit?.querySelector('i')?.click();
      },
    ],
    [
      'a click on the submit button while an invalid field before it has the focus',
      ({ form }) => {
        const field = document.createElement('input');
        field.required = true;
        form.prepend(field);
        field.focus();
        form.querySelector('button')?.click();
      },
    ],
    [
      'a submit by script that reports another field first',
      ({ form }) => {
        const field = document.createElement('input');
        field.required = true;
        form.prepend(field);
        form.requestSubmit();
      },
    ],
  ] as [string, (page: Awaited<ReturnType<typeof inForm>>) => unknown][]) {
    it(`shows what is wrong after ${what}`, async () => {
      const page = await inForm({ required: '' });
      report(page);
      await page.element.updateComplete;
      ok(isShown(page.element), 'it is shown');
    });
  }

  it('puts the focus on its button when the form cannot be sent', async () => {
    const { form, element } = await inForm({ required: '' });
    form.requestSubmit();
    equal(document.activeElement === element, true);
    equal(element.shadowRoot?.activeElement?.id, 'browse');
  });

  it('is no concern of a disabled control', async () => {
    const { form, element } = await inForm({ required: '', disabled: '' });
    equal([form.checkValidity(), element.willValidate], [true, false]);
  });
});

describe('reset and restore', () => {
  afterEach(clear);

  it('takes every row away and cancels what runs when the form is reset', async () => {
    const { form, element, engine } = await inForm({ required: '' });
    element.value = [idOf('before')];
    engine.show({ id: 'a', status: 'uploading' }, { id: 'b', ...DONE });
    form.requestSubmit();
    form.reset();
    await element.updateComplete;
    equal(
      engine.calls.filter(([name]) => name === 'remove'),
      [
        ['remove', 'a'],
        ['remove', 'b'],
      ],
    );
    equal([element.uploads.length, sent(form), parts(element, 'error').length], [0, [], 0]);
  });

  it('shows uploads of before again, and submits them with the new ones', async () => {
    const { form, element, engine } = await inForm();
    element.value = [{ id: idOf('a'), key: 'k/a', name: 'before.txt', bytes: 5 }];
    engine.show({ id: idOf('b'), name: 'new.txt', ...DONE });
    await element.updateComplete;
    equal(sent(form), [idOf('a'), idOf('b')]);
    equal(parts(element, 'row-done').length, 2);
    equal(
      element.uploads.map(({ name }) => name),
      ['before.txt', 'new.txt'],
    );
    element.valueFormat = 'json';
    const { value } = element;
    element.value = value;
    equal(sent(form).length, 2, 'its own value can be given back');
  });

  it('counts uploads of before against max-files', async () => {
    const { element, engine } = await inForm({ 'max-files': '3' });
    element.value = [
      { id: idOf('a'), name: 'a' },
      { id: idOf('b'), name: 'b' },
    ];
    pick(element, file('c'), file('d'));
    await element.updateComplete;
    equal(
      element.uploads.map(({ name }) => name),
      ['a', 'b', 'c'],
    );
    equal(text(part(element, 'error')), 'd: No more than 3 files can be uploaded here.');
    await element.remove(idOf('a'));
    pick(element, file('d'));
    equal(engine.uploads.length, 2, 'one less, one more');
  });

  it('says no size of an upload of before of which it knows none', async () => {
    const { element } = await inForm();
    element.value = [idOf('a'), { id: idOf('b'), bytes: 5 }];
    await element.updateComplete;
    equal(
      parts(element, 'meta').map((line) => text(line)),
      ['', '5 bytes'],
    );
  });

  it('drops an upload of before when its row is removed', async () => {
    const { form, element } = await inForm();
    element.value = [{ id: idOf('a'), name: 'a' }, idOf('b')];
    await element.updateComplete;
    const heard: string[] = [];
    element.addEventListener('upload-removed', ({ upload }) => heard.push(upload.id));
    element.addEventListener('change', () => heard.push('change'));
    button(element, 'Remove a').click();
    equal([heard, sent(form)], [[idOf('a'), 'change'], [idOf('b')]]);
  });

  it('tells of no input or change for a value that the page has set', async () => {
    const { element } = await inForm();
    let heard = 0;
    for (const type of ['input', 'change']) element.addEventListener(type, () => (heard += 1));
    element.value = [idOf('a')];
    await element.updateComplete;
    equal([heard, element.value.length], [0, 1]);
  });

  it('tells of none for a reset, or for a value in place of uploads of its own, as no input does', async () => {
    const { form, element, engine } = await inForm();
    const heard: string[] = [];
    for (const type of ['input', 'change']) {
      element.addEventListener(type, ({ type: name }) => heard.push(name));
    }
    engine.show({ id: 'a', ...DONE });
    await element.updateComplete;
    heard.length = 0;
    element.value = [idOf('b')];
    await element.updateComplete;
    equal([heard, sent(form)], [[], [idOf('b')]]);
    engine.show({ id: 'c', ...DONE }, { id: 'd', status: 'uploading' });
    await element.updateComplete;
    heard.length = 0;
    form.reset();
    await element.updateComplete;
    equal([heard, sent(form)], [[], []]);
    engine.show({ id: 'e', ...DONE });
    equal(heard, ['input', 'change'], 'but of what comes then');
  });

  it('comes back as it was when the browser restores a page', async () => {
    const { element, engine } = await inForm();
    engine.show({ id: 'a', name: 'a.txt', ...DONE });
    const entry = { id: idOf('a'), name: 'a.txt', bytes: 5, type: 'text/plain' };
    const state = JSON.stringify([JSON.stringify(entry)]);
    const other = document.createElement('s3-upload');
    other.formStateRestoreCallback(state);
    const [{ id, name, bytes, status } = {}] = other.uploads;
    equal([id, name, bytes, status], [idOf('a'), 'a.txt', 5, 'done']);
    void element;
  });
});

describe('a value from outside', () => {
  afterEach(clear);

  /** Errors that the element reports to the console, in place of a test that fails for them. */
  async function reported(act: () => unknown): Promise<string[]> {
    const messages: string[] = [];
    const { reportError: real } = globalThis;
    globalThis.reportError = (error: unknown) => void messages.push(String(error));
    try {
      await act();
    } finally {
      globalThis.reportError = real;
    }
    return messages;
  }

  for (const entry of [
    '../../api/x',
    { id: '../../api/x' },
    '{"id":"../../api/x"}',
    { id: '' },
    { id: 7 },
    { id: `${idOf('a')}/complete` },
    { key: 'k/a' },
    null,
    undefined,
    7,
    '{',
    '{}',
    ['a'],
  ]) {
    it(`puts no row on the page for ${JSON.stringify(entry)}, and says so`, async () => {
      const { form, element } = await inForm();
      const messages = await reported(() => {
        (element as { value: unknown }).value = [entry, idOf('a')];
      });
      equal(
        element.uploads.map(({ id }) => id),
        [idOf('a')],
      );
      equal(sent(form), [idOf('a')]);
      equal(messages.length, 1);
      match(messages[0] ?? '', /not a finished upload with a UUID/);
    });
  }

  for (const value of [null, undefined, '', []]) {
    it(`is empty where a framework sets ${JSON.stringify(value)}`, async () => {
      const { form, element } = await inForm();
      element.value = [idOf('a')];
      const messages = await reported(() => {
        (element as { value: unknown }).value = value;
      });
      equal([element.value, sent(form), messages], [[], [], []]);
    });
  }

  it('never throws, whatever it is', async () => {
    const { element } = await inForm();
    for (const value of [7, true, {}, Symbol('x'), () => 1, { [Symbol.iterator]: 1 }]) {
      const messages = await reported(() => {
        (element as { value: unknown }).value = value;
      });
      equal([element.value, messages.length], [[], 1], String(value));
    }
  });

  it('never throws for entries that are not data, and keeps the rest', async () => {
    const circle: Record<string, unknown> = { id: idOf('b'), etag: 'e' };
    circle['self'] = circle;
    const trap = {
      get id(): string {
        throw new Error('a getter');
      },
    };
    for (const entry of [1n, { id: idOf('b'), etag: 'e', bytes: 1n }, circle, trap]) {
      const { form, element } = await inForm();
      const messages = await reported(() => {
        (element as { value: unknown }).value = [entry, idOf('a')];
      });
      equal([sent(form), messages.length], [[idOf('a')], 1], typeof entry);
    }
  });

  it('may be one id alone, and each upload comes once', async () => {
    const { element } = await inForm();
    (element as { value: unknown }).value = idOf('a');
    equal(element.value, [idOf('a')]);
    element.value = [idOf('a'), { id: idOf('a') }, idOf('b')];
    equal(element.value, [idOf('a'), idOf('b')]);
  });

  it('may be keys, where the form gets those: no other id is made of them', async () => {
    const { element } = await inForm({ 'value-format': 'key' });
    const keys = [`up/me/${idOf('a')}/a.txt`, '../../api/x'];
    element.value = keys;
    equal(element.value, keys);
    equal(
      element.uploads.map(({ id, name }) => [id, name]),
      [
        [idOf('a'), 'a.txt'],
        ['key-1', 'x'],
      ],
    );
  });

  for (const state of ['', '{', '7', 'null', '["../../api/x"]', '[{"id":"../../api/x"}]']) {
    it(`is left out where the browser restores “${state}”`, async () => {
      const { element } = await inForm();
      element.formStateRestoreCallback(state);
      equal(element.uploads.length, 0);
      element.formStateRestoreCallback(null);
      equal(element.uploads.length, 0);
    });
  }

  it('does not go to the engine with a file: its id has to be a UUID', async () => {
    const { element, engine } = await inForm();
    const heard = next<UploadRejectedEvent>(element, 'upload-rejected');
    element.add([
      { file: file('a.txt'), id: '../../api/x' },
      { file: file('b.txt'), id: idOf('b') },
    ]);
    const { rejected } = await heard;
    equal(
      rejected.map(({ file: { name }, error }) => [name, error.code]),
      [['a.txt', 'invalid_request']],
    );
    match(rejected[0]?.error.message ?? '', /UUID/);
    equal(
      engine.uploads.map(({ id }) => id),
      [idOf('b')],
    );
  });
});

describe('states', () => {
  afterEach(clear);

  const all = ['busy', 'paused', 'offline', 'failed', 'complete', 'empty'];
  for (const [uploads, expected] of [
    [[], ['empty']],
    [[{ status: 'uploading' }, { status: 'paused' }], ['busy']],
    [[{ status: 'paused' }, { status: 'done' }], ['paused']],
    [[{ status: 'waiting', waitingFor: 'online' }], ['busy', 'offline']],
    [[{ status: 'failed' }, { status: 'done' }], ['failed']],
    [[{ status: 'done' }], ['complete']],
  ] as const) {
    it(`with ${uploads.map(({ status }) => status).join(' and ') || 'nothing'}: ${expected.join(', ')}`, async () => {
      const { element, engine } = await place();
      engine.show(...uploads);
      await element.updateComplete;
      equal(
        all.filter((state) => element.matches(`:state(${state})`)),
        expected,
      );
    });
  }

  it('are not attributes: those are the author’s', async () => {
    const { element, engine } = await place();
    engine.show({ status: 'uploading' });
    pick(element, file('a'));
    await element.updateComplete;
    equal(element.getAttributeNames(), ['multiple']);
    match(element.outerHTML, /^<s3-upload multiple(="")?><\/s3-upload>$/);
  });
});
