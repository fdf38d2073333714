/** The paths of the HTTP contract by name: `PATHS.complete(id)`. */
export * as PATHS from './paths/index.ts';
