/**
 * A hostile client with one valid token: it tries to read, overwrite, delete, widen, replay and
 * enumerate. Nothing gets through, and the list of what it tried is the one that is published.
 */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { Attack } from './hostile/attack.ts';
import { forging } from './hostile/forging.ts';
import { limiting } from './hostile/limits.ts';
import { calling } from './hostile/calling.ts';
import { reading } from './hostile/reading.ts';
import { replaying } from './hostile/replaying.ts';
import { replacing } from './hostile/replacing.ts';
import { setScene, type Scene } from './hostile/scene.ts';
import { TRIES, type Try, type TryName } from './hostile/tries.ts';
import { widening } from './hostile/widening.ts';
import { writing } from './hostile/writing.ts';
import { onEveryStore } from './s3/stores.ts';

/** Every try has one, or this does not compile. */
const ATTACKS: Readonly<Record<TryName, Attack>> = {
  ...reading,
  ...writing,
  ...widening,
  ...replaying,
  ...forging,
  ...limiting,
  ...replacing,
  ...calling,
};

onEveryStore(
  'a hostile client',
  () => true,
  (running) => {
    let scene: Scene;
    const table: string[] = [];

    before(async () => {
      scene = await setScene(running());
    });
    after(async () => {
      console.log(table.join('\n'));
      await scene.stop();
    });

    for (const [name, { aim, tries }] of Object.entries<Try>(TRIES)) {
      it(`${aim}: ${tries}`, async () => {
        const attack = ATTACKS[name as TryName];
        table.push(`${aim.padEnd(9)}  ${tries.padEnd(96)}  ${await attack(scene)}`);
      });
    }

    it('has harmed nobody', async () => {
      await scene.assertUnharmed();
      assert.equal(table.length, Object.keys(TRIES).length);
    });
  },
);
