import type { Policy } from '../../../worker/protocol.ts';
import { PATHS } from '../../../worker/protocol/paths.ts';
import { isUploadError } from '../errors.ts';
import { addressError } from '../faults/worker-error.ts';
import type { WorkerClient } from './worker-client.ts';

/**
 * The policy for the present caller.
 *
 * @throws UploadError as `WorkerClient.call` does; `misconfigured` if the address is not the signer's.
 */
export async function getPolicy(worker: WorkerClient): Promise<Policy> {
  try {
    return await worker.call(PATHS.policy, { has: 'batch' });
  } catch (error) {
    // A signer always has a policy, so this is another path of its Worker.
    throw isUploadError(error) && error.code === 'not_found'
      ? addressError(worker.endpoint)
      : error;
  }
}
