import { abortUpload } from '../api/upload-calls.ts';
import { isUploadError } from '../errors.ts';
import { uploadRemedy, type UploadRemedy } from '../faults/upload-remedy.ts';
import type { Services } from '../services.ts';
import { can, type UploadEvent } from '../upload/state.ts';
import { isSameTerms } from '../upload/terms.ts';
import type { Upload } from '../upload/upload.ts';
import { uuidv7 } from '../../../worker/protocol/id.ts';
import type { SendingContext } from './context.ts';
import { PartsTooLarge } from './part/line-terms.ts';
import { termsFor } from './part/terms.ts';

/** The pause before another round grows by this much with each remedy. */
const SETBACK_MS = 1000;

/**
 * Prepares another round if a remedy exists, unless the upload is stopped meanwhile. Resolves with
 * whether there is one.
 */
export async function applyRemedy(
  upload: Upload,
  error: unknown,
  setbacks: number,
  { services, claims }: SendingContext,
  signal: AbortSignal,
): Promise<boolean> {
  const isTooLarge = error instanceof PartsTooLarge;
  const remedy = isTooLarge ? 'renew' : remedyFor(upload, error, setbacks, services);
  if (remedy === 'cancel') {
    services.apply(upload, { type: 'cancel' });
    await claims.remove(upload);
    return true;
  }
  const changes = await changesFor(upload, remedy, services);
  if (changes.length === 0) return false;
  await services.backoff.wait({ do: 'wait', delayMs: setbacks * SETBACK_MS }, signal);
  // It may have been cancelled while it was still called `completing`.
  if (signal.aborted || !can(upload.state, 'restart')) return true;
  const { id, token } = upload;
  // Nothing of it is stored: for the user it does not begin again.
  if (isTooLarge) services.apply(upload, { type: 'forget' });
  for (const change of [...changes, { type: 'restart' } as const]) services.apply(upload, change);
  if (remedy === 'renew') {
    void claims.erase(upload);
    // Parts may still be stored; if none are, aborting is harmless. Not before: one that is paused and
    // resumed goes on by this id.
    if (token !== undefined) abortUpload(services.worker, { id, token }).catch(() => undefined);
  }
  return true;
}

function remedyFor(
  { isSingle, token, standing }: Upload,
  error: unknown,
  setbacks: number,
  { policy }: Services,
): UploadRemedy {
  if (!isUploadError(error)) return 'fail';
  return uploadRemedy(error.code, {
    setbacks,
    isSingle,
    isRegistered: token !== undefined,
    isAgreed: standing.kind === 'agreed',
    isForgotten: error.storeCode === 'NoSuchUpload' && !policy?.listParts,
  });
}

/** The events that carry out the remedy; none if there is no remedy. */
async function changesFor(
  upload: Upload,
  remedy: Exclude<UploadRemedy, 'cancel'>,
  services: Services,
): Promise<readonly UploadEvent[]> {
  switch (remedy) {
    case 'reconcile':
      return [upload.standing.kind === 'agreed' ? { type: 'doubt' } : { type: 'forget' }];
    case 'create-again':
      return [{ type: 'forget' }];
    case 'renew':
      return [{ type: 'renew', id: uuidv7() }];
    case 'adapt':
      return adaptToPolicy(upload, services);
    case 'fail':
      return [];
  }
}

/** Prepares the upload by the present policy, if that has changed meanwhile. */
async function adaptToPolicy(upload: Upload, services: Services): Promise<readonly UploadEvent[]> {
  await services.refreshPolicy();
  const { policy } = services;
  if (!policy) return [];
  try {
    const terms = termsFor(upload.file, policy);
    if (isSameTerms(terms, upload.state.terms)) return [];
    return [{ type: 'forget' }, { type: 'expect', terms }];
  } catch {
    return [];
  }
}
