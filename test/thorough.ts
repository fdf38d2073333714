import process from 'node:process';

/**
 * Whether all of a large matrix, or the largest of files, is tried: in CI (`npm run test:thorough`), and
 * not in `npm test`, which tries each row and each column of it once.
 */
export const IS_THOROUGH = process.env['THOROUGH'] === 'yes';
