import { hashOnPage } from '../checksum/index.ts';
import { fileError } from '../faults/file-error.ts';
import { watchRead, type ReadServices } from '../faults/hung-read.ts';
import type { Upload } from '../upload/upload.ts';
import { untilRead } from '../util/until-read.ts';

const SLICE_BYTES = 65_536;

/**
 * A hash of the first and last 64 KiB: tells a file from another one of the same name and size.
 *
 * @throws UploadError if the file cannot be read.
 */
export async function fingerprint(
  upload: Upload,
  services: ReadServices,
  signal?: AbortSignal,
): Promise<string> {
  const { file } = upload;
  const ends = new Blob([file.slice(0, SLICE_BYTES), file.slice(-SLICE_BYTES)]);
  try {
    return await watchRead(upload, ends.size, services, (hang) =>
      untilRead(() => hashOnPage(ends, 'crc64nvme'), hang, signal),
    );
  } catch (error) {
    throw fileError(error, upload);
  }
}
