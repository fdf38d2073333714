/** Turns the attributes of an object into the headers or form fields that set them, and back. */
import { CHECKSUM_NAMES, isPayloadHash } from './checksums.ts';
import { encodeRfc3986 } from './signing/encode.ts';
import { StoreError } from './requests/errors.ts';
import { headerValue } from './signing/header.ts';
import type { Profile } from './profile.ts';
import { decodeMetadata, encodeMetadata } from './rfc2047.ts';
import type { ObjectAttributes } from './types.ts';
import { escapeXml } from './requests/xml.ts';

const META = 'x-amz-meta-';
/** The header that keeps the upload's mark with the object. */
const MARK_HEADER = `${META}upload-token`;

/**
 * Headers of CreateMultipartUpload and PutObject, lower-case.
 *
 * @throws StoreError `unsupported` for an attribute that the store would ignore or refuse. Otherwise
 *   the object would not be what the operator asked for.
 */
export function objectHeaders(
  attributes: ObjectAttributes,
  profile: Profile,
): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': headerValue(attributes.contentType),
  };
  for (const [name, value] of Object.entries(attributes.metadata ?? {})) {
    if (!/^[a-z0-9-]+$/i.test(name))
      throw refuse('metadata names with other characters than letters, digits and -');
    headers[META + name.toLowerCase()] = encodeMetadata(value);
  }
  headers[MARK_HEADER] = headerValue(attributes.mark); // replaces metadata of the same name
  if (attributes.disposition !== undefined) {
    headers['content-disposition'] = headerValue(attributes.disposition);
  }
  if (attributes.cacheControl !== undefined) {
    headers['cache-control'] = headerValue(attributes.cacheControl);
  }
  if (attributes.acl !== undefined) {
    if (!profile.acl) throw refuse('ACLs');
    headers['x-amz-acl'] = attributes.acl;
  }
  if (attributes.tags !== undefined) {
    if (!profile.tagging) throw refuse('tags');
    headers['x-amz-tagging'] = Object.entries(attributes.tags)
      .map((pair) => pair.map(encodeRfc3986).join('='))
      .join('&');
  }
  if (attributes.storageClass !== undefined) {
    if (!profile.storageClass) throw refuse('storage classes');
    headers['x-amz-storage-class'] = headerValue(attributes.storageClass);
  }
  return Object.assign(headers, encryptionHeaders(attributes, profile));
}

/**
 * The same as fields of a form. The ACL and the tags have other names there; under the headers' names
 * MinIO and Ceph ignore them.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTForms.html
 */
export function formFields(attributes: ObjectAttributes, profile: Profile): Record<string, string> {
  const {
    'x-amz-acl': acl,
    'x-amz-tagging': tagging,
    ...fields
  } = objectHeaders(attributes, profile);
  if (acl !== undefined) fields['acl'] = acl;
  if (tagging !== undefined) fields['tagging'] = taggingXml(attributes.tags ?? {});
  const name = attributes.checksum === null ? null : CHECKSUM_NAMES[attributes.checksum];
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
 * Headers of Create that announce the checksum algorithm of the parts. MD5 is not announced. The type
 * is set only for algorithms of which the store would otherwise keep a composite.
 */
export function checksumHeaders(
  attributes: ObjectAttributes,
  profile: Profile,
): Record<string, string> {
  if (attributes.checksum === null) return {};
  if (!profile.checksums.includes(attributes.checksum))
    throw refuse(`${attributes.checksum} checksums`);
  const name = CHECKSUM_NAMES[attributes.checksum];
  if (name === null || isPayloadHash(attributes.checksum, profile)) return {};
  const headers: Record<string, string> = { 'x-amz-checksum-algorithm': name };
  if (profile.fullObjectChecksums.includes(attributes.checksum)) {
    headers['x-amz-checksum-type'] = 'FULL_OBJECT';
  }
  return headers;
}

function encryptionHeaders(attributes: ObjectAttributes, profile: Profile): Record<string, string> {
  if (attributes.sse === undefined) return {};
  const mode = attributes.sse === 'AES256' ? attributes.sse : 'aws:kms';
  if (!profile.sse.includes(mode)) throw refuse(`${mode} encryption`);
  const headers: Record<string, string> = { 'x-amz-server-side-encryption': mode };
  if (attributes.sse !== 'AES256' && attributes.sse.kms !== null) {
    headers['x-amz-server-side-encryption-aws-kms-key-id'] = headerValue(attributes.sse.kms);
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

/** Reads the mark and the metadata from the headers of an object. */
export function readMetadata(headers: Headers): {
  mark?: string;
  metadata: Record<string, string>;
} {
  const metadata: Record<string, string> = {};
  for (const [name, value] of headers) {
    if (name.startsWith(META) && name !== MARK_HEADER) {
      metadata[name.slice(META.length)] = decodeMetadata(value);
    }
  }
  const mark = headers.get(MARK_HEADER);
  return mark === null ? { metadata } : { mark, metadata };
}
