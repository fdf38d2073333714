/** Paths that are about no upload. */
export const health = '/health';
export const policy = '/policy';
export const companion = '/companion';
