/**
 * The paths of the HTTP contract by name, relative to the address of the signer: `PATHS.complete(id)`.
 * Each is an export of its own underneath, so that each bundle of the page holds only those it calls.
 */
export * as PATHS from './paths/index.ts';
