/** What rows do again and again. */
import type { SignedRequest } from '../../../worker/protocol.ts';
import { send } from '../../worker/s3/uploads.ts';

export interface Said {
  readonly ok: boolean;
  /** Status and S3's code, such as `403 SignatureDoesNotMatch`. */
  readonly text: string;
}

/** Sends a signed request, and reads the answer to its end. */
export async function tell(
  request: SignedRequest,
  body: Uint8Array,
  headers: Record<string, string> = {},
): Promise<Said> {
  const response = await send(request, body, headers);
  const code = /<Code>(\w+)<\/Code>/.exec(await response.text())?.[1] ?? '';
  return { ok: response.ok, text: `${response.status} ${code}`.trim() };
}
