/** What the rows ask: a store, the Worker in front of it, and a page in Chromium. */
import assert from 'node:assert/strict';
import type { Profile } from '../../worker/s3/profile.ts';
import { createStore, type Store } from '../../worker/s3/store.ts';
import { startLab, type Client, type Lab, type Settings } from '../worker/harness.ts';
import type { Running } from '../worker/s3/stores.ts';
import { openElement, type Element } from './element.ts';

export interface Scene {
  readonly running: Running;
  readonly profile: Profile;
  readonly lab: Lab;
  /** A caller of the Worker. */
  readonly alice: Client;
  /** The same store, with another view of what it can do. */
  storeWith(changes: Partial<Profile>): Store;
  /** A Worker with further settings. It ends with the scene. */
  workerWith(settings: Settings): Promise<Lab>;
  /** The element in a page of another origin. It is opened once. */
  element(): Promise<Element>;
  stop(): Promise<void>;
}

export async function openScene(running: Running): Promise<Scene> {
  const { config } = running;
  const labs: Lab[] = [];
  let element: Promise<Element> | undefined;
  const workerWith = async (settings: Settings): Promise<Lab> => {
    const lab = await startLab(running, settings);
    labs.push(lab);
    return lab;
  };
  const lab = await workerWith({ METADATA: 'album' });
  return {
    running,
    profile: config.profile,
    lab,
    alice: await lab.as('alice'),
    storeWith: (changes) => createStore({ ...config, profile: { ...config.profile, ...changes } }),
    workerWith,
    element: () => (element ??= openElement(running)),
    async stop() {
      await (await element)?.close();
      await Promise.all(labs.map((one) => one.stop()));
    },
  };
}

/**
 * Compares what was measured with what the profile says: a profile may say less than the store can do,
 * and never more.
 *
 * @returns a note if the profile does not use what the store can do.
 */
export function compare(
  { name }: Profile,
  what: keyof Profile,
  profileSays: boolean,
  measured: boolean,
): string | undefined {
  assert.ok(measured || !profileSays, `the profile ${name} says ${what}, and the store does not`);
  return measured && !profileSays ? `the profile \`${name}\` does not use it` : undefined;
}
