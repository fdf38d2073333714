import { abortUpload, resumeUpload } from '../api/upload-calls.ts';
import type { Upload } from '../upload/upload.ts';
import type { SendingContext } from './context.ts';

/**
 * Aborts a cancelled upload on the store, also while its Create is still under way. Resolves when it
 * is aborted; never rejects.
 */
export async function abandon(
  upload: Upload,
  { services: { worker }, claims }: SendingContext,
): Promise<void> {
  // First, so that the upload is not offered later.
  await claims.remove(upload);
  try {
    if (upload.standing.kind === 'requested') await upload.standing.answer;
    const { id, standing } = upload;
    if (standing.kind === 'unconfirmed') {
      const { token } = await resumeUpload(worker, upload);
      await abortUpload(worker, { id, token });
    } else if (standing.kind === 'agreed') {
      await abortUpload(worker, upload);
    }
  } catch {
    // Nothing is left to abort, the file is complete and kept, or the Worker does not answer. In the
    // last case the upload expires.
  }
}
