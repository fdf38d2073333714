export * from './signer.ts';
export * from './uploads.ts';
