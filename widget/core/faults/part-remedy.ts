/** What is done about a part that was not stored: a pure table from verdict to remedy. */
import type { DelayedVerdict } from './backoff.ts';
import type { FinalVerdict, Verdict } from './verdict.ts';

/** Each time this many faults have come in a row, the Worker is asked what is stored. */
const DOUBTFUL_FAULTS = 3;

export interface PartCircumstances {
  /** Faults in a row. */
  readonly faults: number;
  /** The file goes in one request. */
  readonly isSingle: boolean;
  /** The store or the Worker has answered, not something in between. */
  readonly isAnswered: boolean;
  /** This attempt went through the Worker. */
  readonly wasRelayed: boolean;
  /** From now on parts go through the Worker. */
  readonly isRelayOn: boolean;
}

export type PartRemedy =
  | { readonly do: 'send-again'; readonly after?: DelayedVerdict }
  | { readonly do: 'hash-again' }
  /**
   * Silence may be an answer that the browser could not read: Firefox loses one that comes before the
   * body is sent, such as that of a store that has forgotten the upload.
   */
  | { readonly do: 'ask-what-is-stored' }
  /** Completing the upload makes the Worker compare what is stored. */
  | { readonly do: 'leave-to-complete' }
  | { readonly do: 'give-up'; readonly verdict: FinalVerdict };

export function partRemedy(verdict: Verdict, about: PartCircumstances): PartRemedy {
  switch (verdict.do) {
    case 'resign':
      if (!about.isAnswered && !about.wasRelayed) {
        // The Worker has taken over: nothing has to be waited for.
        if (about.isRelayOn) return { do: 'send-again' };
        if (about.faults % DOUBTFUL_FAULTS === 0) return { do: 'ask-what-is-stored' };
      }
      return { do: 'send-again', after: verdict };
    case 'retry':
    case 'wait':
      return { do: 'send-again', after: verdict };
    case 'repair':
      return { do: 'hash-again' };
    case 'verify':
      return about.isSingle ? { do: 'leave-to-complete' } : { do: 'give-up', verdict };
    case 'restart':
    case 'fail':
      return { do: 'give-up', verdict };
  }
}
