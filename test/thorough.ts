import process from 'node:process';

/**
 * Whether all of a large matrix, or the largest of files, is tried: in CI, by
 * `npm run test:thorough`. Otherwise each row and each column of it is tried once.
 */
export const IS_THOROUGH = process.env['THOROUGH'] === 'yes';
