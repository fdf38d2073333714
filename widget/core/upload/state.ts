/** The state of one upload, and the one function that changes it. Pure. */
import type { Edits, FileWithPath } from '../types.ts';
import {
  ACTIVE,
  RULES,
  type ActivePhase,
  type Phase,
  type Progress,
  type UploadEvent,
} from './rules.ts';
import { partsOf, tokenOf, withoutParts, type Standing } from './standing.ts';
import { isSameTerms, type Terms } from './terms.ts';

export { RULES, type ActivePhase, type Phase, type Progress, type UploadEvent } from './rules.ts';

export interface UploadState {
  /** The Worker's id too: made by the page, so that a Create whose answer was lost can be repeated. */
  readonly id: string;
  /** Ids that the upload had before, if any. */
  readonly formerIds: readonly string[];
  /** The file as it was added; of one that has failed and was added again, as it was added last. */
  readonly chosen: FileWithPath;
  /** What is sent: the chosen file, or what the page's transforms have made of it. */
  readonly source: FileWithPath;
  readonly edits: Edits;
  readonly progress: Progress;
  readonly standing: Standing;
  /** As the policy leads to expect; once agreed, as the Worker has said. */
  readonly terms: Terms;
  /** Its turn has come once before. */
  readonly wasStarted: boolean;
  /** Bytes of an earlier visit were found on the store. */
  readonly isResumed: boolean;
  /** Times that it began again from zero, because the store had dropped what it held. */
  readonly restarts: number;
  /** Parts have gone through the Worker. */
  readonly isRelayed: boolean;
  /** Reads of the file that hang. */
  readonly hungReads: number;
  /** The file could be read once; if it cannot be read any more, it has changed. */
  readonly wasRead: boolean;
  /** Hash of the ends of the file when it was first read. */
  readonly fingerprint?: string | undefined;
}

/** True if the event can happen in this state. */
export function can(state: UploadState, type: UploadEvent['type']): boolean {
  const { from, standings } = RULES[type];
  return (
    from?.includes(state.progress.phase) !== false &&
    standings?.includes(state.standing.kind) !== false
  );
}

/** True while the upload is not over, not paused, and proceeds by itself or by `start()`. */
export function isActive({ progress: { phase } }: UploadState): boolean {
  return phase === 'added' || (ACTIVE as readonly Phase[]).includes(phase);
}

/** @throws Error for an event that cannot happen in that state: a defect of the engine. */
export function next(state: UploadState, event: UploadEvent): UploadState {
  if (!can(state, event.type)) {
    const { progress, standing } = state;
    throw new Error(`An upload that is ${progress.phase} and ${standing.kind}: no ${event.type}`);
  }
  const { to } = RULES[event.type];
  return { ...state, ...(to ? { progress: { phase: to } } : {}), ...changes(state, event) };
}

/** What else the event changes, beside the phase that its rule names. */
function changes(state: UploadState, event: UploadEvent): Partial<UploadState> {
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
    case 'wait':
      return { progress: { phase: progress.phase as MovingPhase, waitingFor: event.for } };
    case 'proceed':
      return { progress: { phase: progress.phase as MovingPhase } };
    case 'pause':
      return { progress: { phase: 'paused', resumesAs: resumption(progress) } };
    case 'resume':
      return { progress: { phase: progress.phase === 'paused' ? progress.resumesAs : 'queued' } };
    case 'discard':
      return { progress: { phase: 'undoable', undoUntilMs: event.undoUntilMs, before: progress } };
    case 'undo':
      return { progress: progress.phase === 'undoable' ? undone(progress.before) : progress };
    case 'edit':
      return { edits: { ...state.edits, ...event.edits } };
    case 'retry':
      return {
        ...retried(state, event),
        ...readAgain(event.source),
        ...(event.isChecking ? { progress: { phase: 'checking' } } : {}),
      };
    case 'done':
      return { progress: { phase: 'done', result: event.result }, standing: { kind: 'closed' } };
    case 'fail':
      return { progress: { phase: 'failed', error: event.error } };
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
      if (standing.kind !== 'agreed') return {};
      const { token, expiresAt } = event;
      const agreement = Object.freeze({ ...standing.agreement, token, expiresAt });
      return { standing: { ...standing, agreement } };
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

/** A phase in which an upload can wait for something. */
type MovingPhase = Exclude<ActivePhase, 'transforming'>;

/** What a paused upload becomes when it is resumed. */
function resumption({ phase }: Progress): 'added' | 'checking' | 'queued' {
  return phase === 'added' || phase === 'checking' ? phase : 'queued';
}

/** A running upload continues from what the store holds, as after a pause. */
function undone(before: Progress): Progress {
  const isRunning = (ACTIVE as readonly Phase[]).includes(before.phase);
  return isRunning ? { phase: 'queued' } : before;
}

/** After a failure it continues from what the store holds; one that is a single request begins again. */
function retried(
  { chosen: former, standing, terms }: UploadState,
  { receipts, source = former }: Extract<UploadEvent, { type: 'retry' }>,
) {
  const token = tokenOf(standing);
  // Without checksums, only its date tells whether a file is still the same.
  const isSame = terms.checksum !== null || source.file.lastModified === former.file.lastModified;
  const canContinue = standing.kind === 'unconfirmed' || terms.plan.kind === 'multipart';
  return isSame && canContinue && (token !== undefined || standing.kind === 'unconfirmed')
    ? { standing: { kind: 'unconfirmed', token, receipts } as const }
    : { standing: { kind: 'unregistered' } as const, isResumed: false };
}

/** Nothing is known yet of a file that was added again. */
function readAgain(source?: FileWithPath): Partial<UploadState> {
  return source ? { chosen: source, source, wasRead: false, fingerprint: undefined } : {};
}

function renamed({ id: former, formerIds }: UploadState, id: string) {
  return id === former ? {} : { id, formerIds: [...formerIds, former] };
}
