import type { Policy } from '../../../worker/protocol.ts';
import { PATHS } from '../../../worker/protocol/paths.ts';
import type { WorkerClient } from './worker-client.ts';

/** The policy for the present caller. Throws what `WorkerClient.call` throws. */
export function getPolicy(worker: WorkerClient): Promise<Policy> {
  return worker.call(PATHS.policy, { has: 'batch' });
}
