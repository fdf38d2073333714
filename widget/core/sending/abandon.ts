import { abortUpload, resumeUpload } from '../api/upload-calls.ts';
import type { WorkerClient } from '../api/worker-client.ts';
import { isSettled } from '../faults/worker-error.ts';
import type { Upload } from '../upload/upload.ts';
import type { SendingContext } from './context.ts';

/**
 * Aborts a cancelled upload on the store, also while its Create is still under way. Resolves when it
 * is aborted, or when the Worker cannot be asked: then the next visit asks it. Never rejects.
 */
export async function abandon(upload: Upload, { services, claims }: SendingContext): Promise<void> {
  const { worker } = services;
  // Begun first, so that the upload is not offered later, and aborted even if the page goes away.
  const noted = claims.note(upload);
  try {
    await abortOnStore(upload, worker);
  } catch (error) {
    await noted;
    if (!isSettled(error)) return claims.release(upload);
    // A Complete whose answer was lost may have succeeded.
    const isKept = error.code === 'conflict' && upload.standing.kind === 'agreed';
    const answer = isKept && (await resumeUpload(worker, upload).catch(() => undefined));
    if (answer && answer.result) services.apply(upload, { type: 'done', result: answer.result });
  }
  await noted;
  await claims.remove(upload);
}

async function abortOnStore(upload: Upload, worker: WorkerClient): Promise<void> {
  if (upload.standing.kind === 'requested') await upload.standing.answer;
  const { id, standing } = upload;
  if (standing.kind === 'unconfirmed') {
    const { token } = await resumeUpload(worker, upload, undefined, true);
    await abortUpload(worker, { id, token });
  } else if (standing.kind === 'agreed') {
    await abortUpload(worker, upload);
  }
}
