/** Bytes as text and back, for both halves. */

/** Base64 of bytes (RFC 4648, section 4), with padding, as S3's headers have it. */
export function bytesToBase64(bytes: Uint8Array | ArrayBuffer): string {
  let binary = '';
  for (const byte of new Uint8Array(bytes)) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/**
 * The bytes of a base64 text.
 *
 * @throws DOMException `InvalidCharacterError` if the text is not valid base64.
 */
export function base64ToBytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** Bytes as lower-case hexadecimal digits. */
export function bytesToHex(bytes: Uint8Array | ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
