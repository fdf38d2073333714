import type { StoredPart } from '../../../worker/protocol.ts';
import type { Parts } from './parts.ts';
import type { Agreement } from './terms.ts';

/** How the upload stands with the Worker. It outlasts a pause, and changes while one lasts. */
export type Standing =
  /** The Worker does not know it. */
  | { readonly kind: 'unregistered'; readonly parts?: Parts }
  /** A Create is under way; `answer` settles once its answer has been applied. */
  | { readonly kind: 'requested'; readonly parts?: Parts; readonly answer: Promise<void> }
  /** The Worker knows it, or is said to; what is stored has to be asked for first. */
  | {
      readonly kind: 'unconfirmed';
      readonly token?: string | undefined;
      /** Parts that are stored according to this page, for a store that cannot list them. */
      readonly receipts: readonly StoredPart[];
    }
  | { readonly kind: 'agreed'; readonly agreement: Agreement; readonly parts: Parts }
  /** It is complete, and the token has been let go of. */
  | { readonly kind: 'closed' };

/** What is known of its parts, if anything. */
export function partsOf(standing: Standing): { readonly parts?: Parts } {
  return 'parts' in standing && standing.parts ? { parts: standing.parts } : {};
}

/** What was prepared by other terms is of no use. */
export function withoutParts(standing: Standing): Standing {
  return standing.kind === 'unregistered' ? { kind: 'unregistered' } : standing;
}

/** The token by which the Worker knows the upload, if there is one. */
export function tokenOf(standing: Standing): string | undefined {
  if (standing.kind === 'agreed') return standing.agreement.token;
  return standing.kind === 'unconfirmed' ? standing.token : undefined;
}
