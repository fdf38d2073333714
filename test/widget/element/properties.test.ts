/** Every property of the element, from its manifest, as frameworks set them. */
import type { CustomElementField, Package } from 'custom-elements-manifest/schema.d.ts';
import type { S3UploadElement, ValueFormat } from '../../../widget/index.ts';
import { equal, ok } from './assert.ts';
import { FakeUploader } from './fake-uploader.ts';
import { clear, file, html, idOf, parts, place, until } from './page.ts';

/** Texts that the attributes of a type take. */
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  boolean: ['', 'true', 'multiple'],
  number: ['20', '1 kB', '1.5 GiB', '0'],
  string: ['', 'x'],
};
/** Values that properties without an attribute take. */
const VALUES: Readonly<Record<string, () => unknown>> = {
  getToken: () => () => 'token',
  headers: () => ({ 'x-tenant': '7' }),
  metadata: () => ({ album: '7' }),
  validators: () => [() => undefined],
  transforms: () => [() => undefined],
  fields: () => [{ name: 'album', label: 'Album' }],
  messages: () => ({ browse: 'search' }),
  uploader: () => new FakeUploader(),
  value: () => [idOf('a')],
};

let fields: readonly CustomElementField[];

before(async () => {
  const { modules } = (await (await fetch('/__manifest')).json()) as Package;
  const members = modules.flatMap(({ declarations = [] }) =>
    declarations.flatMap((declaration) =>
      'members' in declaration && declaration.name === 'S3UploadElement' ? declaration.members : [],
    ),
  );
  fields = members.filter((member) => member?.kind === 'field');
});

function fresh(): S3UploadElement {
  return document.createElement('s3-upload');
}

/** The element, as code without types sees it. */
function loose(element: S3UploadElement): Record<string, unknown> {
  return element as unknown as Record<string, unknown>;
}

function textsFor({ type, name }: CustomElementField): readonly string[] {
  const kind = Object.keys(TEXTS).find((key) => type?.text.startsWith(key)) ?? 'string';
  // Its default names the credentials of `fetch`; other texts mean nothing.
  return name === 'credentials' ? ['include'] : (TEXTS[kind] ?? []);
}

describe('a property', () => {
  afterEach(clear);

  it('takes every text that its attribute takes, and means the same by it', () => {
    const withAttribute = fields.filter(({ attribute }) => attribute !== undefined);
    ok(withAttribute.length > 20, `${withAttribute.length} attributes`);
    for (const field of withAttribute) {
      const { name, attribute = '' } = field;
      for (const text of textsFor(field)) {
        const [byAttribute, byProperty] = [fresh(), fresh()];
        byAttribute.setAttribute(attribute, text);
        loose(byProperty)[name] = text;
        equal(
          [name, loose(byProperty)[name]],
          [name, loose(byAttribute)[name]],
          `${name}="${text}"`,
        );
        ok(loose(byProperty)[name] !== undefined, `${name}="${text}" is understood`);
      }
    }
  });

  it('that is a number reads as one, also where it is set to a size or to digits', () => {
    const numbers = fields.filter(({ type }) => type?.text.startsWith('number'));
    ok(numbers.length >= 6, `${numbers.length} numbers`);
    for (const { name } of numbers) {
      const element = fresh();
      const read = ['1 kB', '7', 7, 0].map((value) => {
        loose(element)[name] = value;
        return loose(element)[name];
      });
      equal(read, [1000, 7, 7, 0], name);
    }
  });

  it('that is a number says so where it is set to something else, which counts as absent', () => {
    const { reportError: real } = globalThis;
    const reports: string[] = [];
    globalThis.reportError = (error: unknown) => void reports.push(String(error));
    try {
      for (const value of ['much', NaN, -1, {}, true]) {
        const element = fresh();
        element.maxSize = 5;
        loose(element)['maxSize'] = value;
        equal([value, element.maxSize], [value, undefined]);
      }
    } finally {
      globalThis.reportError = real;
    }
    equal(reports.length, 5);
    equal(reports[0], 'TypeError: <s3-upload max-size="much">: not a number or a size');
  });

  it('has its default back where it is set to null or undefined', async () => {
    const settable = fields.filter(({ readonly: isReadonly }) => !isReadonly);
    for (const field of settable) {
      const { name, attribute } = field;
      const [text = ''] = textsFor(field);
      for (const nothing of [null, undefined]) {
        const element = fresh();
        element.noResume = true;
        const byDefault = name === 'uploader' ? undefined : loose(fresh())[name];
        loose(element)[name] = (VALUES[name] ?? (() => text))();
        const set = loose(element)[name];
        loose(element)[name] = nothing;
        if (name === 'uploader') ok(loose(element)[name] !== set, 'an engine of its own');
        else if (name !== 'noResume')
          equal(loose(element)[name], byDefault, `${name} = ${nothing}`);
        document.body.append(element);
        await element.updateComplete;
        element.remove();
        if (attribute) equal(element.getAttribute(attribute), null, name);
      }
    }
  });

  it('changes nothing where it is set to what is there already', async () => {
    const { element, engine } = await place(html`<s3-upload multiple name="files"></s3-upload>`);
    const all = loose(element);
    for (const field of fields) {
      const { name } = field;
      const [text = ''] = textsFor(field);
      if (!field.readonly && name !== 'uploader' && name !== 'form') {
        all[name] = (VALUES[name] ?? (() => text))();
      }
    }
    engine.show({ id: 'a', status: 'uploading' });
    await until(() => parts(element, 'row').length > 0);
    await until(() => !element.isUpdatePending);
    const heard: string[] = [];
    for (const type of ['input', 'change', 'upload-removed', 'upload-progress']) {
      element.addEventListener(type, () => heard.push(type));
    }
    engine.calls.length = 0;
    for (const { name } of fields) {
      const present = all[name];
      all[name] = present;
      equal([name, element.isUpdatePending], [name, false]);
    }
    equal([heard, engine.calls, engine.uploads.length], [[], [], 1]);
  });

  it('changes nothing where a component sets an equal object with every drawing', async () => {
    const { element } = await place();
    for (const name of ['headers', 'metadata', 'messages'] as const) {
      loose(element)[name] = VALUES[name]?.();
      await element.updateComplete;
      loose(element)[name] = VALUES[name]?.();
      equal([name, element.isUpdatePending], [name, false]);
      loose(element)[name] = {};
      equal([name, element.isUpdatePending], [name, true], 'but another one does');
    }
  });

  it('that can only be read ignores what a framework sets, and does not throw', async () => {
    const { element, engine } = await place(
      html`<form><s3-upload multiple name="files"></s3-upload></form>`,
    );
    engine.show({ id: 'a', status: 'done' });
    const readOnly = fields.filter(({ readonly: isReadonly }) => isReadonly);
    const names = readOnly.map(({ name }) => name);
    for (const name of ['type', 'labels', 'validity', 'uploads', 'totals']) {
      ok(names.includes(name), `${name} is among ${names.join()}`);
    }
    for (const name of names) {
      const former = loose(element)[name];
      for (const value of ['x', null, undefined, {}]) loose(element)[name] = value;
      equal(loose(element)[name], former, name);
    }
  });

  it('named form takes the id of a form, as the attribute does', async () => {
    const { element, holder } = await place(
      html`<form id="f"></form>
        <s3-upload></s3-upload>`,
    );
    const form = holder.querySelector('form');
    const all = loose(element);
    all['form'] = 'f';
    ok(element.form === form, 'it belongs to the form');
    all['form'] = form;
    ok(element.form === form, 'and still does');
    all['form'] = undefined;
    equal([element.form, element.hasAttribute('form')], [null, false]);
  });
});

describe('value', () => {
  afterEach(clear);

  for (const format of ['id', 'key', 'json'] as const satisfies readonly ValueFormat[]) {
    it(`keeps the finished rows where it is set to itself, as ${format}`, async () => {
      const { element, engine } = await place(
        html`<s3-upload multiple value-format=${format}></s3-upload>`,
      );
      engine.show(
        { id: idOf('a'), key: 'k/a', name: 'a.txt', bytes: 5, status: 'done' },
        { id: idOf('b'), key: 'k/b', name: 'b.txt', bytes: 7, status: 'done' },
        { id: idOf('c'), name: 'c.txt', status: 'uploading' },
      );
      const { value } = element;
      element.value = value;
      element.value = [...value];
      equal(engine.calls, []);
      // A component that lets go of one entry.
      element.value = element.value.slice(1);
      equal(
        element.uploads.map(({ name, bytes }) => [name, bytes]),
        [
          ['b.txt', 7],
          ['c.txt', 1_000_000],
        ],
      );
      equal(engine.calls, [['remove', idOf('a')]]);
    });
  }

  it('keeps what is known of uploads that were finished earlier', async () => {
    const { element } = await place();
    element.value = [
      { id: idOf('a'), key: 'k/a', name: 'a.txt', bytes: 5 },
      { id: idOf('b'), key: 'k/b', name: 'b.txt', bytes: 7 },
    ];
    element.value = [idOf('b'), idOf('c')];
    equal(
      element.uploads.map(({ name, bytes }) => [name, bytes]),
      [
        ['b.txt', 7],
        [idOf('c'), 0],
      ],
    );
    element.value = [{ id: idOf('c'), name: 'c.txt', bytes: 9 }];
    equal(element.uploads[0]?.name, 'c.txt', 'and learns more');
  });

  it('that is set to nothing, removes the finished rows only', async () => {
    const { element, engine } = await place();
    for (const nothing of [null, undefined, '', []]) {
      engine.show({ id: 'a', status: 'done' }, { id: 'b', status: 'uploading' });
      loose(element)['value'] = nothing;
      equal(
        engine.uploads.map(({ id }) => id),
        ['b'],
      );
    }
  });
});

describe('uploader', () => {
  afterEach(clear);

  for (const nothing of [null, undefined]) {
    it(`is the element’s own again where it is set to ${nothing}`, async () => {
      const { element, engine } = await place(html`<s3-upload no-resume></s3-upload>`);
      engine.show({ id: 'a', status: 'done' });
      loose(element)['uploader'] = nothing;
      equal(element.uploads, []);
      const own = element.uploader;
      ok(own !== engine, 'another engine');
      loose(element)['uploader'] = nothing;
      ok(element.uploader === own, 'and only one');
      equal(engine.isClosed, false, 'the page’s engine is the page’s');
      engine.show({ id: 'b' });
      equal(element.uploads, [], 'nor is it listened to');
    });
  }

  it('stays as it is where it is set to itself, with all that runs', async () => {
    const element = fresh();
    element.endpoint = 'https://uploads.invalid/';
    element.noAuto = true;
    element.noResume = true;
    document.body.append(element);
    element.add([file('a.txt')]);
    const own = element.uploader;
    element.uploader = own;
    equal([element.uploader === own, element.uploads.length], [true, 1]);
    element.remove();
    await until(() => element.uploads.length === 0);
    equal(own.add([file('b.txt')]).uploads, [], 'the element still closes it');
  });
});
