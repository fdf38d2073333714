/** Which tests a change reaches. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { dependentsOf, importsOf, ROOT } from '../run/imports.ts';
import {
  guessedSeconds,
  isLeftToCI,
  isOfScale,
  named,
  reached,
  SLOW,
  THOROUGH,
} from '../run/select.ts';

const imports = [
  { from: 'test/key.test.ts', to: 'worker/key.ts' },
  { from: 'worker/create.ts', to: 'worker/key.ts' },
  { from: 'worker/signer.ts', to: 'worker/create.ts' },
  { from: 'worker/create.ts', to: 'worker/signer.ts' },
  { from: 'test/signer.test.ts', to: 'worker/signer.ts' },
  { from: 'test/other.test.ts', to: 'worker/other.ts' },
];
const tests = ['test/key.test.ts', 'test/other.test.ts', 'test/signer.test.ts'];
const fast = { tests, imports, seconds: () => 1, budgetSeconds: 10 };

describe('tests of a change', () => {
  it('are those that import it, directly or not, nearest first', () => {
    assert.deepEqual(reached(['worker/key.ts'], fast).chosen, [
      'test/key.test.ts',
      'test/signer.test.ts',
    ]);
    assert.deepEqual(reached(['worker/other.ts'], fast).chosen, ['test/other.test.ts']);
  });

  it('are a file of tests itself if that has changed, and none for what nobody imports', () => {
    assert.deepEqual(reached(['test/key.test.ts'], fast).chosen, ['test/key.test.ts']);
    assert.deepEqual(reached(['README.md'], fast).chosen, []);
  });

  it('fit into the time: the farthest are left, and named', () => {
    const slow = { ...fast, seconds: () => 6 };
    assert.deepEqual(reached(['worker/key.ts'], slow), {
      chosen: ['test/key.test.ts'],
      left: ['test/signer.test.ts'],
    });
  });

  it('are guessed to take as long as what they start, until they have been run', () => {
    const guess = guessedSeconds(importsOf('{widget,worker,test}/**/*.ts').imports);
    const names = ['e2e/page', 'widget/core/again', 'worker/life', 'worker/rules'];
    const seconds = names.map((name) => guess(`test/${name}.test.ts`));
    assert.deepEqual(
      seconds,
      seconds.toSorted((a, b) => b - a),
    );
    assert.ok(new Set(seconds).size === seconds.length, `${seconds}`);
  });

  it('are left to CI where they take long, a few of them, all of which are there', () => {
    const files = globSync('test/**/*.test.ts', { cwd: ROOT, exclude: ['**/node_modules/**'] });
    const left = files.filter(isLeftToCI);
    assert.deepEqual(left.filter((file) => !isOfScale(file)).sort(), [...SLOW, ...THOROUGH].sort());
    assert.ok(left.length < files.length / 5, `${left.length} of ${files.length} files`);
    const ci = readFileSync(join(ROOT, '.ci/run'), 'utf8');
    for (const script of ['slow', 'thorough', 'scale']) {
      assert.ok(ci.includes(`npm run test:${script}\n`), script);
    }
  });

  it('are left to CI where they take minutes: what test:scale runs, and nothing else', () => {
    const files = globSync('test/**/*.test.ts', { cwd: ROOT, exclude: ['**/node_modules/**'] });
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const ofWorker = files.filter(
      (file) => file.startsWith('test/worker/') && /scale|counts|three-days/.test(file),
    );
    assert.deepEqual(
      files.filter(isOfScale).sort(),
      [...ofWorker, 'test/widget/core/scale.test.ts'].sort(),
    );
    assert.match(
      scripts['test:scale'] ?? '',
      /grep -E 'scale\|counts\|three-days'.*widget\/core\/scale/,
    );
  });

  it('of a name are the files with it in their path', () => {
    assert.deepEqual(named(['key', 'other'], tests), ['test/key.test.ts', 'test/other.test.ts']);
    assert.deepEqual(named(['test/'], tests), tests);
  });

  it('include what reaches the Worker only by the bundle that a test makes of it', () => {
    const graph = importsOf('{worker,test/worker}/**/*.ts').imports;
    const distances = dependentsOf(['worker/index.ts'], graph);
    assert.equal(distances.get('test/worker/index.test.ts'), 1);
    const ofRoute = dependentsOf(['worker/routes/sign.ts'], graph);
    assert.ok(ofRoute.has('test/worker/tokens.test.ts'));
  });
});
