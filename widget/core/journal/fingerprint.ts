import { hashOnPage } from '../checksum/index.ts';
import { fileError, type FileHistory } from '../faults/file-error.ts';

const SLICE_BYTES = 65_536;

/**
 * A hash of the first and last 64 KiB: tells a file from another one of the same name and size.
 *
 * @throws UploadError if the file cannot be read.
 */
export async function fingerprint(upload: FileHistory): Promise<string> {
  const { file } = upload;
  const ends = new Blob([file.slice(0, SLICE_BYTES), file.slice(-SLICE_BYTES)]);
  try {
    return await hashOnPage(ends, 'crc64nvme');
  } catch (error) {
    throw fileError(error, upload);
  }
}
