import { abortUpload } from '../api/upload-calls.ts';
import { isUploadError } from '../errors.ts';
import { uploadRemedy, type UploadRemedy } from '../faults/upload-remedy.ts';
import type { UploadEvent } from '../upload/state.ts';
import { isSameTerms } from '../upload/terms.ts';
import type { Upload } from '../upload/upload.ts';
import { uuidv7 } from '../../../worker/protocol/id.ts';
import type { SendingContext } from './context.ts';
import { PartsTooLarge } from './part/line-terms.ts';
import { termsFor } from './part/terms.ts';

/** The pause before another round grows by this much with each remedy. */
const SETBACK_MS = 1000;

/** Prepares another round if a remedy exists. Resolves with whether it did. */
export async function applyRemedy(
  upload: Upload,
  error: unknown,
  setbacks: number,
  context: SendingContext,
  signal: AbortSignal,
): Promise<boolean> {
  const { services } = context;
  if (error instanceof PartsTooLarge) {
    // Nothing of it is stored: for the user it does not begin again.
    const changes = await changesFor(upload, 'renew', context);
    for (const change of [{ type: 'forget' } as const, ...changes, { type: 'restart' } as const])
      services.apply(upload, change);
    return true;
  }
  if (!isUploadError(error)) return false;
  const { isSingle, token } = upload;
  const circumstances = {
    setbacks,
    isSingle,
    isRegistered: token !== undefined,
    isAgreed: upload.standing.kind === 'agreed',
    isForgotten: error.storeCode === 'NoSuchUpload' && !services.policy?.listParts,
  };
  const remedy = uploadRemedy(error.code, circumstances);
  if (remedy === 'cancel') {
    services.apply(upload, { type: 'cancel' });
    await context.claims.remove(upload);
    return true;
  }
  const changes = await changesFor(upload, remedy, context);
  if (changes.length === 0) return false;
  await services.backoff.wait({ do: 'wait', delayMs: setbacks * SETBACK_MS }, signal);
  if (signal.aborted) return true;
  for (const change of [...changes, { type: 'restart' } as const]) services.apply(upload, change);
  return true;
}

/** The events that carry out the remedy; none if there is no remedy. */
async function changesFor(
  upload: Upload,
  remedy: Exclude<UploadRemedy, 'cancel'>,
  { services, claims }: SendingContext,
): Promise<readonly UploadEvent[]> {
  switch (remedy) {
    case 'reconcile':
      return [upload.standing.kind === 'agreed' ? { type: 'doubt' } : { type: 'forget' }];
    case 'create-again':
      return [{ type: 'forget' }];
    case 'renew':
      void claims.erase(upload);
      // Parts may still be stored; if none are, aborting is harmless.
      if (upload.token !== undefined) {
        abortUpload(services.worker, upload).catch(() => undefined);
      }
      return [{ type: 'renew', id: uuidv7() }];
    case 'adapt':
      return adaptToPolicy(upload, services);
    case 'fail':
      return [];
  }
}

/** Prepares the upload by the present policy, if that has changed meanwhile. */
async function adaptToPolicy(
  upload: Upload,
  services: SendingContext['services'],
): Promise<readonly UploadEvent[]> {
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
