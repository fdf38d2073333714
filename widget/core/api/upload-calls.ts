/** The calls about one open upload. Each throws what `WorkerClient.call` throws. */
import type {
  CompleteBody,
  Result,
  ResumeAnswer,
  SignAnswer,
  SignBody,
} from '../../../worker/protocol.ts';
import { PATHS } from '../../../worker/protocol/paths.ts';
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
): Promise<Result> {
  const terms = COMPLETE_TERMS;
  return worker.call(PATHS.complete, { id, body, token, signal, has: 'etag', terms });
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
 * Asks for a fresh token, and for what the store holds. The old token is sent along if there is one:
 * it is all by which an anonymous Worker knows the owner, on a page of another origin.
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

/** Where a part is sent that goes through the Worker. */
export function relayUrl({ endpoint }: WorkerClient, id: string, number: number): string {
  return new URL(endpoint + PATHS.part(id, number), location.href).href;
}
