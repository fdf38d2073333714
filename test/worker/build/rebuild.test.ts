/** `npm run dev` builds again when a file is saved. */
import assert from 'node:assert/strict';
import { once, EventEmitter } from 'node:events';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, it } from 'node:test';
import { rebuildOnSave } from '../../../worker/build/rebuild.ts';

let folder: string;
let stop: () => void = () => undefined;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 's3-upload-rebuild-'));
});
afterEach(() => stop());
after(() => rm(folder, { recursive: true }));

const save = (name: string) => writeFile(join(folder, name), String(Math.random()));

it('builds once for files that are saved together', async () => {
  const events = new EventEmitter();
  let builds = 0;
  stop = rebuildOnSave(
    [folder],
    () => Promise.resolve(void builds++),
    () => events.emit('built'),
  );
  const built = once(events, 'built');
  await Promise.all(['a.ts', 'b.ts', 'c.ts'].map(save));
  await built;
  assert.equal(builds, 1);
});

it('builds once more for what is saved while it builds', async () => {
  const events = new EventEmitter();
  let builds = 0;
  let finish: () => void = () => undefined;
  stop = rebuildOnSave(
    [folder],
    () => {
      builds++;
      events.emit('began');
      return new Promise((resolve) => (finish = resolve));
    },
    () => events.emit('built'),
  );
  const began = once(events, 'began');
  await save('a.ts');
  await began;
  await save('b.ts');
  // Longer than it takes to notice: the second save is known before the first build ends.
  await new Promise((resolve) => setTimeout(resolve, 400));
  assert.equal(builds, 1);
  const again = once(events, 'began');
  finish();
  await again;
  assert.equal(builds, 2);
  finish();
});

it('reports a build that fails, and builds what is saved next', async () => {
  const events = new EventEmitter();
  const outcomes: unknown[] = [];
  let builds = 0;
  stop = rebuildOnSave(
    [folder],
    () => (builds++ === 0 ? Promise.reject(new Error('a syntax error')) : Promise.resolve()),
    (error) => {
      outcomes.push(error);
      events.emit('reported');
    },
  );
  for (const name of ['a.ts', 'b.ts']) {
    const reported = once(events, 'reported');
    await save(name);
    await reported;
  }
  assert.match(String(outcomes[0]), /a syntax error/);
  assert.equal(outcomes[1], undefined);
});

it(
  'builds each time that an editor replaces the same file by a new one',
  { timeout: 20_000 },
  async () => {
    const events = new EventEmitter();
    await save('a.ts');
    stop = rebuildOnSave(
      [folder],
      () => Promise.resolve(),
      () => events.emit('built'),
    );
    for (let saves = 0; saves < 3; saves++) {
      const built = once(events, 'built');
      // Outside of what is watched, so that only the file itself changes there.
      const draft = `${folder}.draft`;
      await writeFile(draft, String(Math.random()));
      await rename(draft, join(folder, 'a.ts'));
      await built;
    }
  },
);

it('builds for a file in a folder that is made later', { timeout: 20_000 }, async () => {
  const events = new EventEmitter();
  stop = rebuildOnSave(
    [folder],
    () => Promise.resolve(),
    () => events.emit('built'),
  );
  for (const act of [
    () => mkdir(join(folder, 'new')),
    () => save('new/a.ts'),
    () => mkdir(join(folder, 'new/inner')),
    () => save('new/inner/b.ts'),
    () => rm(join(folder, 'new'), { recursive: true }),
    () => mkdir(join(folder, 'new')),
    () => save('new/a.ts'),
  ]) {
    const built = once(events, 'built');
    await act();
    await built;
  }
});
