import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { TRIES } from '../worker/hostile/tries.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const page = readFileSync(`${ROOT}docs/security.md`, 'utf8');
const guidance = /<!-- guidance -->([^]*)<!-- \/guidance -->/.exec(page)?.[1] ?? '';
const rows = [...guidance.matchAll(/^\| (?!---|Guidance)(.+?) \| (.+?) \| ?(.*?) ?\|$/gm)].map(
  ([, what = '', isMet = '', by = '']) => ({ what, isMet, by }),
);

/** What a test is called in its file; the tries of the hostile suite are data. */
function titles(file: string): string[] {
  if (file === 'test/worker/hostile.test.ts') return Object.values(TRIES).map(({ tries }) => tries);
  const source = readFileSync(`${ROOT}${file}`, 'utf8');
  return [...source.matchAll(/\b(?:it|test)\(\s*(['"`])(.*?)\1,/gs)].map(
    ([, , title = '']) => title,
  );
}

test('every test that docs/security.md names exists', () => {
  assert.ok(rows.length > 40, `only ${rows.length} rows were read`);
  for (const { what, by } of rows.filter((row) => row.by !== '')) {
    const [, file = '', title = ''] = /^`([^`]+)`: (.+)$/.exec(by) ?? [];
    assert.ok(titles(file).includes(title), `${what}: ${file} has no test “${title}”`);
  }
});

test('guidance that docs/security.md calls met names the test that shows it', () => {
  for (const { what, isMet, by } of rows) {
    if (/^yes\b/.test(isMet)) assert.notEqual(by, '', what);
    else assert.match(isMet, /[:,;] ./, `${what}: say why it is not met`);
  }
});

test('the bucket policies in docs/security.md are JSON, and only deny', () => {
  const policies = [...page.matchAll(/```json\n([^]*?)```/g)].map(([, text = '']) => text);
  assert.equal(policies.length, 2);
  for (const policy of policies) {
    const { Statement } = JSON.parse(policy) as { Statement: { Effect: string }[] };
    assert.ok(Statement.length > 0 && Statement.every(({ Effect }) => Effect === 'Deny'));
  }
});

test('links between the pages of the repository lead somewhere', () => {
  const pages = globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT });
  for (const from of pages) {
    const text = readFileSync(`${ROOT}${from}`, 'utf8');
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)) {
      const base = new URL(from, `file://${ROOT}`);
      assert.ok(existsSync(new URL(target, base)), `${from} -> ${target}`);
    }
  }
});
