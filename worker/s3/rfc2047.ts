/** Metadata in any script, as RFC 2047 encoded words: https://www.rfc-editor.org/rfc/rfc2047 */
import { base64ToBytes, bytesToBase64 } from '../protocol/util/encoding.ts';
import { headerValue } from './signing/header.ts';

/** Bytes of UTF-8 that fit into an encoded word of 75 characters: 45 bytes make 60 in base64. */
const WORD_BYTES = 45;

/**
 * Plain ASCII unchanged, any other text as encoded words. S3 uses the same encoding for values that
 * do not fit a header.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
 */
export function encodeMetadata(value: string): string {
  const oneLine = value.replace(/\p{Surrogate}/gu, '\ufffd').replace(/\p{Cc}+/gu, ' ');
  if (/^[\x20-\x7e]*$/.test(oneLine) && !oneLine.includes('=?')) return headerValue(oneLine);
  const words: string[] = [];
  let word = '';
  for (const character of oneLine) {
    if (new TextEncoder().encode(word + character).length > WORD_BYTES) {
      words.push(word);
      word = '';
    }
    word += character;
  }
  return [...words, word].map(encodedWord).join(' ');
}

function encodedWord(text: string): string {
  return `=?UTF-8?B?${bytesToBase64(new TextEncoder().encode(text))}?=`;
}

/** Reverses `encodeMetadata`. Reads both encodings of RFC 2047, and leaves malformed words unchanged. */
export function decodeMetadata(value: string): string {
  const joined = value.replace(/\?=\s+=\?/g, '?==?');
  return joined.replace(
    /=\?utf-8\?([bq])\?([^?\s]*)\?=/gi,
    (word, encoding: string, text: string) => {
      try {
        const bytes = encoding.toLowerCase() === 'b' ? base64ToBytes(text) : bytesOfQ(text);
        return new TextDecoder().decode(bytes);
      } catch {
        return word;
      }
    },
  );
}

/** The bytes of RFC 2047's Q encoding: `_` is a space, `=XX` is a byte, everything else is ASCII. */
function bytesOfQ(text: string): Uint8Array<ArrayBuffer> {
  const binary = text
    .replaceAll('_', ' ')
    .replace(/=([0-9a-f]{2})/gi, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    );
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
