import { abortUpload } from '../api/upload-calls.ts';
import { isUploadError } from '../errors.ts';
import { uploadRemedy, type UploadRemedy } from '../faults/upload-remedy.ts';
import type { UploadEvent } from '../upload/state.ts';
import { isSameTerms, termsFor } from '../upload/terms.ts';
import type { Upload } from '../upload/upload.ts';
import { uuidv7 } from '../../../worker/protocol.ts';
import type { SendingContext } from './context.ts';

/** The pause before another round, for each remedy that has been tried before. */
const SETBACK_MS = 1000;

/** Prepares another round, if one can help. Says whether it has. */
export async function applyRemedy(
  upload: Upload,
  error: unknown,
  setbacks: number,
  context: SendingContext,
  signal: AbortSignal,
): Promise<boolean> {
  const { services } = context;
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

/** Events that carry the remedy out; none if there is no remedy. */
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

/** If the policy has changed since the upload was prepared: the upload by the new one. */
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
