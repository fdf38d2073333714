/** Who a request comes from. */

/** Someone who may call. */
export interface Caller {
  /** What uploads belong to. */
  readonly owner: string;
  /** Nobody has vouched for this caller: an upload token alone shows whose an upload is. */
  readonly anonymous?: true;
  /** The caller's own narrowing of the policy (the `upload` claim of a JWT). */
  readonly claim?: unknown;
  /** Names the caller's token, so that what it is good for counts over all calls. */
  readonly grant?: string;
  /** What an anonymous caller that is new can send to be known again. */
  readonly identity?: string;
  /** `Set-Cookie` for the answer. */
  readonly cookie?: string;
  /** Known by a cookie, which browsers also send along for other sites. */
  readonly byCookie?: true;
}

/**
 * Names the caller, or answers undefined for one that is not known (401).
 *
 * @throws ProblemError to say more than that.
 */
export type Authenticate = (request: Request) => Caller | undefined | Promise<Caller | undefined>;
