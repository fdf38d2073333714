/** The objects that every route works with. */
import type { Context, Handler } from 'hono';
import type { Authenticate, Caller } from './auth.ts';
import type { Finalization, Hooks, UploadEvent } from './hooks.ts';
import type { KV, Ledger, WaitUntil } from './ledger/ledger.ts';
import type { Log, LogFields } from './util/log.ts';
import type { CheckedFile, Narrowing, Rules } from './policy/policy.ts';
import type { VerifyLimits } from './policy/store-fit.ts';
import type { Dedupe } from './object/key.ts';
import type { BindFile } from './upload/bind-file.ts';
import type { RunOnce } from './util/run-once.ts';
import type { Forms } from './upload/single-request.ts';
import type { Progress } from './ledger/record.ts';
import type { ChecksumAlgorithm, PlanLimits } from './protocol.ts';
import type { Quota } from './policy/quota.ts';
import type { Reservations } from './policy/reservations.ts';
import type { Store } from './s3/store.ts';
import type { Tokens } from './token.ts';
import type { Webhooks } from './webhooks/webhooks.ts';

/** The action for which a policy hook is called. */
export type PolicyAction = 'create' | 'sign' | 'complete';

/**
 * The operator's own code, which narrows the rules for one file.
 *
 * @throws ProblemError to refuse the file, usually `forbidden`.
 */
export type PolicyHook = (
  file: CheckedFile,
  caller: Caller,
  action: PolicyAction,
) => Narrowing | undefined | Promise<Narrowing | undefined>;

/**
 * The rate limit binding of Workers:
 * https://developers.cloudflare.com/workers/runtime-apis/bindings/rate-limit/
 */
export interface RateLimit {
  limit(options: { key: string }): Promise<{ success: boolean }>;
}

/** Made once from the options; lives as long as the isolate. */
export interface Signer {
  readonly store: Store;
  readonly tokens: Tokens;
  readonly ledger: Ledger;
  readonly kv: KV;
  /** Counts what owners have, so that limits hold even for parallel requests. */
  readonly reservations: Reservations;
  /** How long a completed upload stays listed and counted, in seconds. Null: without end. */
  readonly keepSeconds: number | null;
  readonly log: Log;
  readonly authenticate: Authenticate;
  readonly rules: Rules;
  readonly policy: PolicyHook | undefined;
  readonly rateLimit: RateLimit | undefined;
  readonly hooks: Hooks;
  readonly webhooks: Webhooks | undefined;
  /** Tells hooks and webhooks about an event, after the answer. */
  emit(event: UploadEvent, waitUntil: WaitUntil): void;
  /** Whether parts may go through the Worker. */
  readonly relay: boolean;
  /** Remembers which uploads are finished, and what their hook added. */
  readonly runOnce: RunOnce<Finalization>;
  readonly bindFile: BindFile;
  readonly keyTemplate: string;
  /** Whose stored files may stand for a new one, if keys are made of checksums. */
  readonly dedupe: Dedupe;
  /** Whether two uploads of one owner can have the same key. If so, replacing has to be refused. */
  readonly keysMayMeet: boolean;
  /** Checksum algorithm for parts. */
  readonly checksum: ChecksumAlgorithm | null;
  /** The algorithm for parts if the store refuses the other. Null: then uploads fail. */
  readonly fallbackChecksum: ChecksumAlgorithm | null;
  /** Checksum algorithm for files that are sent in one request. */
  readonly singleChecksum: ChecksumAlgorithm | null;
  /** How far the checksum of a whole file is verified by reading the stored file. */
  readonly verify: VerifyLimits;
  /** How far this isolate has read each such file, by owner and id; KV may be a minute behind. */
  readonly progress: Map<string, Progress>;
  /** Which forms pages may get. */
  readonly forms: Forms;
  readonly plan: PlanLimits;
  /** Types that browsers may show, in addition to the safe ones. */
  readonly inlineTypes: readonly string[];
  /** Address of the bucket at which anyone may read, ending in `/`; undefined: links are signed. */
  readonly publicUrl: string | undefined;
  /** Lifetime of a download link, in seconds. */
  readonly linkSeconds: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What the signer's Hono app keeps for each request. */
export interface SignerEnv {
  Variables: {
    requestId: string;
    /** Writes lines that carry the request's id. */
    log: Log;
    caller: Caller;
    /** Rules of this caller. */
    rules: Rules;
    /** Limits over all uploads of this caller. */
    quota?: Quota;
    /**
     * Counts the files of a batch against the caller's rate limit. Throws if the limit is passed.
     */
    countFiles?: (files: number) => Promise<void>;
    /** Fields of the request's log line. */
    line: Record<string, LogFields[string]>;
  };
}

export type SignerContext = Context<SignerEnv>;
export type SignerHandler = Handler<SignerEnv>;

/**
 * Gives what `work` gives, and lets it go on if the client goes away first: Cloudflare ends the other work
 * of such a request (https://developers.cloudflare.com/workers/runtime-apis/context/#waituntil).
 */
export function outliving<T>(waitUntil: WaitUntil, work: Promise<T>): Promise<T> {
  waitUntil(work.catch(() => undefined));
  return work;
}

/**
 * Lets work continue after the answer. Without a platform that offers this, the work just
 * continues.
 */
export function waitUntilOf(c: SignerContext): WaitUntil {
  return (work) => {
    try {
      c.executionCtx.waitUntil(work);
    } catch {
      work.catch(() => undefined);
    }
  };
}
