/** What a test says to the fake, and what it hears; shared by both sides, so free of Node and DOM. */
import type { ChecksumAlgorithm, ReportBody } from '../../../../worker/protocol.ts';

export interface SpaceOptions {
  readonly checksum?: ChecksumAlgorithm | null;
  readonly listParts?: boolean;
  /** So many Completes of each file are answered that its checksum is still being verified. */
  readonly verifyingTimes?: number;
  /** Whether the store compares the checksum of the whole file. @default true for crc64nvme */
  readonly comparesWhole?: boolean;
  readonly singleMaxBytes?: number;
  /** Signs nothing for a file of one request that is stored, as the Worker does. */
  readonly refusesStored?: boolean;
  readonly partBytes?: number;
  /** Files up to this size are sent as form POSTs. */
  readonly formMaxBytes?: number;
  readonly exposeEtag?: boolean;
  /** The bucket has no CORS rule. */
  readonly hidesStore?: boolean;
  /** Of signed requests, in seconds. */
  readonly expiresIn?: number;
  /** Only this bearer token is let in. */
  readonly bearer?: string;
  /** Who is calling, as the policy says it. */
  readonly caller?: string;
  readonly lanes?: number;
  /** Whether a complete upload may be deleted. */
  readonly removable?: boolean;
  /** Every answer of the store comes this much later. */
  readonly storeDelayMs?: number;
  readonly maxBytes?: number;
  /** An upload has to be complete within so many seconds. */
  readonly uploadSeconds?: number;
  /** Each signing call answers a new token, and the one before is good no longer. */
  readonly renews?: boolean;
  /** Most parts of one signing call. */
  readonly signAtOnce?: number;
  /** The store drops an upload after so many seconds; by default never. */
  readonly storeSeconds?: number;
  /** So many bytes reach the store between two drops of the line, which break all requests to it. */
  readonly carries?: number;
}

/** What a fault does to the requests that it meets. */
export interface FaultRule {
  readonly side: 'api' | 'store';
  /** A regular expression for `METHOD /path?part=n`. */
  readonly match?: string;
  /** Meets only requests for parts of the uploads with these names. */
  readonly names?: readonly string[];
  /** @default 1 */
  readonly times?: number | null;
  readonly skip?: number;
  /** Meets only requests with bodies of at least this size. */
  readonly leastBytes?: number;
  /** Meets nothing before so many parts of the upload are stored; parts come in any order. */
  readonly leastStored?: number;
  readonly reset?: boolean;
  /** Takes the body and never answers. */
  readonly stall?: boolean;
  readonly delayMs?: number;
  /** Answered once the test clears its faults, however long it takes until then. */
  readonly isHeld?: boolean;
  /** Answers nothing until so many requests to the store have been in flight at the same time. */
  readonly together?: number;
  /** Reads the body at this speed, so that the line is as slow. */
  readonly bytesPerMs?: number;
  /** Does the work, and answers nothing. */
  readonly loseReply?: boolean;
  readonly answer?: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly cors?: boolean;
  };
}

export interface LogEntry {
  readonly side: string;
  readonly line: string;
  readonly at: number;
}

export interface StoredUpload {
  readonly id: string;
  readonly name: string;
  readonly path?: string | undefined;
  readonly bytes: number;
  readonly state: 'open' | 'complete' | 'aborted';
  readonly parts: readonly number[];
  /** Of the object, once it is complete. */
  readonly sha256?: string;
  readonly checksum?: string;
  /** The ETag that came with the completion of a file that went in one request. */
  readonly saidEtag?: string;
}

export interface Report {
  readonly log: readonly LogEntry[];
  readonly uploads: readonly StoredUpload[];
  /** Requests to the store in flight at the same time, at most. */
  readonly peak: number;
  readonly inFlight: number;
  /** Bytes of parts that have come to the store, whole or not. */
  readonly carried: number;
  /** Requests that were under way at each drop of the line. */
  readonly drops: readonly number[];
  /** What the page has reported of the store's answers. */
  readonly reports: readonly ReportBody[];
  /** Breaches of the contract. */
  readonly breaches: readonly string[];
}
