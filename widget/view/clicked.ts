/** Actions of the element's own buttons; each is also the name of the button's part. */
export type Action =
  | 'pause'
  | 'resume'
  | 'retry'
  | 'again'
  | 'cancel'
  | 'undo'
  | 'remove'
  | 'download'
  | 'start'
  | 'folder'
  | 'dismiss';

/** What a click was on: a button, of a row or of all; or the zone around its button. */
export type Clicked =
  | { readonly kind: 'action'; readonly action: Action; readonly id: string | undefined }
  | { readonly kind: 'zone' };

/** Finds out what in the shadow root a click was meant for; undefined if for nothing of ours. */
export function clickedIn(root: ShadowRoot | null, event: Event): Clicked | undefined {
  // For something that the page has put into a slot this is the slot: its content is the page's own.
  const target = event.composedPath().find((node) => (node as Node).getRootNode() === root) as
    | Element
    | undefined;
  const button = target?.closest<HTMLElement>('[data-act]');
  if (button) {
    const { id } = button.closest<HTMLElement>('[data-id]')?.dataset ?? {};
    return { kind: 'action', action: button.dataset['act'] as Action, id };
  }
  return target?.closest('.zone') ? { kind: 'zone' } : undefined;
}
