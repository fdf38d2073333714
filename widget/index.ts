/** The script-tag entry: defines `<s3-upload>`. */
import { S3UploadElement } from './element.ts';

export * from './element.ts';

// Imported on a server there is no registry, and nothing to define.
if (globalThis.customElements) S3UploadElement.define();
