/** The calls about one open upload. Each throws what `WorkerClient.call` throws. */
import type {
  CompleteBody,
  Result,
  ResumeAnswer,
  SignAnswer,
  SignBody,
  Verifying,
} from '../../../worker/protocol.ts';
import { isTokenRefused } from '../faults/worker-error.ts';
import type { WorkerClient } from './worker-client.ts';

/** An upload, and the token by which the Worker knows it. */
export interface UploadReference {
  readonly id: string;
  readonly token?: string | undefined;
}

/** The store may take minutes to put a large upload together. */
const COMPLETE_TERMS = 10;

export function completeUpload(
  worker: WorkerClient,
  { id, token }: UploadReference,
  body: CompleteBody,
  signal: AbortSignal,
): Promise<Result | Verifying> {
  const path = `/uploads/${id}/complete`;
  return worker.call(path, { body, token, signal, has: 'bytes', terms: COMPLETE_TERMS });
}

export function signParts(
  worker: WorkerClient,
  { id, token }: UploadReference,
  body: SignBody,
  signal: AbortSignal,
): Promise<SignAnswer> {
  return worker.call(`/uploads/${id}/sign`, { body, token, signal, has: 'requests' });
}

/**
 * Asks for a fresh token, and for what the store holds. The old token is sent along if there is one:
 * it is all by which an anonymous Worker knows the owner, on a page of another origin.
 */
export async function resumeUpload(
  worker: WorkerClient,
  { id, token }: UploadReference,
  signal?: AbortSignal,
): Promise<ResumeAnswer> {
  const resume = (token?: string) => {
    const path = `/uploads/${id}/resume`;
    return worker.call<ResumeAnswer>(path, { method: 'POST', token, signal, has: 'parts' });
  };
  try {
    return await resume(token);
  } catch (error) {
    if (token && isTokenRefused(error)) return resume();
    throw error;
  }
}

export async function abortUpload(
  worker: WorkerClient,
  { id, token }: UploadReference,
): Promise<void> {
  await worker.call(`/uploads/${id}`, { method: 'DELETE', token });
}

/** Where a part is sent that goes through the Worker. */
export function relayUrl({ endpoint }: WorkerClient, id: string, number: number): string {
  return new URL(`${endpoint}/uploads/${id}/parts/${number}`, location.href).href;
}
