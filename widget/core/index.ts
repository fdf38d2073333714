/** The headless engine: `import { Uploader } from 's3-upload-element/core'`. */
export {
  isUploadError,
  UploadError,
  type UploadErrorCode,
  type UploadErrorFields,
} from './errors.ts';
export * from './events.ts';
export type * from './page-functions.ts';
export type * from './types.ts';
export { Uploader } from './uploader.ts';
export type { CannedAcl } from '../../worker/protocol.ts';
export { isUploadId } from '../../worker/protocol/id.ts';
