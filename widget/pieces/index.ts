/** Defines `<s3-upload-button>`, `<s3-upload-zone>` and `<s3-upload-list>`. */
import { S3UploadButtonElement } from './button.ts';
import { S3UploadListElement } from './list.ts';
import { S3UploadZoneElement } from './zone.ts';

export { S3UploadButtonElement, S3UploadListElement, S3UploadZoneElement };

// Imported on a server there is no registry, and nothing to define.
if (globalThis.customElements) {
  S3UploadButtonElement.define();
  S3UploadListElement.define();
  S3UploadZoneElement.define();
}
