/** What a merge may leave behind. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** The marks that git puts around two versions of the same lines. */
const MARK = /^(?:<{7} |>{7} |\|{7} )/m;

describe('every file of the repository', () => {
  it('is merged: none holds two versions of the same lines', () => {
    const list = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' });
    const files = list.split('\0').filter((file) => file && !/\.(?:png|gif|mov|mp4)$/.test(file));
    assert.ok(files.length > 500, `${files.length} files`);
    const marked = files.filter((file) => MARK.test(readFileSync(ROOT + file, 'utf8')));
    assert.deepEqual(marked, []);
  });
});
