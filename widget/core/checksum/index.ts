/** Checksums of parts, computed off the main thread, and of whole files from them. */
export { combine, multipartEtag } from '../../../worker/protocol.ts';
export { hashOnPage } from './hash-worker.ts';
export { HashPool, type HashPoolOptions } from './pool.ts';
