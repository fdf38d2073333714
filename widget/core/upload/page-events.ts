/** What the page's events make of an upload: its orders, and that it waits or fails before it is sent. Pure. */
import type { FileWithPath } from '../types.ts';
import type { ActivePhase, PageEvent, Phase, Progress, UploadEvent } from './rules/events.ts';
import { ACTIVE, PAGE_RULES, type Rule } from './rules/page-rules.ts';
import type { UploadState } from './rules/upload-state.ts';
import { tokenOf } from './standing.ts';

/** True while the upload is not over, not paused, and proceeds by itself or by `start()`. */
export function isActive({ progress: { phase } }: UploadState): boolean {
  return phase === 'added' || (ACTIVE as readonly Phase[]).includes(phase);
}

/** True if the event of the page can happen in this state. */
export function canInPage(state: UploadState, type: PageEvent['type']): boolean {
  return allows(PAGE_RULES[type], state);
}

/** @throws Error for an event that cannot happen in that state: a defect of the engine. */
export function nextInPage(state: UploadState, event: PageEvent): UploadState {
  return transition(state, event, PAGE_RULES[event.type], changes);
}

export function allows({ from, standings }: Rule, { progress, standing }: UploadState): boolean {
  return from?.includes(progress.phase) !== false && standings?.includes(standing.kind) !== false;
}

/**
 * The state after an event that happens by this rule; `changes` returns what else the event changes,
 * beside the phase that the rule names.
 *
 * @throws Error if the rule does not allow it.
 */
export function transition<Event extends UploadEvent>(
  state: UploadState,
  event: Event,
  rule: Rule,
  changes: (state: UploadState, event: Event) => Partial<UploadState>,
): UploadState {
  if (!allows(rule, state)) {
    const { progress, standing } = state;
    throw new Error(`An upload that is ${progress.phase} and ${standing.kind}: no ${event.type}`);
  }
  const { to } = rule;
  return { ...state, ...(to ? { progress: { phase: to } } : {}), ...changes(state, event) };
}

function changes(state: UploadState, event: PageEvent): Partial<UploadState> {
  const { progress } = state;
  switch (event.type) {
    case 'wait':
      return { progress: { phase: progress.phase as MovingPhase, waitingFor: event.for } };
    case 'proceed':
      return { progress: { phase: progress.phase as MovingPhase } };
    case 'pause':
      return { progress: { phase: 'paused', resumesAs: resumption(progress) } };
    case 'resume':
      return { progress: { phase: (progress as In<'paused'>).resumesAs } };
    case 'discard':
      return { progress: { phase: 'undoable', undoUntilMs: event.undoUntilMs, before: progress } };
    case 'undo':
      return { progress: undone((progress as In<'undoable'>).before) };
    case 'edit':
      return { edits: { ...state.edits, ...event.edits } };
    case 'retry':
      return {
        ...retried(state, event),
        ...readAgain(event.source),
        ...(event.isChecking ? { progress: { phase: 'checking' } } : {}),
      };
    case 'fail':
      return { progress: { phase: 'failed', error: event.error } };
    default:
      return {};
  }
}

/** What the rules say of an event that can happen in this phase alone. */
type In<Name extends Phase> = Extract<Progress, { readonly phase: Name }>;

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
