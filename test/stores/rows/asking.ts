/** What rows do again and again. */
import type { SignedRequest } from '../../../worker/protocol.ts';
import type { Running } from '../../worker/s3/stores.ts';
import { download, send } from '../../worker/s3/uploads.ts';

export interface Said {
  readonly ok: boolean;
  /** Status and S3's code, such as `403 SignatureDoesNotMatch`. */
  readonly text: string;
}

/**
 * Sends a signed request, and reads the answer to its end. A store that closes the connection before it
 * has read the body refuses it as well.
 */
export async function tell(
  request: SignedRequest,
  body: Uint8Array,
  headers: Record<string, string> = {},
): Promise<Said> {
  try {
    const response = await send(request, body, headers);
    const code = /<Code>(\w+)<\/Code>/.exec(await response.text())?.[1] ?? '';
    return { ok: response.ok, text: `${response.status} ${code}`.trim() };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { ok: false, text: 'the connection was closed' };
  }
}

/** Whether the object can be read, and has exactly these bytes. */
export async function holds(running: Running, key: string, body: Uint8Array): Promise<boolean> {
  try {
    return Buffer.compare(await download(running, key), body) === 0;
  } catch {
    return false;
  }
}
