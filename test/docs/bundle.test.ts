/** The bundles for pages, as the build leaves them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { before, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bundle } from '../../worker/build/build.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

type Chunks = Awaited<ReturnType<typeof bundle>>;

suite('the bundles for pages', () => {
  let chunks: Chunks;

  before(async () => {
    chunks = await bundle('s3-upload', 'widget/index.ts');
    assert.ok(chunks.length > 1);
  });

  test('hold no blanks of styles and templates', () => {
    for (const { name, code } of chunks) {
      assert.doesNotMatch(code, /^[ \t]+\S/m, name);
    }
    assert.ok(chunks.some(({ code }) => code.includes(':host{')));
    assert.ok(chunks.some(({ code }) => code.includes('<div class="root"')));
  });

  test('have source maps that lead from a text in the bundle to its source', () => {
    for (const [text, file] of [
      ['Drop to upload', 'widget/i18n/en-zone.ts'],
      ['Retrying automatically', 'widget/i18n/en.ts'],
      ['Could not load the upload code', 'widget/core/controls.ts'],
      ['The ETag cannot be read', 'widget/core/faults/store-error.ts'],
      [':host{', 'widget/view/styles.ts'],
    ] as const) {
      const chunk = chunks.find(({ code }) => code.includes(text));
      assert.ok(chunk?.map, text);
      const before = chunk.code.slice(0, chunk.code.indexOf(text)).split('\n');
      const map = new SourceMap({ ...chunk.map, file: chunk.fileName, sourceRoot: '' });
      const entry = map.findEntry(before.length - 1, before.at(-1)?.length ?? 0);
      assert.ok('originalSource' in entry, text);
      assert.ok(entry.originalSource.endsWith(file), `${text}: ${entry.originalSource}`);
      const lines = readFileSync(ROOT + file, 'utf8').split('\n');
      // A constant is mapped to where it is used.
      const nearby = lines.slice(entry.originalLine - 2, entry.originalLine + 3).join('\n');
      assert.ok(nearby.includes(text.replace('{', ' {')), `${text}: ${nearby}`);
    }
  });
});
