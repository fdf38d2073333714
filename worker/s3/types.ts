/** What the rest of the Worker may ask of a store, and how it is told where the store is. */
import type {
  ChecksumAlgorithm,
  PartReceipt,
  SignedRequest,
  StoredPart,
  WholeAlgorithm,
} from '../protocol.ts';
import type { CannedAcl } from './acls.ts';
import type { CredentialSource } from './signing/credentials.ts';
import type { Profile } from './profiles.ts';
import type { RetryPolicy } from './requests/retry.ts';

/** Address and credentials of the bucket. They come from the operator, never from a client. */
export interface StoreConfig {
  /**
   * Where the Worker sends its own calls: `https://s3.eu-west-1.amazonaws.com`, to which `style` is
   * applied, or with the bucket's place written out, `https://{bucket}.s3.example` or
   * `https://s3.example/{bucket}`. A path in front is kept (`http://localhost:8787/cdn-cgi/local/r2/s3`).
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

/** What an object is stored as. The Worker decides it at Create; the browser never does. */
export interface ObjectSettings {
  readonly contentType: string;
  /** Random, one per upload: tells on HEAD whose object it is that lies under the key. */
  readonly uploadToken: string;
  /** Names of letters, digits and hyphens; values in any script (RFC 2047 on the wire). */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly acl?: CannedAcl;
  /** `Content-Disposition` as it goes on the wire (RFC 6266): ASCII. */
  readonly disposition?: string;
  readonly cacheControl?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly storageClass?: string;
  readonly sse?: 'AES256' | { readonly kms: string | null };
  readonly checksum: ChecksumAlgorithm | null;
  /** Refuse to replace an object. Ignored where the profile cannot: then HEAD first. */
  readonly ifNoneMatch?: boolean;
}

/** What makes a Complete. */
export interface CompleteRequest {
  /** In any order; one entry per number. */
  readonly parts: readonly PartReceipt[];
  /** Size of the whole object. The store checks it if the profile has `objectSizeHeader`. */
  readonly bytes: number;
  readonly algorithm: ChecksumAlgorithm | null;
  /** Checksum of the whole object, in base64. Sent only if the store checks it (`fullObjectChecksums`). */
  readonly checksum?: string | undefined;
  readonly ifNoneMatch?: boolean | undefined;
}

/** What the store answered to a Complete. */
export interface Completed {
  /** Unquoted; absent where the store leaves it empty (Ceph): HEAD has it. */
  readonly etag?: string;
  /** Checksum of the whole object, in base64. */
  readonly checksum?: string;
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
  readonly uploadToken?: string;
  /**
   * Of the whole object, base64, by algorithm (never a composite). A store may keep one that nobody
   * asked for: Amazon S3 computes CRC64NVME for what came with none of its checksums.
   */
  readonly checksums: Readonly<Partial<Record<WholeAlgorithm, string>>>;
  /** Without the upload token; RFC 2047 decoded. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly lastModified?: number;
}

/** Bytes of an object, as they come. */
export interface ObjectRange {
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Of the whole object; unquoted. */
  readonly etag: string;
}

/** A signed request, and for how many seconds it is good: keys of a session may end sooner. */
export interface Presigned {
  readonly request: SignedRequest;
  readonly expiresIn: number;
}

/** Signs the parts of one upload; everything but the part is computed once. */
export interface PartSigner {
  /** Seconds from the moment that the signer was made. */
  readonly expiresIn: number;
  /**
   * The URL takes exactly `bytes` bytes with exactly this checksum. `bytes` is undefined only for
   * Companion's clients, which do not say a part's size.
   *
   * @throws RangeError for a number that is not 1 to 10,000.
   */
  sign(number: number, bytes: number | undefined, checksum?: string): Promise<SignedRequest>;
}

/** The upload that parts are signed for. */
export interface PartsOf {
  readonly key: string;
  readonly uploadId: string;
  /** The algorithm that was set at Create. Null: no checksums. */
  readonly algorithm: ChecksumAlgorithm | null;
}

/**
 * Exactly so many bytes; or, for Companion's clients, which do not say a file's size, anything in
 * between.
 */
export type ByteCount = number | { readonly min: number; readonly max: number };

/** Options of a request that contains the whole object. */
export interface WholeOptions {
  /** Checksum by the algorithm `settings.checksum`. Required unless that is null. */
  readonly checksum?: string | undefined;
  /** Seconds, 1 to 604,800. */
  readonly expiresIn: number;
  /** Status of the answer to a form POST. Default: the store's, 204. */
  readonly successStatus?: 200 | 201;
}

/**
 * One bucket. Every method throws `StoreError`, and on a key that could be read in two ways
 * `KeyError`.
 */
export interface Store {
  readonly profile: Profile;
  readonly bucket: string;
  /** Number of hostnames that take parts. */
  readonly lanes: number;

  createMultipart(key: string, settings: ObjectSettings): Promise<{ readonly uploadId: string }>;
  /** All pages, by part number. A gone upload is `not_found`; without ListParts `unsupported`. */
  listParts(key: string, uploadId: string): Promise<StoredPart[]>;
  /**
   * Only a whole `CompleteMultipartUploadResult` is success. `unknown`, `not_found` and `exists` may
   * each mean that this very upload is the object by now: compare `head(key)` with the upload token
   * and size before judging.
   */
  completeMultipart(key: string, uploadId: string, request: CompleteRequest): Promise<Completed>;
  /** Repeated until the store holds no part of it. A gone upload is fine. */
  abortMultipart(key: string, uploadId: string): Promise<void>;
  /**
   * Multipart uploads under keys that begin with `prefix`, up to 2,000; where `profile.listUploads` is
   * `key`, `prefix` has to be a whole key. `unsupported` without ListMultipartUploads.
   */
  listUploads(prefix: string): Promise<OpenUpload[]>;
  head(key: string): Promise<StoredObject | undefined>;
  /** The bytes from `start` up to, but without, `end`; asked for once. The stream may end early. */
  read(key: string, start: number, end: number): Promise<ObjectRange>;
  /** A missing object is fine. */
  remove(key: string): Promise<void>;

  presignParts(upload: PartsOf & { readonly expiresIn: number }): Promise<PartSigner>;
  /** The whole object in one PUT. Of a size range only forms know: the URL then takes any size. */
  presignPut(
    key: string,
    bytes: ByteCount,
    settings: ObjectSettings,
    options: WholeOptions,
  ): Promise<Presigned>;
  /** The whole object in one form POST, without preflight; `unsupported` without `postPolicy`. */
  presignForm(
    key: string,
    bytes: ByteCount,
    settings: ObjectSettings,
    options: WholeOptions,
  ): Promise<Presigned>;
  /** A link for reading; `disposition` and `contentType` are what the browser will be told. */
  presignGet(
    key: string,
    options: {
      readonly disposition?: string;
      readonly contentType?: string;
      readonly expiresIn: number;
    },
  ): Promise<{ readonly url: string; readonly expiresIn: number }>;

  /**
   * The relay: sends a part from the Worker, as it comes in, once. A stream must know its length
   * (`FixedLengthStream`), or the store answers 411.
   */
  sendPart(
    upload: PartsOf,
    part: {
      readonly number: number;
      readonly bytes: number;
      readonly checksum?: string | undefined;
    },
    body: BodyInit,
  ): Promise<{ readonly etag: string }>;
  /** The relay of a whole object, under the same conditions; `checksum` is of `settings`' kind. */
  sendWhole(
    key: string,
    bytes: number,
    settings: ObjectSettings,
    checksum: string | undefined,
    body: BodyInit,
  ): Promise<{ readonly etag: string }>;
}
