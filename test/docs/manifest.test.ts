/** What editors, Storybook and the compilers of frameworks are told of the element. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { elementDeclaration, elementManifest } from '../../worker/build/manifest.ts';
import { snippets } from './snippets.ts';
import { readme } from './tables.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const element = await elementDeclaration();

suite('custom-elements.json', () => {
  for (const [what, inManifest, inReadme] of [
    ['attribute', element.attributes, firstCells('attributes').filter((name) => name !== '–')],
    ['event', element.events, table('| Event |').flatMap(codes)],
    ['slot', element.slots, codes(sentence('**Slots**').replace('`multiple`', ''))],
    ['part', element.cssParts, words(sentence('**Parts**'))],
    ['state', element.cssStates, words(sentence('**States**'))],
    [
      'custom property',
      element.cssProperties,
      codes(sentence('**Custom properties**').replace('`--s3-upload-`', '')).map(
        (name) => `--s3-upload-${name}`,
      ),
    ],
  ] as const) {
    test(`lists every ${what} that the README lists, and no other`, () => {
      assert.ok(inReadme.length > 5, inReadme.join());
      assert.deepEqual(sorted((inManifest ?? []).map(({ name }) => name)), sorted(inReadme));
    });
  }

  test('says what each attribute, event, slot and custom property is for', () => {
    const { attributes = [], events = [], slots = [], cssProperties = [] } = element;
    const silent = [...attributes, ...events, ...slots, ...cssProperties].filter(
      ({ description }) => !description,
    );
    assert.deepEqual(silent, []);
  });

  test('has the methods of the README with their parameters', () => {
    const known = (element.members ?? []).flatMap((member) =>
      member.kind === 'method' ? [[member.name, member.parameters?.[0]]] : [],
    );
    const parameters = Object.fromEntries(known) as Record<string, { name: string } | undefined>;
    const listed = [...sentence('**Methods**').matchAll(/`(\w+)\((\w*)\??\)`/g)];
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
    assert.deepEqual(remove.parameters, [{ name: 'id', type: { text: 'string' }, optional: true }]);
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
      assert.ok(readFileSync(ROOT + source, 'utf8').includes('S3UploadElement'), path);
    }
  });
});

suite('types for JSX', () => {
  const [react] = snippets('tsx');
  assert.ok(react);

  for (const framework of ['react', 'preact']) {
    test(`let the README's component pass in ${framework}`, async () => {
      assert.equal(
        await compiled(framework, react.code.replaceAll("'react'", `'${framework}'`)),
        '',
      );
    });
  }

  test('find what is misspelt, of another type, or not of that event', async () => {
    // Of names with a hyphen TypeScript checks the type alone: https://www.typescriptlang.org/docs/handbook/jsx.html#attribute-type-checking
    const misspelt = await compiled('react', react.code.replace('multiple', 'multipel'));
    assert.match(misspelt, /'multipel' does not exist/);
    const list = await compiled('react', react.code.replace('"20 GB"', '{[20]}'));
    assert.match(list, /'number\[\]' is not assignable to type 'string/);
    const wrong = await compiled('react', react.code.replace('upload.name', 'upload.nome'));
    assert.match(wrong, /'nome' does not exist/);
    const number = await compiled('react', react.code.replace('multiple', 'multiple={7}'));
    assert.match(number, /'number' is not assignable to type '(boolean|"")/);
  });

  test('take for a property what its attribute takes, and null', async () => {
    const props = 'multiple="" maxSize="1 kB" minFiles={null} value={null} form="f"';
    assert.equal(await compiled('react', react.code.replace('multiple', props)), '');
  });
});

/** What the compiler says against a component. */
async function compiled(framework: string, code: string): Promise<string> {
  await mkdir(`${ROOT}dist`, { recursive: true });
  const dir = await mkdtemp(join(ROOT, 'dist/jsx-'));
  try {
    await writeFile(join(dir, 'component.tsx'), code);
    await writeFile(
      join(dir, 'tsconfig.json'),
      JSON.stringify({
        extends: '../../tsconfig.json',
        compilerOptions: {
          lib: ['ES2023', 'ESNext.Intl', 'DOM', 'DOM.Iterable'],
          jsx: 'react-jsx',
          jsxImportSource: framework,
          paths: {
            's3-upload-element': [`${ROOT}widget/index.ts`],
            's3-upload-element/jsx': [`${ROOT}widget/jsx.ts`],
          },
        },
        files: ['component.tsx'],
      }),
    );
    return spawnSync('tsc', ['-p', dir], { encoding: 'utf8' }).stdout;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** From `**Name**` to the end of its sentence. */
function sentence(start: string): string {
  const text = readme();
  return text.slice(text.indexOf(start)).split(/\.(?: |\n)/, 1)[0] ?? '';
}

function codes(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
}

/** Of the first code, which lists them all. */
function words(text: string): string[] {
  return codes(text.replace('`:state()`', ''))[0]?.split(' ') ?? [];
}

/** First cells of the rows under that head. */
function table(head: string): string[] {
  const text = readme();
  const rows = text.slice(text.indexOf(head)).split('\n\n', 1)[0]?.split('\n').slice(2) ?? [];
  return rows.map((row) => row.split('|')[1]?.trim() ?? '');
}

/** The same of a table that `npm run docs` writes. */
function firstCells(name: string): string[] {
  const text = readme();
  const block = text.slice(text.indexOf(`<!-- ${name} -->`));
  const head = block.slice(block.indexOf('| ')).split('\n', 1)[0] ?? '';
  return table(head).map((cell) => cell.replaceAll('`', ''));
}

function sorted(names: readonly string[]): string[] {
  return [...names].sort();
}
