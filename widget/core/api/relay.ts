/** The request for a part that goes through the Worker, and its answer. */
import type { Problem, RelayAnswer, SignedRequest } from '../../../worker/protocol.ts';
import { CHECKSUM_HEADERS } from '../../../worker/protocol/checksum.ts';
import { relayUrl } from './upload-calls.ts';
import type { WorkerClient } from './worker-client.ts';
import type { Outcome } from '../store/outcome.ts';
import type { Upload } from '../upload/upload.ts';

/** Call it just before the part is sent, because bearer tokens are short-lived. */
export async function relayRequest(
  worker: WorkerClient,
  { id, token, checksum: algorithm }: Upload,
  { number, checksum }: { readonly number: number; readonly checksum?: string | undefined },
  signal: AbortSignal,
): Promise<SignedRequest> {
  const headers = await worker.headers(token, signal);
  if (algorithm && checksum !== undefined) headers[CHECKSUM_HEADERS[algorithm]] = checksum;
  return { number, method: 'PUT', url: relayUrl(worker, id, number), headers };
}

/** The Worker's answer to this request, as if the store had given it. */
export function readRelayAnswer(xhr: XMLHttpRequest, { headers }: SignedRequest): Outcome {
  const { status } = xhr;
  let answer: Partial<RelayAnswer & Problem> = {};
  try {
    answer = JSON.parse(xhr.responseText) as typeof answer;
  } catch {
    // Not JSON: for example, the page of a captive portal.
  }
  const { etag, code, detail, field } = answer;
  if (status === 200 && etag) return { kind: 'stored', etag: `"${etag}"`, renewal: answer };
  return {
    kind: 'answered',
    status,
    code: code === 'checksum_mismatch' ? 'BadDigest' : code,
    detail,
    requestId: xhr.getResponseHeader('x-request-id') ?? undefined,
    refusedBearer: status === 401 && !field ? headers['Authorization'] : undefined,
  };
}
