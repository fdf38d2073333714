import { dirname, resolve } from 'node:path';
import type { Plugin } from 'rolldown';

/**
 * Makes one file of modules that are imported dynamically, each by a door of its own, but needed at the
 * same time: one request instead of several, and it gzips better.
 *
 * @param name - becomes part of the file's name
 * @param modules - absolute paths. What they export must differ by name.
 */
export function joinDoors(name: string, modules: readonly string[]): Plugin {
  return {
    name: 'join-doors',
    resolveId(source, importer = '', { kind }) {
      const isDoor =
        kind === 'dynamic-import' && modules.includes(resolve(dirname(importer), source));
      return isDoor ? name : undefined;
    },
    load: (id) =>
      id === name ? modules.map((module) => `export * from '${module}';`).join('\n') : undefined,
  };
}
