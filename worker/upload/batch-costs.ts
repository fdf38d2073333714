/** How many uploads fit into one batch call, by the requests to the store that each costs. */
import type { Signer } from '../context.ts';
import { looksForStored } from './create/same-file.ts';

/**
 * Requests to the store that one batch may cost, out of the 50 that Workers Free allows per invocation:
 * https://developers.cloudflare.com/workers/platform/limits/#subrequests
 */
const REQUESTS_PER_CREATE = 40;
const REQUESTS_PER_COMPLETE = 45;

/** Requests to the store: what each file of a batch costs, and the most that a batch may cost. */
export interface BatchCosts {
  /** Cost of looking whether the same file is stored already. */
  readonly look: number;
  /** Cost of opening a multipart upload. */
  readonly open: number;
  /** Cost of completing an upload of one part. */
  readonly completePart: number;
  /** Cost of completing a file that was sent by a form. */
  readonly completeForm: number;
  /** Limit for a batch of Creates. */
  readonly maxToOpen: number;
  /** Limit for a batch of Completes. */
  readonly maxToComplete: number;
}

/** What they are for this store, these keys and these hooks. */
export function batchCosts(signer: Signer): BatchCosts {
  const { conditionalComplete, listUploads } = signer.store.profile;
  // Two uploads may have the same key. Then some stores have to be asked first.
  const mayMeet = signer.keysMayMeet || signer.hooks.prepare !== undefined;
  return {
    look: looksForStored(signer) ? 1 : 0,
    open: mayMeet && !conditionalComplete ? 2 : 1,
    // Complete and HEAD; one more HEAD if Complete would replace an object; one list if the store
    // lists uploads only by their whole key.
    completePart: (conditionalComplete ? 2 : 3) + (listUploads === 'key' && !mayMeet ? 1 : 0),
    completeForm: 1,
    maxToOpen: REQUESTS_PER_CREATE,
    maxToComplete: REQUESTS_PER_COMPLETE,
  };
}
