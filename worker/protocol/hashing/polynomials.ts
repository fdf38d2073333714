import type { WholeAlgorithm } from '../checksum.ts';

/** A polynomial over GF(2), reflected, in two 32-bit words: x^0 is the highest bit of the first word. */
export type Polynomial = readonly [high: number, low: number];

export type Polynomials = { readonly [algorithm in WholeAlgorithm]?: Polynomial };

/** The polynomials of the CRCs, without their highest term. */
export const POLYNOMIALS: Polynomials = {
  /** ad93d23594c93659: NVM Express NVM Command Set Specification 1.0, 5.2.1.3.4. */
  crc64nvme: [0x9a6c9329, 0xac4bc9b5],
  /** Castagnoli's, 1edc6f41: RFC 3720, B.4. The upper word of a 32-bit polynomial is 0. */
  crc32c: [0, 0x82f63b78],
  /** 04c11db7: ISO/IEC/IEEE 8802-3, that of gzip and zip. */
  crc32: [0, 0xedb88320],
};

/** The distances for `createFold`. They were found by search, and a test proves them. */
export const DISTANCES: { readonly [algorithm in WholeAlgorithm]?: readonly number[] } = {
  crc64nvme: [487, 1717, 2384, 3078, 3792, 4008, 4113],
  crc32c: [767, 2524, 5275],
};
