/** Every call of the contract. Each throws what `WorkerClient.call` throws. */
import type {
  CompleteBody,
  CompleteManyAnswer,
  CompleteManyBody,
  CreateAnswer,
  FileAnswer,
  FileEntry,
  ListAnswer,
  Policy,
  Result,
  ResumeAnswer,
  SignAnswer,
  SignBody,
  UploadSummary,
} from '../../../worker/protocol.ts';
import { isTokenRefused } from '../faults/worker-error.ts';
import { isUploadId } from '../util/id.ts';
import type { WorkerClient } from './worker-client.ts';

/** An upload, and the token by which the Worker knows it. */
export interface UploadReference {
  readonly id: string;
  readonly token?: string | undefined;
}

/** The store may take minutes to put a large upload together. */
const COMPLETE_TERMS = 10;

export function getPolicy(worker: WorkerClient): Promise<Policy> {
  return worker.call('/policy', { has: 'batch' });
}

export async function createUploads(worker: WorkerClient, files: readonly FileEntry[]) {
  const answer = await worker.call<CreateAnswer>('/uploads', { body: { files }, has: 'uploads' });
  return answer.uploads;
}

export async function completeUploads(
  worker: WorkerClient,
  uploads: CompleteManyBody['uploads'],
): Promise<CompleteManyAnswer['uploads']> {
  const body = { uploads } satisfies CompleteManyBody;
  const path = '/uploads/complete';
  return (await worker.call<CompleteManyAnswer>(path, { body, has: 'uploads' })).uploads;
}

export function completeUpload(
  worker: WorkerClient,
  { id, token }: UploadReference,
  body: CompleteBody,
  signal: AbortSignal,
): Promise<Result> {
  const path = `/uploads/${id}/complete`;
  return worker.call(path, { body, token, signal, has: 'etag', terms: COMPLETE_TERMS });
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

/** The caller's uploads that are not finished; those whose id cannot be one are left out. */
export async function listOpenUploads(worker: WorkerClient): Promise<readonly UploadSummary[]> {
  const { uploads } = await worker.call<ListAnswer>('/uploads?state=open', { has: 'uploads' });
  return uploads.filter(({ id }) => isUploadId(id));
}

export async function getFileUrl(worker: WorkerClient, id: string): Promise<string> {
  return (await worker.call<FileAnswer>(`/uploads/${id}/file`, { has: 'url' })).url;
}

/** Where a part is sent that goes through the Worker. */
export function relayUrl({ endpoint }: WorkerClient, id: string, number: number): string {
  return new URL(`${endpoint}/uploads/${id}/parts/${number}`, location.href).href;
}
