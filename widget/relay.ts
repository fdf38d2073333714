/** The engine's events once more, on the element. */
import {
  UploadAddEvent,
  UploadDoneEvent,
  UploadFailedEvent,
  UploadProgressEvent,
  UploadRemovedEvent,
  UploadSettledEvent,
  UploadStartEvent,
  type UploadEventMap,
} from './core/events.ts';
import type { UploaderLike, UploadSnapshot } from './core/types.ts';

/** Refusals are told by the element itself, one event a batch. */
type Relayed = Omit<UploadEventMap, 'upload-rejected'>;

type Copies = {
  readonly [K in keyof Relayed]: (
    event: Relayed[K],
    uploads: () => readonly UploadSnapshot[],
  ) => Event;
};

/** An event can be dispatched only once at a time, so each is made anew. */
const COPIES: Copies = {
  'upload-add': ({ files }) => new UploadAddEvent(files),
  'upload-start': ({ upload }) => new UploadStartEvent(upload),
  'upload-progress': (_, uploads) => new UploadProgressEvent(uploads()),
  'upload-done': ({ upload }) => new UploadDoneEvent(upload),
  'upload-failed': ({ upload, error }) => new UploadFailedEvent(upload, error),
  'upload-removed': ({ upload }) => new UploadRemovedEvent(upload),
  'upload-settled': (_, uploads) => new UploadSettledEvent(uploads()),
};

interface RelayOptions {
  readonly uploads: () => readonly UploadSnapshot[];
  /** Called before the element's own event, so that its listeners find everything up to date. */
  readonly before: (event: Event) => void;
  readonly signal: AbortSignal;
}

/** Dispatches every event of `from` on `to` as well; cancelling that one cancels the engine's. */
export function relay(from: UploaderLike, to: EventTarget, options: RelayOptions): void {
  const { uploads, before, signal } = options;
  const pass = <K extends keyof Relayed>(type: K): void => {
    const listener = (event: Event): void => {
      const original = event as Relayed[K];
      before(original);
      if (!to.dispatchEvent(COPIES[type](original, uploads))) original.preventDefault();
    };
    from.addEventListener(type, listener, { signal });
  };
  for (const type of Object.keys(COPIES)) pass(type as keyof Relayed);
}
