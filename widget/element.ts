/** The element's class without registering it: for a name or a registry of your own. */
export * from './core/events.ts';
export type * from './core/types.ts';
export { isUploadError, UploadError, type UploadErrorCode } from './core/errors.ts';
export type { Messages, MessageId, Plural } from './i18n/en.ts';
export { registerLocale } from './i18n/locales.ts';
export { S3UploadElement } from './s3-upload.ts';
export type { FinishedUpload, Value, ValueFormat } from './value.ts';
