/** What editors, Storybook and frameworks are told of the element. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { htmlData, webTypes, type PackageFields } from '../../worker/build/editor-data.ts';
import { frameworkTypes } from '../../worker/build/framework-types.ts';
import { elementDeclarations, elementManifest } from '../../worker/build/manifest.ts';
import { pageText } from './tables.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const elements = await elementDeclarations();
const [element] = elements;
assert.ok(element);

suite('custom-elements.json', () => {
  for (const [what, inManifest, listed] of [
    ['attribute', element.attributes, firstCells('attributes').filter((name) => name !== '–')],
    ['event', element.events, firstCells('events')],
    ['slot', element.slots, firstCells('slots')],
    ['part', element.cssParts, firstCells('parts')],
    ['state', element.cssStates, firstCells('states')],
    ['custom property', element.cssProperties, firstCells('custom-properties')],
  ] as const) {
    test(`lists every ${what} that the docs list, and no other`, () => {
      assert.ok(listed.length > 5, listed.join());
      assert.deepEqual(sorted((inManifest ?? []).map(({ name }) => name)), sorted(listed));
    });
  }

  test('lists every part and every state that the sources of the element set, and no other', () => {
    const sources = globSync('widget/{view,control,pieces}/**/*.ts', { cwd: ROOT })
      .map((file) => readFileSync(ROOT + file, 'utf8'))
      .join('\n');
    const { cssParts = [], cssStates = [] } = element;
    for (const { name } of cssParts) {
      assert.match(sources, new RegExp(`part="?[^">]*\\b${name}\\b|'${name}'`), name);
    }
    for (const { name } of cssStates) assert.match(sources, new RegExp(`\\b${name}\\b`), name);
    const literal = [...sources.matchAll(/\bpart="([a-z -]+)"/g)].flatMap(([, names = '']) =>
      names.split(' '),
    );
    const known = new Set(cssParts.map(({ name }) => name));
    assert.ok(literal.length > 20, literal.join());
    assert.deepEqual(
      literal.filter((name) => !known.has(name) && !name.startsWith('row-')),
      [],
    );
  });

  test('says what each attribute, event, slot and custom property is for', () => {
    const { attributes = [], events = [], slots = [], cssProperties = [] } = element;
    const silent = [...attributes, ...events, ...slots, ...cssProperties].filter(
      ({ description }) => !description,
    );
    assert.deepEqual(silent, []);
  });

  test('writes out the types of attributes, each on one line', () => {
    for (const { name, type } of element.attributes ?? []) {
      assert.doesNotMatch(type?.text ?? '', /\n|\['|\| undefined$/, name);
    }
    assert.doesNotMatch(pageText('docs/reference/element.md'), /\['\w+'\]`/);
  });

  test('has the methods of the docs with their parameters', () => {
    const known = (element.members ?? []).flatMap((member) =>
      member.kind === 'method' ? [[member.name, member.parameters?.[0]]] : [],
    );
    const parameters = Object.fromEntries(known) as Record<string, { name: string } | undefined>;
    const listed = firstCells('methods').map((cell) => /^(\w+)\((\w*)/.exec(cell) ?? []);
    assert.ok(listed.length > 8);
    for (const [, name = '', parameter] of listed) {
      assert.ok(name in parameters, name);
      if (parameter) assert.equal(parameters[name]?.name, parameter, name);
    }
  });

  test('gives a property its type, and an event the class that listeners get', () => {
    const byName = Object.fromEntries((element.members ?? []).map((one) => [one.name, one]));
    assert.deepEqual(byName['maxSize'], {
      kind: 'field',
      name: 'maxSize',
      type: { text: 'number | undefined' },
      description: 'Largest file, in bytes or with a unit: “20 MB” or “1.5 GiB”.',
      attribute: 'max-size',
    });
    assert.equal((byName['uploads'] as { readonly?: boolean }).readonly, true);
    const done = element.events?.find(({ name }) => name === 'upload-done');
    assert.equal(done?.type.text, 'UploadDoneEvent');
  });

  test('leaves out what is not for pages', () => {
    const names = (element.members ?? []).map(({ name }) => name);
    const kept = ['uploads', 'add', 'value', 'define'];
    assert.deepEqual(
      kept.filter((name) => names.includes(name)),
      kept,
    );
    const internal = names.filter((name) =>
      /^#|Callback$|^(anchor|internals|render|role)$/.test(name),
    );
    assert.deepEqual(internal, []);
  });

  test('describes both meanings of a method with two signatures', () => {
    const remove = element.members?.find(({ name }) => name === 'remove');
    assert.ok(remove?.kind === 'method');
    assert.deepEqual(remove.parameters, [
      { name: 'id', type: { text: 'string' }, optional: true },
      { name: 'options', type: { text: 'CancelOptions' }, optional: true },
    ]);
    assert.equal(remove.description?.match(/\.(?= |$)/g)?.length, 3);
  });

  test('is where package.json says, and names modules that the package has', async () => {
    const { customElements, files, exports } = JSON.parse(
      readFileSync(`${ROOT}package.json`, 'utf8'),
    ) as { customElements: string; files: string[]; exports: Record<string, unknown> };
    assert.ok(files.includes(customElements));
    assert.equal(exports['./custom-elements.json'], `./${customElements}`);
    for (const { path } of (await elementManifest('1.0.0')).modules) {
      const source = path.replace('dist/', '').replace('.js', '.ts');
      assert.ok(/S3Upload\w*Element/.test(readFileSync(ROOT + source, 'utf8')), path);
    }
  });
});

suite('the pieces in custom-elements.json', () => {
  test('have an entry each, with their attributes, parts and the module that registers them', async () => {
    const { modules } = await elementManifest('1.0.0');
    for (const [piece, tag, attributes, part] of [
      ['button', 's3-upload-button', ['for', 'label', 'multiple', 'disabled'], 'button'],
      ['zone', 's3-upload-zone', ['for', 'page-wide', 'no-paste'], 'zone'],
      ['list', 's3-upload-list', ['for', 'endpoint', 'name', 'required'], undefined],
    ] as const) {
      const path = `dist/widget/pieces/${piece}.js`;
      const found = modules.find((module) => module.path === path);
      const [declaration] = found?.declarations ?? [];
      assert.ok(declaration && 'tagName' in declaration, path);
      assert.equal(declaration.tagName, tag);
      const names = new Set((declaration.attributes ?? []).map(({ name }) => name));
      assert.deepEqual(
        attributes.filter((name) => !names.has(name)),
        [],
        tag,
      );
      const silent = (declaration.attributes ?? []).filter(({ description }) => !description);
      assert.deepEqual(silent, [], tag);
      if (part)
        assert.ok(
          declaration.cssParts?.some(({ name }) => name === part),
          tag,
        );
      const defining = modules.find((module) => module.path === 'dist/widget/pieces/index.js');
      assert.ok(
        defining?.exports?.some(
          ({ kind, name }) => kind === 'custom-element-definition' && name === tag,
        ),
        tag,
      );
      assert.deepEqual(manifestExport(`./${piece}`), `./${path}`);
    }
  });
});

suite('what editors read beside it', () => {
  const fields = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as PackageFields & {
    readonly 'web-types': string;
    readonly files: readonly string[];
    readonly exports: Readonly<Record<string, unknown>>;
  };
  test('web-types.json has all that the manifest has, each with its description', () => {
    const { contributions } = webTypes(elements, fields) as WebTypes;
    const { html, css } = contributions;
    assert.deepEqual(
      html.elements.map(({ name }) => name),
      elements.map(({ tagName }) => tagName),
    );
    for (const [index, tag] of html.elements.entries()) {
      const { attributes, members = [], events, slots } = elements[index] ?? {};
      assert.deepEqual(named(tag.attributes), named(attributes));
      assert.deepEqual(named(tag.slots), named(slots));
      assert.deepEqual(named(tag.js.events), named(events));
      const properties = members.filter(({ kind }) => kind === 'field');
      assert.deepEqual(named(tag.js.properties), named(properties));
      const switches = tag.attributes.filter(({ value }) => value.type === 'boolean');
      assert.ok(switches.some(({ name }) => name === 'multiple'));
      assert.ok(switches.every(({ value }) => !value.required));
    }
    for (const { cssProperties = [], cssParts = [], cssStates = [] } of elements) {
      const parts = cssParts.map(({ name }) => `part(${name})`);
      const states = cssStates.map(({ name }) => `state(${name})`);
      const has = (found: readonly Named[], names: readonly string[]): void =>
        assert.deepEqual(
          names.filter((name) => !found.some((one) => one.name === name && one.description)),
          [],
        );
      has(
        css.properties,
        cssProperties.map(({ name }) => name),
      );
      has(css['pseudo-elements'], parts);
      has(css['pseudo-classes'], states);
    }
    for (const list of Object.values(css)) {
      assert.equal(new Set(list.map(({ name }) => name)).size, list.length, 'none is there twice');
    }
  });

  test('VS Code’s data has the tags, their attributes, and their events and slots in words', () => {
    const { tags } = htmlData(elements, fields) as HtmlData;
    assert.deepEqual(
      tags.map(({ name }) => name),
      elements.map(({ tagName }) => tagName),
    );
    for (const [index, tag] of tags.entries()) {
      const { attributes, events = [], slots = [] } = elements[index] ?? {};
      assert.deepEqual(named(tag.attributes), named(attributes));
      for (const { name } of [...events, ...slots]) {
        assert.ok(tag.description.value.includes(`\`${name}\``), name);
      }
      const multiple = tag.attributes.find(({ name }) => name === 'multiple');
      assert.equal(multiple?.valueSet, 'v', 'it takes no value');
    }
  });

  test('is where package.json says', () => {
    assert.equal(fields.exports['./web-types.json'], fields['web-types']);
    for (const name of ['web-types.json', 'vscode.html-custom-data.json']) {
      assert.ok(fields.files.includes(`dist/${name}`), name);
    }
  });

  test('each framework has types with every event that is the element’s own', () => {
    const own = (element.events ?? []).filter(({ name }) => name.startsWith('upload-'));
    assert.ok(own.length > 6);
    const { react, ...others } = frameworkTypes(elements);
    assert.match(react, /S3UploadProps/);
    for (const [framework, text] of Object.entries(others)) {
      for (const { name, type } of own) {
        const camel = name.replace(/(?:^|-)(\w)/g, (_, first: string) => first.toUpperCase());
        const listener = new RegExp(`'on:?(${name}|${camel})'\\?: \\(event: ${type.text}\\)`);
        assert.match(text, listener, framework);
      }
    }
    for (const framework of [...Object.keys(others), 'react']) {
      assert.deepEqual(fields.exports[`./${framework}`], {
        types: `./dist/types/${framework}.d.ts`,
        default: `./dist/types/${framework}.js`,
      });
    }
  });
});

/** The module that package.json exports by this name. */
function manifestExport(name: string): string | undefined {
  const { exports } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as {
    exports: Record<string, { default?: string }>;
  };
  return exports[name]?.default;
}

interface Named {
  readonly name: string;
  readonly description?: string;
}

/** web-types.json, as far as the tests read it. */
interface WebTypes {
  readonly contributions: {
    readonly html: {
      readonly elements: readonly {
        readonly name: string;
        readonly attributes: readonly (Named & {
          readonly value: { readonly type: string; readonly required: boolean };
        })[];
        readonly slots: readonly Named[];
        readonly js: { readonly properties: readonly Named[]; readonly events: readonly Named[] };
      }[];
    };
    readonly css: Readonly<
      Record<'properties' | 'pseudo-elements' | 'pseudo-classes', readonly Named[]>
    >;
  };
}

/** VS Code’s data, as far as the tests read it. */
interface HtmlData {
  readonly tags: readonly {
    readonly name: string;
    readonly description: { readonly value: string };
    readonly attributes: readonly (Named & { readonly valueSet?: string })[];
  }[];
}

function named(items: readonly Named[] = []): readonly Named[] {
  return items.map(({ name, description }) => ({ name, ...(description && { description }) }));
}

/** First cells of the table in that block of docs/reference/element.md. */
function firstCells(name: string): string[] {
  const text = pageText('docs/reference/element.md');
  const [, block = ''] = new RegExp(`<!-- ${name} -->([^]*?)<!-- /${name} -->`).exec(text) ?? [];
  const rows = block.trim().split('\n').slice(2);
  return rows.map((row) => row.split('|')[1]?.trim().replaceAll('`', '') ?? '');
}

function sorted(names: readonly string[]): string[] {
  return [...names].sort();
}
