/** The interface of a store, and its configuration. */
import type {
  ChecksumAlgorithm,
  PartReceipt,
  SignedRequest,
  StoredPart,
  WholeAlgorithm,
} from '../protocol.ts';
import type { CannedAcl } from '../protocol/schemas.ts';
import type { CredentialSource } from './signing/credentials.ts';
import type { Profile } from './profile.ts';
import type { RetryPolicy } from './requests/retry.ts';

/** Address and credentials of the bucket. They come from the operator, never from a client. */
export interface StoreConfig {
  /**
   * Address for the Worker's own calls: `https://s3.eu-west-1.amazonaws.com`, to which `style` is
   * applied, or a URL with the bucket's place, such as `https://{bucket}.s3.example` or
   * `https://s3.example/{bucket}`. A path is kept (`http://localhost:8787/cdn-cgi/local/r2/s3`).
   */
  readonly endpoint: string;
  /** Addresses to which browsers send parts; each is a lane of six connections. Default: `endpoint` alone. */
  readonly publicEndpoints?: readonly string[];
  readonly bucket: string;
  readonly region: string;
  readonly style: 'path' | 'virtual';
  readonly profile: Profile;
  readonly credentials: CredentialSource;
  /** For tests and service bindings. */
  readonly fetch?: typeof fetch;
  /** Milliseconds since the epoch; `Date.now` by default. */
  readonly now?: () => number;
  /** Retry policy of the Worker's own calls. @default DEFAULT_RETRY */
  readonly retry?: RetryPolicy;
}

/** Attributes that an object is stored with. The Worker decides them at Create, never the browser. */
export interface ObjectAttributes {
  readonly contentType: string;
  /** Impossible to guess, and different for each upload. HEAD shows by it which upload made the object. */
  readonly mark: string;
  /** Names consist of letters, digits and hyphens. Values may use any script (RFC 2047 on the wire). */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly acl?: CannedAcl;
  /** `Content-Disposition` as it is sent (RFC 6266), in ASCII. */
  readonly disposition?: string;
  readonly cacheControl?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly storageClass?: string;
  readonly sse?: 'AES256' | { readonly kms: string | null };
  readonly checksum: ChecksumAlgorithm | null;
  /** Whether to refuse to replace an object. Ignored if the profile cannot; then ask by HEAD first. */
  readonly ifNoneMatch?: boolean;
}

/** The content of a Complete. */
export interface CompleteRequest {
  /** In any order, with one entry for each part number. */
  readonly parts: readonly PartReceipt[];
  /** Size of the whole object. The store checks it if the profile has `objectSizeHeader`. */
  readonly bytes: number;
  readonly algorithm: ChecksumAlgorithm | null;
  /** Checksum of the whole object, in base64. Sent only if the store checks it (`fullObjectChecksums`). */
  readonly checksum?: string | undefined;
  readonly ifNoneMatch?: boolean | undefined;
}

/** The store's answer to a Complete. */
export interface Completed {
  /** Unquoted. Absent if the store leaves it empty (Ceph); HEAD returns it. */
  readonly etag?: string;
  /** Checksum of the whole object, in base64. */
  readonly checksum?: string;
}

/** A multipart upload that the store has just opened. */
export interface OpenedUpload {
  readonly uploadId: string;
  /** When the store aborts it, in seconds since the epoch, if a lifecycle rule of the bucket says so. */
  readonly abortsAt?: number;
}

/** A multipart upload that is neither complete nor aborted. */
export interface OpenUpload {
  readonly key: string;
  readonly uploadId: string;
}

/** An object, as HEAD shows it. */
export interface StoredObject {
  readonly bytes: number;
  /** Unquoted. */
  readonly etag: string;
  readonly type: string;
  readonly mark?: string;
  /**
   * Checksums of the whole object in base64, by algorithm, never composites. A store may keep one that
   * nobody asked for: Amazon S3 computes CRC64NVME for objects that came without its checksums.
   */
  readonly checksums: Readonly<Partial<Record<WholeAlgorithm, string>>>;
  /** Without the mark; RFC 2047 decoded. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly lastModified?: number;
}

/** Bytes of an object, as they come. */
export interface ObjectRange {
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** ETag of the whole object, without quotes. */
  readonly etag: string;
}

/** A signed request and its lifetime in seconds, which ends with the session of the keys. */
export interface Presigned {
  readonly request: SignedRequest;
  readonly expiresIn: number;
}

/** Signs the parts of one upload. Everything that parts have in common is computed once. */
export interface PartSigner {
  /** Lifetime of its signatures, in seconds from the moment that the signer was made. */
  readonly expiresIn: number;
  /**
   * Signs a URL that accepts exactly `bytes` bytes with exactly this checksum. `bytes` is undefined only
   * for Companion's clients, which do not send a part's size.
   *
   * @throws RangeError for a number that is not 1 to 10,000.
   */
  sign(number: number, bytes: number | undefined, checksum?: string): Promise<SignedRequest>;
}

/** The multipart upload that parts belong to. */
export interface MultipartTarget {
  readonly key: string;
  readonly uploadId: string;
  /** The algorithm that was set at Create. Null: no checksums. */
  readonly algorithm: ChecksumAlgorithm | null;
}

/** An exact size or, for Companion's clients, which do not send a file's size, a range. */
export type ByteCount = number | { readonly min: number; readonly max: number };

/** Options of a request that contains the whole object. */
export interface ObjectUrlOptions {
  /** Checksum by the algorithm `attributes.checksum`. Required unless that is null. */
  readonly checksum?: string | undefined;
  /** Seconds, 1 to 604,800. */
  readonly expiresIn: number;
  /** Status of the answer to a form POST. Default: 204, by the store. */
  readonly successStatus?: 200 | 201;
}

/** One bucket. Every method can throw `StoreError`, and `KeyError` for an ambiguous key. */
export interface Store {
  readonly profile: Profile;
  readonly bucket: string;
  /** Number of hostnames that take parts. */
  readonly lanes: number;
  /** Their origins. */
  readonly origins: readonly string[];

  createMultipart(
    key: string,
    attributes: ObjectAttributes,
  ): Promise<{ readonly uploadId: string }>;
  /** All parts, by number. @throws StoreError `not_found` if the upload is gone, `unsupported` without ListParts. */
  listParts(key: string, uploadId: string): Promise<StoredPart[]>;
  /**
   * Only a complete `CompleteMultipartUploadResult` counts as success. After `unknown`, `not_found` and
   * `exists` this very upload may be the object already: compare the mark and size of `head(key)`.
   */
  completeMultipart(key: string, uploadId: string, request: CompleteRequest): Promise<Completed>;
  /** Repeats the abort until the store has no part left. It is not an error if the upload is gone. */
  abortMultipart(key: string, uploadId: string): Promise<void>;
  /**
   * Multipart uploads under keys that begin with `prefix`, up to 2,000. If `profile.listUploads` is
   * `key`, `prefix` has to be a complete key.
   *
   * @throws StoreError `unsupported` without ListMultipartUploads.
   */
  listUploads(prefix: string): Promise<OpenUpload[]>;
  head(key: string): Promise<StoredObject | undefined>;
  /** The object and its bytes. Read the body, or cancel it. Undefined if there is none. */
  open(
    key: string,
  ): Promise<
    { readonly object: StoredObject; readonly body: ReadableStream<Uint8Array> } | undefined
  >;
  /** The bytes from `start` up to, but without, `end`; asked for once. The stream may end early. */
  read(key: string, start: number, end: number): Promise<ObjectRange>;
  /** Removes an object. It is not an error if there is none. */
  remove(key: string): Promise<void>;

  presignParts(upload: MultipartTarget & { readonly expiresIn: number }): Promise<PartSigner>;
  /** The whole object in one PUT. Only forms can limit a size to a range: with one, the URL accepts any size. */
  presignPut(
    key: string,
    bytes: ByteCount,
    attributes: ObjectAttributes,
    options: ObjectUrlOptions,
  ): Promise<Presigned>;
  /** The whole object in one form POST, without preflight. @throws StoreError `unsupported` without `postPolicy`. */
  presignForm(
    key: string,
    bytes: ByteCount,
    attributes: ObjectAttributes,
    options: ObjectUrlOptions,
  ): Promise<Presigned>;
  /** A link for reading. The answer has these values of `Content-Disposition` and `Content-Type`. */
  presignGet(
    key: string,
    options: {
      readonly disposition?: string;
      readonly contentType?: string;
      readonly expiresIn: number;
    },
  ): Promise<{ readonly url: string; readonly expiresIn: number }>;

  /**
   * The relay: sends a part from the Worker as it arrives, without retries. A stream must have a known
   * length (`FixedLengthStream`); otherwise the store answers 411.
   */
  sendPart(
    upload: MultipartTarget,
    part: {
      readonly number: number;
      readonly bytes: number;
      readonly checksum?: string | undefined;
    },
    body: BodyInit,
  ): Promise<{ readonly etag: string }>;
  /** The relay of a whole object, under the same conditions. `checksum` is by `attributes.checksum`. */
  sendObject(
    key: string,
    bytes: number,
    attributes: ObjectAttributes,
    checksum: string | undefined,
    body: BodyInit,
  ): Promise<{ readonly etag: string }>;
}
