/** What the compiler says of listeners and of the element in JSX, for pages that use it rightly and wrongly. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { snippets } from './snippets.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

suite('types of listeners', () => {
  test('belong to the element, and to no other', async () => {
    const code = `import type { S3UploadElement } from 's3-upload-element';
      declare const element: S3UploadElement;
      element.addEventListener('upload-done', ({ upload }) => upload.name.trim());
      element.addEventListener('click', ({ clientX }) => clientX.toFixed());
      document.querySelector('s3-upload')?.removeEventListener('upload-failed', ({ error }) => error.code);
      // @ts-expect-error the field belongs to another event
      element.addEventListener('upload-done', ({ error }) => error);
      // @ts-expect-error no other element has this event
      document.body.addEventListener('upload-done', ({ upload }) => upload);
      // @ts-expect-error nor does it know its type
      export type None = HTMLElementEventMap['upload-done'];`;
    assert.equal(await compiled('react', code), '');
  });
});

suite('types for JSX', () => {
  const react = snippets('tsx').find(({ code }) => code.includes('declare module'));
  assert.ok(react);

  for (const framework of ['react', 'preact']) {
    test(`let the component of the docs pass in ${framework}`, async () => {
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
