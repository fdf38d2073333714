/** Lists the multipart uploads that are neither complete nor aborted. */
import type { Control } from './control.ts';
import { StoreError } from './errors.ts';
import { unreadable } from './faults.ts';
import type { Profile } from '../profile.ts';
import type { OpenUpload } from '../types.ts';
import { readDocument, type Xml } from './xml.ts';

/** Most pages to read, of a thousand uploads each. */
const MAX_LIST_PAGES = 2;

/**
 * The unfinished uploads under keys that begin with `prefix`, up to 2,000.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html
 */
export async function listUploads(
  control: Control,
  profile: Profile,
  prefix: string,
): Promise<OpenUpload[]> {
  const operation = 'ListMultipartUploads';
  if (profile.listUploads === null) {
    throw new StoreError({ kind: 'unsupported', operation, code: 'NotImplemented' });
  }
  const uploads: OpenUpload[] = [];
  let after: Readonly<Record<string, string>> = {};
  for (let page = 1; page <= MAX_LIST_PAGES; page += 1) {
    const { found, next } = await control({
      operation,
      method: 'GET',
      key: null,
      query: { uploads: '', prefix, ...after },
      idempotent: true,
      read: (answer) => {
        const result = readDocument(answer.body, 'ListMultipartUploadsResult');
        return result === undefined ? unreadable(operation) : { result: readUploads(result) };
      },
    });
    uploads.push(...found);
    if (next === undefined) break;
    after = next;
  }
  return uploads;
}

function readUploads(result: Xml): {
  readonly found: OpenUpload[];
  readonly next: Readonly<Record<string, string>> | undefined;
} {
  const found = result.all('Upload').map((upload) => ({
    key: upload.text('Key') ?? '',
    uploadId: upload.text('UploadId') ?? '',
  }));
  const keyMarker = result.text('NextKeyMarker') ?? '';
  const isLast = result.text('IsTruncated') !== 'true' || keyMarker === '';
  const next = {
    'key-marker': keyMarker,
    'upload-id-marker': result.text('NextUploadIdMarker') ?? '',
  };
  return { found, next: isLast ? undefined : next };
}
