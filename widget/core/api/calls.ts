/** Calls that are not about one open upload. Each throws what `WorkerClient.call` throws. */
import type {
  CompleteManyAnswer,
  CompleteManyBody,
  CreateAnswer,
  FileAnswer,
  FileEntry,
  ListAnswer,
  UploadSummary,
} from '../../../worker/protocol.ts';
import { isUploadId } from '../../../worker/protocol/id.ts';
import { PATHS } from '../../../worker/protocol/paths.ts';
import type { WorkerClient } from './worker-client.ts';

export async function createUploads(worker: WorkerClient, files: readonly FileEntry[]) {
  const answer = await worker.call<CreateAnswer>(PATHS.uploads, {
    body: { files },
    has: 'uploads',
  });
  return answer.uploads;
}

export async function completeUploads(
  worker: WorkerClient,
  uploads: CompleteManyBody['uploads'],
  signal: AbortSignal,
): Promise<CompleteManyAnswer['uploads']> {
  const body = { uploads } satisfies CompleteManyBody;
  const options = { body, has: 'uploads', signal };
  return (await worker.call<CompleteManyAnswer>(PATHS.completeMany, options)).uploads;
}

/** The caller's open uploads, with what the store has of them. Leaves out entries whose id is not a UUID. */
export async function listOpenUploads(worker: WorkerClient): Promise<readonly UploadSummary[]> {
  const { uploads } = await worker.call<ListAnswer>(`${PATHS.uploads}?state=open&stored=true`, {
    has: 'uploads',
  });
  return uploads.filter(({ id }) => isUploadId(id));
}

export async function getFileUrl(worker: WorkerClient, id: string): Promise<string> {
  return (await worker.call<FileAnswer>(PATHS.file, { id, has: 'url' })).url;
}
