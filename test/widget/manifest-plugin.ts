import { elementManifest } from '../../worker/build/manifest.ts';

/** A plugin for the test runner: serves what editors read of the element at `/__manifest`. */
export function manifestPlugin() {
  return {
    name: 'manifest',
    async serve({ path }: { path: string }) {
      if (path !== '/__manifest') return undefined;
      return { body: JSON.stringify(await elementManifest('0.0.0')), type: 'json' };
    },
  };
}
