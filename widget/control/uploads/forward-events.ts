/** Dispatches the uploader's events on the element, too. */
import type { UploadEventMap, UploadRejectedEvent } from '../../core/index.ts';

/** All but `upload-rejected`: the element dispatches that itself, once for each batch. */
const FORWARDED = 'add added cancel start progress done failed removed settled'.split(' ');

type ForwardedEvent = Exclude<UploadEventMap[keyof UploadEventMap], UploadRejectedEvent>;

/**
 * Dispatches on `to` a copy of every event of `from`; cancelling the copy cancels the original.
 * `before` is called first, so that listeners find everything up to date, and returns fields that
 * replace those of the original.
 */
export function forwardEvents(
  from: EventTarget,
  to: EventTarget,
  before: (event: Event) => Partial<ForwardedEvent>,
  signal: AbortSignal,
): void {
  const forward = (event: Event): void => {
    const { type, cancelable } = event;
    const { isTrusted: _, ...fields } = event as Event & Record<string, unknown>;
    const copy = Object.assign(new Event(type, { cancelable }), fields, before(event));
    // A copy, because an event that is being dispatched cannot be dispatched again.
    if (!to.dispatchEvent(Object.setPrototypeOf(copy, Object.getPrototypeOf(event)))) {
      event.preventDefault();
    }
  };
  for (const name of FORWARDED) from.addEventListener(`upload-${name}`, forward, { signal });
}
