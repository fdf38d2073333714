/** Checksums in plain JavaScript, with states that can be kept: for the page, its workers and the Worker. */
export type { Algorithm } from './algorithm.ts';
export { combine, multipartEtag } from './combine.ts';
export { createCrc } from './crc.ts';
export { createMd5 } from './md5.ts';
export { DISTANCES, POLYNOMIALS, type Polynomials } from './polynomials.ts';
export { createSha1 } from './sha1.ts';
export { createSha256 } from './sha256.ts';
