/** The engine's events once more, on the element. */
import type { UploadEventMap } from './core/events.ts';

/** All but the refusals, which the element tells itself, one event a batch. */
const RELAYED = ['add', 'start', 'progress', 'done', 'failed', 'removed', 'settled'] as const;

type Relayed = UploadEventMap[`upload-${(typeof RELAYED)[number]}`];

/**
 * Dispatches every event of `from` on `to` as well, a copy with these further fields; cancelling
 * that one cancels the engine's. `before` runs first: listeners find everything up to date.
 */
export function relay(
  from: EventTarget,
  to: EventTarget,
  before: (event: Event) => Partial<Relayed>,
  signal: AbortSignal,
): void {
  const listener = (event: Event): void => {
    const { type, cancelable } = event;
    const { isTrusted: _, ...fields } = event as Event & Record<string, unknown>;
    const copy = Object.assign(new Event(type, { cancelable }), fields, before(event));
    // Of the same class, with the same fields: an event can be dispatched only once at a time.
    if (!to.dispatchEvent(Object.setPrototypeOf(copy, Object.getPrototypeOf(event)))) {
      event.preventDefault();
    }
  };
  for (const name of RELAYED) from.addEventListener(`upload-${name}`, listener, { signal });
}
