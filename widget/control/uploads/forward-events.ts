/** Dispatches the uploader's events on the element, too. */
import type { UploadEventMap } from '../../core/index.ts';

const FORWARDED = 'add added rejected cancel start progress done failed removed settled'.split(' ');

/**
 * Dispatches on `to` a copy of every event of `from`; cancelling the copy cancels the original.
 * `before` is called first, so that listeners find everything up to date, and returns fields that
 * replace those of the original; nothing if the event is to be kept from `to`.
 */
export function forwardEvents(
  from: EventTarget,
  to: EventTarget,
  before: (event: Event) => Partial<UploadEventMap[keyof UploadEventMap]> | undefined,
  signal: AbortSignal,
): void {
  const forward = (event: Event): void => {
    const replaced = before(event);
    if (!replaced) return;
    const { type, cancelable } = event;
    const { isTrusted: _, ...fields } = event as Event & Record<string, unknown>;
    const copy = Object.assign(new Event(type, { cancelable }), fields, replaced);
    // A copy, because an event that is being dispatched cannot be dispatched again.
    if (!to.dispatchEvent(Object.setPrototypeOf(copy, Object.getPrototypeOf(event)))) {
      event.preventDefault();
    }
  };
  for (const name of FORWARDED) from.addEventListener(`upload-${name}`, forward, { signal });
}
