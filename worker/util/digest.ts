import { bytesToHex } from '../protocol/util/encoding.ts';

/** SHA-256 of text in UTF-8, as lower-case hex. */
export async function sha256Hex(text: string): Promise<string> {
  return bytesToHex(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
}
