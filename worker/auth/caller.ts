/** The caller of a request. */

/** Someone who may call. */
export interface Caller {
  /** The owner of the caller's uploads. */
  readonly owner: string;
  /** Who the caller is, if an owner may be several people. */
  readonly user?: string;
  /** The caller is anonymous: only an upload token proves whose an upload is. */
  readonly anonymous?: true;
  /** Narrows the policy for this caller (the `upload` claim of a JWT). */
  readonly claim?: unknown;
  /** Identifies the caller's token, so that its limits count over all calls. */
  readonly grant?: string;
  /** A new anonymous caller sends this identity with later requests to be recognised. */
  readonly identity?: string;
  /** Value of the answer's `Set-Cookie` header. */
  readonly cookie?: string;
  /**
   * The caller was recognised by a cookie, which browsers also send with requests from other sites.
   */
  readonly byCookie?: true;
}

/**
 * Identifies the caller. Returns undefined for a request without credentials (401).
 *
 * @throws ProblemError `unauthenticated`, with a `reason`, for credentials that are refused, and any
 *   other code for another refusal.
 */
export type Authenticate = (request: Request) => Caller | undefined | Promise<Caller | undefined>;
