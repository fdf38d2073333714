/** What every event makes of an upload: the one function that changes its state. Pure. */
import { allows, nextInPage, transition } from './page-events.ts';
import type { PageEvent, SendingEvent, UploadEvent } from './rules/events.ts';
import { PAGE_RULES, type Rule } from './rules/page-rules.ts';
import { SENDING_RULES } from './rules/sending-rules.ts';
import type { UploadState } from './rules/upload-state.ts';
import { partsOf, tokenOf, withoutParts, type Standing } from './standing.ts';
import { isSameTerms } from './terms.ts';

export { isActive } from './page-events.ts';
export type { UploadEvent } from './rules/events.ts';
export type { UploadState } from './rules/upload-state.ts';

/** Every transition that can happen. */
export const RULES: { readonly [type in UploadEvent['type']]: Rule } = {
  ...PAGE_RULES,
  ...SENDING_RULES,
};

/** True if the event can happen in this state. */
export function can(state: UploadState, type: UploadEvent['type']): boolean {
  return allows(RULES[type], state);
}

/** @throws Error for an event that cannot happen in that state: a defect of the engine. */
export function next(state: UploadState, event: UploadEvent): UploadState {
  return isOfPage(event)
    ? nextInPage(state, event)
    : transition(state, event, SENDING_RULES[event.type], changes);
}

function isOfPage(event: UploadEvent): event is PageEvent {
  return event.type in PAGE_RULES;
}

function changes(state: UploadState, event: SendingEvent): Partial<UploadState> {
  const { standing, progress } = state;
  switch (event.type) {
    case 'open':
      return { wasStarted: true };
    case 'admit': {
      const phase = event.isAutomatic ? 'queued' : 'added';
      return {
        progress: progress.phase === 'paused' ? { ...progress, resumesAs: phase } : { phase },
      };
    }
    case 'transform':
      return { progress: { phase: 'transforming', step: event.step } };
    case 'transformed':
      // A handle leads to the chosen file, which is another one.
      return {
        source: { ...state.source, file: event.file, handle: undefined },
        standing: withoutParts(standing),
      };
    case 'done':
      return { progress: { phase: 'done', result: event.result }, standing: { kind: 'closed' } };
    case 'expect':
      return isSameTerms(state.terms, event.terms)
        ? {}
        : { terms: event.terms, standing: withoutParts(standing) };
    case 'prepare':
      return { standing: { kind: 'unregistered', parts: event.parts } };
    case 'recognise': {
      const { token, receipts } = event;
      const found: Standing =
        token === undefined
          ? { kind: 'unregistered', ...partsOf(standing) }
          : { kind: 'unconfirmed', token, receipts };
      return { ...renamed(state, event.id), standing: found };
    }
    case 'request':
      return { standing: { kind: 'requested', answer: event.answer, ...partsOf(standing) } };
    case 'refuse':
      return { standing: { kind: 'unregistered', ...partsOf(standing) } };
    case 'agree': {
      const { agreement, parts } = event;
      const isResumed = state.isResumed || parts.found.size > 0;
      return { terms: agreement, isResumed, standing: { kind: 'agreed', agreement, parts } };
    }
    case 'extend': {
      const { token, expiresAt } = event;
      const agreed = standing as Extract<Standing, { kind: 'agreed' }>;
      const agreement = Object.freeze({ ...agreed.agreement, token, expiresAt });
      return { standing: { ...agreed, agreement } };
    }
    case 'doubt':
      return { standing: { kind: 'unconfirmed', token: tokenOf(standing), receipts: [] } };
    case 'forget':
      return { standing: { kind: 'unregistered' }, isResumed: false };
    case 'renew':
      return {
        ...renamed(state, event.id),
        standing: { kind: 'unregistered' },
        isResumed: false,
        // Without a token, nothing was ever sent.
        restarts: state.restarts + Number(tokenOf(standing) !== undefined),
      };
    case 'relay':
      return { isRelayed: true };
    case 'hang':
    case 'revive':
      return { hungReads: state.hungReads + (event.type === 'hang' ? 1 : -1) };
    case 'read':
      return { wasRead: true, fingerprint: state.fingerprint ?? event.fingerprint };
    default:
      return {};
  }
}

function renamed({ id: former, formerIds }: UploadState, id: string) {
  return id === former ? {} : { id, formerIds: [...formerIds, former] };
}
