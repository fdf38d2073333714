/** Calls about one open upload. Each throws what `WorkerClient.call` throws. */
import type {
  CompleteBody,
  Result,
  ResumeAnswer,
  SignAnswer,
  SignBody,
  Verifying,
} from '../../../worker/protocol.ts';
import { PATHS } from '../../../worker/protocol/paths.ts';
import { isTokenRefused } from '../faults/worker-error.ts';
import type { WorkerClient } from './worker-client.ts';

/** An upload's id, and the token that proves to the Worker whose it is. */
export interface UploadReference {
  readonly id: string;
  readonly token?: string | undefined;
}

/** The store may take minutes to assemble a large upload. */
const COMPLETE_TERMS = 10;

export function completeUpload(
  worker: WorkerClient,
  { id, token }: UploadReference,
  body: CompleteBody,
  signal: AbortSignal,
): Promise<Result | Verifying> {
  const terms = COMPLETE_TERMS;
  return worker.call(PATHS.complete, { id, body, token, signal, has: 'bytes', terms });
}

export function signParts(
  worker: WorkerClient,
  { id, token }: UploadReference,
  body: SignBody,
  signal: AbortSignal,
): Promise<SignAnswer> {
  return worker.call(PATHS.sign, { id, body, token, signal, has: 'requests' });
}

/**
 * Requests a fresh token and the list of stored parts. Sends the old token, if there is one: to a
 * Worker without authentication, only the token shows a page of another origin to be the owner.
 */
export async function resumeUpload(
  worker: WorkerClient,
  { id, token }: UploadReference,
  signal?: AbortSignal,
  keepalive?: boolean,
): Promise<ResumeAnswer> {
  const call = { id, method: 'POST', signal, keepalive, has: 'parts' };
  const resume = (token?: string) => worker.call<ResumeAnswer>(PATHS.resume, { ...call, token });
  try {
    return await resume(token);
  } catch (error) {
    if (token && isTokenRefused(error)) return resume();
    throw error;
  }
}

/** The request is sent also while the page goes away. */
export async function abortUpload(
  worker: WorkerClient,
  { id, token }: UploadReference,
): Promise<void> {
  await worker.call(PATHS.upload, { id, method: 'DELETE', token, keepalive: true });
}

/** The URL to which a part is sent if it goes through the Worker. */
export function relayUrl({ endpoint }: WorkerClient, id: string, number: number): string {
  return new URL(endpoint + PATHS.part(id, number), location.href).href;
}
