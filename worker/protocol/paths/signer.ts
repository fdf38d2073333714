/** Paths of the signer itself. */
export const health = '/health';
export const policy = '/policy';
export const report = '/report';
export const companion = '/companion';
