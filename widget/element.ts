/** The element's class without registering it: for a name or a registry of your own. */
import type { S3UploadElement } from './s3-upload.ts';

export * from './core/events.ts';
export type * from './core/page-functions.ts';
export type * from './core/types.ts';
export { isUploadError, UploadError, type UploadErrorCode } from './core/index.ts';
export type { Messages, MessageId, Plural } from './i18n/en.ts';
export { registerLocale } from './i18n/locales.ts';
export { S3UploadElement } from './s3-upload.ts';
export type { S3UploadEventMap } from './control/form-element.ts';
export type { FinishedUpload, Value, ValueFormat } from './control/value.ts';

declare global {
  interface HTMLElementTagNameMap {
    's3-upload': S3UploadElement;
  }
}
