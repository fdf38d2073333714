import type { ReactiveControllerHost } from 'lit';

/**
 * Calls `onReport` when the user is told that the control is invalid. `checkValidity()` dispatches the same
 * `invalid` event, but the user has done nothing, and nothing may be shown. ElementInternals does not
 * tell the two apart, and does not give custom controls the user validity of native ones:
 * https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#user-validity
 *
 * The user is told if a submit button was pressed (Enter in a field presses it, too), or if the browser
 * moves the focus to the first invalid control before the call returns, as `requestSubmit()` and
 * `reportValidity()` do.
 */
export function watchInvalidReports(
  host: ReactiveControllerHost & HTMLElement,
  internals: ElementInternals,
  onReport: () => void,
): void {
  let isSubmitting = false;
  let page = host.ownerDocument;
  const onClick = (event: Event): void => {
    isSubmitting = controlsIn(event).some(({ type }) => SUBMITTING.has(type));
    // The form is submitted when the event has been dispatched, which is before any other task.
    if (isSubmitting) setTimeout(() => (isSubmitting = false));
  };
  const onFocus = (event: Event): void => {
    if (controlsIn(event).length > 0) onReport();
  };
  /** The controls of the form that the event passes, for example a button around an icon. */
  const controlsIn = (event: Event): readonly HTMLButtonElement[] => {
    const { form } = internals;
    const path = event.composedPath() as HTMLButtonElement[];
    return path.filter((node) => (node as Node) === host || (form && node.form === form));
  };
  host.addController({
    hostConnected: () => {
      page = host.ownerDocument;
      page.addEventListener('click', onClick, true);
    },
    // By now it may be in another document.
    hostDisconnected: () => page.removeEventListener('click', onClick, true),
  });
  host.addEventListener('invalid', () => {
    if (isSubmitting) return onReport();
    page.addEventListener('focusin', onFocus, true);
    queueMicrotask(() => page.removeEventListener('focusin', onFocus, true));
  });
}

/** The types of `<button>` and `<input>` that submit a form. */
const SUBMITTING: ReadonlySet<string> = new Set(['submit', 'image']);
