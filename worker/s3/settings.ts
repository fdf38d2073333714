/** From what an object shall be to the headers that say so; and metadata in any script. */
import { base64ToBytes, bytesToBase64 } from '../protocol/encoding.ts';
import { CHECKSUMS, isPayloadHash } from './checksums.ts';
import { encodeRfc3986 } from './signing/encode.ts';
import { StoreError } from './requests/errors.ts';
import { headerValue } from './signing/header.ts';
import type { Profile } from './profile.ts';
import type { ObjectSettings } from './types.ts';
import { escapeXml } from './requests/xml.ts';

const META = 'x-amz-meta-';
/** Under which the upload token is kept with the object. */
export const TOKEN_HEADER = `${META}upload-token`;

/**
 * Headers of CreateMultipartUpload and PutObject, lower-case.
 *
 * @throws StoreError `unsupported` for a setting that the store would drop or refuse: better at once
 * than an object that is not what the operator asked for.
 */
export function objectHeaders(settings: ObjectSettings, profile: Profile): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': headerValue(settings.contentType),
  };
  for (const [name, value] of Object.entries(settings.metadata ?? {})) {
    if (!/^[a-z0-9-]+$/i.test(name)) throw refuse('a metadata name beyond letters, digits and -');
    headers[META + name.toLowerCase()] = encodeMetadata(value);
  }
  headers[TOKEN_HEADER] = headerValue(settings.mark); // over metadata of the same name
  if (settings.disposition !== undefined) {
    headers['content-disposition'] = headerValue(settings.disposition);
  }
  if (settings.cacheControl !== undefined) {
    headers['cache-control'] = headerValue(settings.cacheControl);
  }
  if (settings.acl !== undefined) {
    if (!profile.acl) throw refuse('an ACL');
    headers['x-amz-acl'] = settings.acl;
  }
  if (settings.tags !== undefined) {
    if (!profile.tagging) throw refuse('tags');
    headers['x-amz-tagging'] = Object.entries(settings.tags)
      .map((pair) => pair.map(encodeRfc3986).join('='))
      .join('&');
  }
  if (settings.storageClass !== undefined) {
    if (!profile.storageClass) throw refuse('a storage class');
    headers['x-amz-storage-class'] = headerValue(settings.storageClass);
  }
  return Object.assign(headers, encryptionHeaders(settings, profile));
}

/**
 * The same as fields of a form, where two have names of their own; under their headers' names MinIO
 * and Ceph take them and drop them.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTForms.html
 */
export function formFields(settings: ObjectSettings, profile: Profile): Record<string, string> {
  const {
    'x-amz-acl': acl,
    'x-amz-tagging': tagging,
    ...fields
  } = objectHeaders(settings, profile);
  if (acl !== undefined) fields['acl'] = acl;
  if (tagging !== undefined) fields['tagging'] = taggingXml(settings.tags ?? {});
  const name = settings.checksum === null ? null : CHECKSUMS[settings.checksum].name;
  if (name !== null) fields['x-amz-checksum-algorithm'] = name;
  return fields;
}

function taggingXml(tags: Readonly<Record<string, string>>): string {
  const rows = Object.entries(tags).map(
    ([key, value]) => `<Tag><Key>${escapeXml(key)}</Key><Value>${escapeXml(value)}</Value></Tag>`,
  );
  return `<Tagging><TagSet>${rows.join('')}</TagSet></Tagging>`;
}

/**
 * Names the algorithm of an upload's parts. MD5 needs no announcement, and the type is only said
 * where the store would take another by itself.
 */
export function checksumHeaders(
  settings: ObjectSettings,
  profile: Profile,
): Record<string, string> {
  if (settings.checksum === null) return {};
  if (!profile.checksums.includes(settings.checksum))
    throw refuse(`${settings.checksum} checksums`);
  const { name } = CHECKSUMS[settings.checksum];
  if (name === null || isPayloadHash(settings.checksum, profile)) return {};
  const headers: Record<string, string> = { 'x-amz-checksum-algorithm': name };
  if (profile.fullObjectChecksums.includes(settings.checksum)) {
    headers['x-amz-checksum-type'] = 'FULL_OBJECT';
  }
  return headers;
}

function encryptionHeaders(settings: ObjectSettings, profile: Profile): Record<string, string> {
  if (settings.sse === undefined) return {};
  const mode = settings.sse === 'AES256' ? settings.sse : 'aws:kms';
  if (!profile.sse.includes(mode)) throw refuse(`${mode} encryption`);
  const headers: Record<string, string> = { 'x-amz-server-side-encryption': mode };
  if (settings.sse !== 'AES256' && settings.sse.kms !== null) {
    headers['x-amz-server-side-encryption-aws-kms-key-id'] = headerValue(settings.sse.kms);
  }
  return headers;
}

function refuse(setting: string): StoreError {
  return new StoreError({
    kind: 'unsupported',
    operation: 'Settings',
    code: 'UnsupportedSetting',
    advice: `this store does not support ${setting}`,
  });
}

/** Bytes of UTF-8 that fit into an encoded word of 75 characters: 45 in base64 and 15 around it. */
const WORD_BYTES = 45;

/**
 * As it is where it is plain ASCII, otherwise RFC 2047 encoded words, which is also how S3 hands
 * back what it cannot put into a header.
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

/** Undoes `encodeMetadata`; reads both encodings of RFC 2047, leaves what it cannot read. */
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

/** The bytes of RFC 2047's Q encoding: `_` is a space, `=XX` a byte, all else ASCII. */
function bytesOfQ(text: string): Uint8Array<ArrayBuffer> {
  const binary = text
    .replaceAll('_', ' ')
    .replace(/=([0-9a-f]{2})/gi, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    );
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** The upload token and the metadata out of a HEAD. */
export function readMetadata(headers: Headers): {
  mark?: string;
  metadata: Record<string, string>;
} {
  const metadata: Record<string, string> = {};
  for (const [name, value] of headers) {
    if (name.startsWith(META) && name !== TOKEN_HEADER) {
      metadata[name.slice(META.length)] = decodeMetadata(value);
    }
  }
  const mark = headers.get(TOKEN_HEADER);
  return mark === null ? { metadata } : { mark, metadata };
}
